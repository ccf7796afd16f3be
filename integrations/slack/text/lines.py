"""Rendering of sentences, times, people and links as mrkdwn, in one inbox's language. Pure.

Sentences go through the catalogue with empty slots; what goes into a slot is escaped here, so nothing a customer
wrote reaches a message unescaped. Times are written so that Slack shows each reader's own clock:
https://docs.slack.dev/messaging/formatting-message-text#date-formatting.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from desk.fields.format import show
from desk.fields.templates import Say
from desk.playbook.parts import FieldSpec
from desk.values import BOT, Fact, Line, Text, in_language
from integrations.slack.text.escape import mrkdwn, one_line, plain

Block = dict[str, Any]

LATE, SOON, DONE, WAITING = "🔴", "🟡", "🟢", "⚪"

SECTION = 2900  # Slack allows 3,000 in a section; the rest is room for "… (n more)"
BUTTON = 75
ROW = 5

_SLOT = re.compile("\x02(\\d+)\x03")
_PERSON = re.compile(r"(person|role):(\w{1,80})|<@([UW][A-Z0-9]{4,20})>", re.ASCII)
_PEOPLE_ARGS = frozenset({"people", "who", "by", "person", "owner", "role"})
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{4,20}", re.ASCII)


COMMAND = "/ato"


def with_command(line: Line, command: str) -> Line:
    """Return a line with the desk's slash command among its arguments, where it says it."""
    return line.model_copy(update={"args": {"command": command, **line.args}}) if "{command}" in line.key else line


@dataclass(frozen=True)
class Mark:
    """Text that is already Slack's markup, with its plain form."""

    markup: str
    plain: str


def nobody(_: str) -> str:
    """The default for names and members: empty."""
    return ""


@dataclass(frozen=True)
class Ink:
    """Rendering context besides the case: language, zone, current instant, and how people are named."""

    say: Say
    language: str
    zone: str
    now: datetime
    day: date | None = None
    """Local date on which the case was opened: a time without a date is on this day."""
    name: Callable[[str], str] = nobody
    role: Callable[[str], str] = nobody
    """Returns a role's title as plain text."""
    mentions: Callable[[str], str] = nobody
    """Returns the mentions for `role:<role>`."""
    opener: str = ""
    """Who opened the case: the only person a brief may mention."""
    ticket_url: str = ""
    """URL template with `{id}` for agents' links to tickets; when empty, the ticket's own link is used."""
    masked: bool = False
    """True in a public channel, where personal facts are masked."""
    secrets: tuple[str, ...] = ()
    """Personal values that no text may contain when masked."""
    command: str = COMMAND
    """The desk's slash command, for `{command}` in its own sentences."""

    def plain(self, key: str, **args: Any) -> str:
        """Translate a sentence as plain text, unescaped."""
        return self.say(
            with_command(Line(key=key, args={n: self._bare(v) for n, v in args.items()}), self.command),
            self.language,
            self.zone,
        )

    def line(self, key: str, **args: Any) -> str:
        """Translate a sentence as mrkdwn."""
        marks: list[str] = []
        slots: dict[str, Any] = {}
        for name, value in args.items():
            slots[name] = value if isinstance(value, int) else f"\x02{len(marks)}\x03"
            if not isinstance(value, int):
                marks.append(self._mark(name, value).markup)
        words = self.say(with_command(Line(key=key, args=slots), self.command), self.language, self.zone)
        pieces = _SLOT.split(words)
        return "".join(marks[int(p)] if n % 2 else mrkdwn(p, SECTION) for n, p in enumerate(pieces))

    def of(self, line: Line) -> str:
        """Translate a line of the desk as mrkdwn."""
        return self.line(line.key, **line.args)

    def plain_of(self, line: Line) -> str:
        """Translate a line of the desk as plain text."""
        args = {name: self._mark(name, v).plain if _is_people(name, v) else v for name, v in line.args.items()}
        return self.plain(line.key, **args)

    def words(self, text: Text) -> str:
        """Return a playbook's text as plain text."""
        return in_language(text, self.language)

    def text(self, text: Text, most: int = 1000) -> str:
        """Return a playbook's text as mrkdwn."""
        return mrkdwn(self.words(text), most)

    def value(self, field: FieldSpec, fact: Fact, most: int = 800) -> str:
        """Render a fact as mrkdwn; a link is clickable, a personal fact is masked in public."""
        if self.hides(field, fact):
            return self.line("hidden, because this channel is public")
        if field.type == "url" and is_link(fact.value):
            return f"<{_url(str(fact.value))}|{mrkdwn(str(fact.value), most)}>"
        return mrkdwn(show(field, fact, self.language, self.zone), most)

    def hides(self, field: FieldSpec, fact: Fact) -> bool:
        """Return whether a fact is masked here."""
        return self.masked and (field.personal or fact.personal) and fact.known

    def hidden(self, words: str) -> bool:
        """Return whether text contains a masked personal value."""
        return self.masked and any(secret in words for secret in self.secrets)

    def when(self, at: datetime) -> Mark:
        """Render an instant: the time alone on the day the case was opened, else with the day."""
        same = self.day is not None and at.astimezone(ZoneInfo(self.zone)).date() == self.day
        return self._date(at, "{time}" if same else "{date_short_pretty} {time}", with_day=not same)

    def by(self, at: datetime) -> Mark:
        """Render a due time: always with the day, since a card may be read the next morning."""
        return self._date(
            at,
            "{date_short_pretty} {time}",
            with_day=self.day != at.astimezone(ZoneInfo(self.zone)).date(),
        )

    def _date(self, at: datetime, shape: str, *, with_day: bool) -> Mark:
        local = at.astimezone(ZoneInfo(self.zone))
        bare = f"{local:%H:%M}" if not with_day else f"{local:%Y-%m-%d %H:%M}"
        return Mark(f"<!date^{int(at.timestamp())}^{shape}|{bare}>", bare)

    def who(self, person: str) -> Mark:
        """Render a person: a mention for a person of Slack, a name for the desk itself."""
        if person == BOT.id:
            return Mark(BOT.name, BOT.name)
        bare = self.name(person) or person
        return Mark(f"<@{person}>" if _SLACK_ID.fullmatch(person) else mrkdwn(bare), one_line(bare))

    def _mark(self, name: str, value: Any) -> Mark:
        if isinstance(value, Mark):
            return value
        at = _instant(name, value)
        if at is not None:
            return self.when(at)
        if _is_people(name, value):
            return self._people(name, str(value))
        bare = self._bare(value)
        words = ", ".join(bare) if isinstance(bare, list) else str(bare)
        return Mark(mrkdwn(words), one_line(words))

    def _people(self, name: str, named: str) -> Mark:
        """Render people: all members of a role where the sentence lists people, else the role's title."""
        found = _PERSON.fullmatch(named)
        assert found is not None
        kind, rest = found[1] or "person", found[2] or found[3]
        if kind == "person":
            return self.who(rest)
        title = self.role(rest) or rest
        listed = self.mentions(rest) if name == "people" else ""
        return Mark(listed or mrkdwn(title), title)

    def _bare(self, value: Any) -> Any:
        if isinstance(value, Mark):
            return value.plain
        return self.words(value) if isinstance(value, dict) else value


def _instant(name: str, value: Any) -> datetime | None:
    """Return an instant; arguments of effects come back from JSON as ISO strings."""
    if isinstance(value, datetime) or not (isinstance(value, str) and name.endswith("_at")):
        return value if isinstance(value, datetime) else None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _is_people(name: str, value: Any) -> bool:
    """Return whether an argument names people; decided by its name, whatever a customer typed elsewhere."""
    return name in _PEOPLE_ARGS and isinstance(value, str) and _PERSON.fullmatch(value) is not None


def is_link(value: Any) -> bool:
    """Return whether a value is a web address that may be linked."""
    if not isinstance(value, str) or len(value) > 2000 or re.search(r"[\s<>|\"]", value):
        return False
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _url(url: str) -> str:
    return one_line(url).replace("&", "&amp;")


def link(url: str, label: str) -> Mark:
    """Render a link; the label alone where the address is not one."""
    bare = mrkdwn(label)
    return Mark(f"<{_url(url)}|{bare}>" if is_link(url) else bare, one_line(label))


def section(words: str) -> Block:
    """Build a section block. `verbatim` keeps Slack from linking what only looks like a link or a channel."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": words, "verbatim": True}}


def paragraph(ink: Ink, lines: Iterable[str], most: int = SECTION) -> list[Block]:
    """Render lines as one paragraph; those that do not fit are counted."""
    wanted = [line for line in lines if line]
    kept: list[str] = []
    room = most
    for line in wanted:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(wanted) - len(kept)
    if left:
        kept.append(ink.line("… ({count} more)", count=left))
    return [section("\n".join(kept))] if kept else []


def button(
    ink: Ink,
    words: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    url: str = "",
) -> Block:
    """Build a button."""
    drawn: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": plain(words, BUTTON) or "…", "emoji": False},
        "action_id": action_id,
    }
    extra = {"value": value, "style": style, "url": url}
    return drawn | {name: given for name, given in extra.items() if given}


def rows(buttons: Sequence[Block]) -> list[Block]:
    """Arrange buttons in rows; duplicates are dropped."""
    once = list({one["action_id"]: one for one in buttons}.values())
    return [{"type": "actions", "elements": once[n : n + ROW]} for n in range(0, len(once), ROW)]
