"""Two people who claim one profile: the card says so, and what cannot be taken back waits for a decision. Pure.

Whoever may cancel decides, by closing or merging all but one of the cases.
"""

from collections.abc import Iterator
from datetime import datetime

from desk.case import Case
from desk.commands import Command, CompletePart, CompleteStep
from desk.conditions import fields_asked
from desk.disputes import ProfileDisputed
from desk.flow import Growing
from desk.playbook import Playbook
from desk.values import BOT, Line, Text

DISPUTED = Line(
    key="Somebody else claims this profile with other contact details: {cases}. {role} decides who is the customer, and closes the other case."
)
HELD = Line(
    key="Somebody else claims this profile with other contact details: {cases}. {role} has to decide first, and close the other case. I have not changed anything."
)


def asks(command: Command, playbook: Playbook) -> bool:
    """Say whether other claims matter to a command: it says which profile it is, or does what must wait."""
    if playbook.disputes is None or not isinstance(command, CompleteStep | CompletePart):
        return False
    step = playbook.steps.get(command.step)
    told = step and isinstance(command, CompleteStep) and fields_asked(step) & {*playbook.disputes.same}  # fmt: skip
    return bool(told) or _name(command) in playbook.disputes.holds


def claims(case: Case, other: Case, playbook: Playbook) -> bool:
    """Say whether another open case claims the same profile for somebody with other contact details."""
    spec = playbook.disputes
    if spec is None or not other.open:
        return False
    pairs = ((case.value(name), other.value(name)) for name in spec.same)
    one_profile = next((one == two for one, two in pairs if one and two), False)
    contacts = ((case.value(name), other.value(name)) for name in spec.contact)
    return one_profile and any(one and two and one != two for one, two in contacts)


def flag(growing: Growing, now: datetime, rivals: tuple[str, ...]) -> None:
    """Keep who else claims the profile, where that has changed."""
    if rivals != growing.case.rivals:
        growing.add(ProfileDisputed(at=now, by=BOT.id, cases=rivals))


def held(command: CompleteStep | CompletePart, playbook: Playbook) -> Line | None:
    """Say why something has to wait; None when nobody else claims the profile."""
    spec = playbook.disputes
    if spec is None or not command.rivals or _name(command) not in spec.holds:
        return None
    return _say(HELD, command.rivals, playbook)


def warnings(case: Case, playbook: Playbook) -> Iterator[Line]:
    """Say on the cards of an open case who else claims the profile."""
    if case.open and case.rivals:
        yield _say(DISPUTED, case.rivals, playbook)


def _say(line: Line, rivals: tuple[str, ...], playbook: Playbook) -> Line:
    return Line(key=line.key, args={"cases": ", ".join(rivals), "role": _deciders(playbook)})


def _deciders(playbook: Playbook) -> Text:
    """Name the first role that may close a case as what it is not."""
    return playbook.roles[next(iter(playbook.cancel_by), playbook.steps[playbook.opens_with].owner)].title  # fmt: skip


def _name(command: CompleteStep | CompletePart) -> str:
    part = command.part if isinstance(command, CompletePart) else None
    return f"{command.step}.{part}" if part else command.step
