"""Leaving notice: one message for each inbox that takes over what somebody left behind, with the cases. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from desk.case.situation import Situation
from desk.fields.template_values import display
from desk.reminders.announcement import Announcement
from desk.values import Line, Text
from desk.workflow.duties import doers
from desk.workflow.inboxes import inbox_of
from desk.workflow.leaving import Left

PASSED = (
    "{who} is not {role} any more. What they received for these cases comes here from now on: {cases}. Everybody who is"
    " {role} finds them in the home tab and may go on."
)
ENDED = "{who} is not {role} any more, so nobody has what they had claimed in: {cases}. Who takes it?"


@dataclass(frozen=True)
class Behind:
    """A case with what somebody left behind in it."""

    situation: Situation
    left: Left


def notices(person: str, found: Sequence[Behind]) -> tuple[Announcement, ...]:
    """Build the messages; a key stands for the person and the cases, so that none is sent twice."""
    told: dict[str, dict[tuple[bool, str], tuple[Text, list[str]]]] = {}
    for one in found:
        name = display(one.situation.case, one.situation.playbook)
        for inbox, passed, role in _told(one):
            title = one.situation.playbook.roles[role].title
            cases = told.setdefault(inbox, {}).setdefault((passed, role), (title, []))[1]
            cases.extend([name] if name not in cases else [])
    return tuple(_notice(person, inbox, lines) for inbox, lines in told.items())


def _told(one: Behind) -> list[tuple[str, bool, str]]:
    """Return for each thing left behind the inbox, whether it passes to another role, and the role that ended."""
    direct, to = one.left.direct, one.left.to
    roles = dict.fromkeys(doers(one.situation.playbook, duty) for duty in one.left.claims)
    ended = [(inbox_of(one.situation, role), False, role) for role in roles if role != direct]
    return [(f"role:{to}", True, direct), *ended] if direct and to else ended


def _notice(person: str, inbox: str, lines: dict[tuple[bool, str], tuple[Text, list[str]]]) -> Announcement:
    words = [
        Line(key=PASSED if passed else ENDED, args={"who": f"<@{person}>", "role": title, "cases": ", ".join(cases)})
        for (passed, _), (title, cases) in lines.items()
    ]
    names = " ".join(sorted(name for _, cases in lines.values() for name in cases))
    about = hashlib.sha256(names.encode()).hexdigest()[:16]
    return Announcement(key=f"left/{person}/{inbox}/{about}", inbox=inbox, mention=(inbox,), lines=tuple(words))
