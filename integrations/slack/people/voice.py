"""Localization for one person: language, zone, and people as mentions or names. Pure.

A private message is mrkdwn; a modal shows plain text only. It knows no case.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desk.fields.templates import Say
from desk.service.ports import Clock
from desk.values import Line, Person
from integrations.slack.text.lines import COMMAND, Ink, Mark, with_command

NOBODY = Line(key="nobody")
"""Stands for the people of a role without members."""

_MENTION = re.compile(r"<@([UW][A-Z0-9]{4,20})>", re.ASCII)
_NAMED = re.compile(r"(role|person):(\w{1,80}(?:,\w{1,80})*)", re.ASCII)


@cache
def known_zone(zone: str) -> str:
    """Return a valid zone; a person's zone comes from outside and may be none."""
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


@dataclass(frozen=True)
class Voice:
    """Translates lines for one person. `name` returns a name by id, `members` the members of a role."""

    say: Say
    clock: Clock
    name: Callable[[str], str]
    members: Callable[[str], Sequence[str]]
    command: str = COMMAND
    """The desk's slash command, as its sentences say it."""

    def ink(self, person: Person) -> Ink:
        """Return the rendering context for a person."""
        now, zone = self.clock.now(), known_zone(person.zone)
        return Ink(
            say=self.say,
            language=person.language,
            zone=zone,
            now=now,
            day=now.astimezone(ZoneInfo(zone)).date(),
            name=self.name,
            mentions=self._mentions,
            command=self.command,
        )

    def private(self, line: Line, person: Person) -> str:
        """Translate a line as mrkdwn, for a private message."""
        people = {name: self._marks(value, person) for name, value in line.args.items() if _named(value)}
        return self.ink(person).line(line.key, **{**line.args, **people})

    def plain(self, line: Line, person: Person) -> str:
        """Translate a line as plain text."""
        people = {name: self._marks(value, person).plain for name, value in line.args.items() if _named(value)}
        return self.say(
            with_command(Line(key=line.key, args={**line.args, **people}), self.command),
            person.language,
            known_zone(person.zone),
        )

    def _mentions(self, role: str) -> str:
        return ", ".join(f"<@{one}>" for one in self.members(role))

    def _marks(self, named: object, person: Person) -> Mark:
        found = [self._who(one) for one in _ids(str(named), self.members)]
        nobody = self.say(NOBODY, person.language, known_zone(person.zone))
        return Mark(
            ", ".join(one.markup for one in found) or nobody,
            ", ".join(one.plain for one in found) or nobody,
        )

    def _who(self, ident: str) -> Mark:
        return Mark(f"<@{ident}>", f"@{self.name(ident) or ident}")


def _named(value: object) -> bool:
    """Return whether an argument names people: `role:<role>` (comma-separated), `person:<id>`, or a mention."""
    return isinstance(value, str) and bool(_MENTION.fullmatch(value) or _NAMED.fullmatch(value))


def _ids(named: str, members: Callable[[str], Sequence[str]]) -> Sequence[str]:
    mention = _MENTION.fullmatch(named)
    if mention:
        return (mention[1],)
    kind, _, rest = named.partition(":")
    if kind == "person":
        return (rest,)
    return tuple(dict.fromkeys(one for role in rest.split(",") for one in members(role)))
