"""Ownership disputes: several callers claim one profile, and what waits for a decision. Pure.

A dispute ends by a decision of a permitted role, never because somebody else closed a case.
"""

from collections.abc import Iterable, Iterator

from desk.case.commands import Command, CompletePart, CompleteStep, RecordFacts, Reopen, Settle
from desk.case.dispute_events import DisputeDecided, ProfileDisputed
from desk.case.effects import AskWhoWrote
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.fields.template_values import display
from desk.identity.claimants import differ, same
from desk.playbook.model import Playbook
from desk.playbook.safeguards import Disputes
from desk.values import BOT, Line, Person, Text
from desk.workflow.conditions import fields_asked
from desk.workflow.permissions import deciders

DISPUTED = Line(key="Somebody else claims this profile: {cases}. {role} decides who is the customer.")
HELD = Line(
    key=(
        "Somebody else claims this profile: {cases}. {role} has to decide first who is the customer. I have not changed"
        " anything."
    )
)


def asks(command: Command, playbook: Playbook) -> bool:
    """Return whether a command depends on other claims: it identifies profile or caller, or does what must wait."""
    spec = playbook.disputes
    if spec is None:
        return False
    told = {*spec.same, *spec.contact, *spec.enquirer}
    if isinstance(command, Settle):
        return isinstance(command.effect, AskWhoWrote) and command.result.kind == "answered"
    if isinstance(command, RecordFacts):
        return not told.isdisjoint(command.fills)
    if isinstance(command, CompleteStep | CompletePart):
        return not told.isdisjoint(_asked(command, playbook)) or _name(command) in spec.holds
    return isinstance(command, Reopen)


def _asked(command: CompleteStep | CompletePart, playbook: Playbook) -> frozenset[str]:
    step = playbook.steps.get(command.step)
    if step is None:
        return frozenset()
    if isinstance(command, CompleteStep):
        return fields_asked(step)
    part = step.parts.get(command.part)
    return frozenset(ask.field for ask in part.asks) if part else frozenset()


def rivals(case: Case, playbook: Playbook, others: Iterable[tuple[Case, Playbook]]) -> tuple[str, ...]:
    """List the cases that claim this profile for another caller; known ones first, even where not loaded.

    `case` is the state after the command; a rival stays one until a decision, even if its case or its facts change.
    """
    seen = {display(*other): other[0] for other in others}
    stay = [one for one in case.rivals if one not in seen or _stays(case, playbook, seen[one])]
    new = [
        name
        for name, other in seen.items()
        if name not in (*case.rivals, *case.decided) and _claims(case, other, playbook)
    ]
    return (*stay, *new)


def _stays(case: Case, playbook: Playbook, other: Case) -> bool:
    """Return whether a rival is undecided: closing it decides only if done by a decider who opened neither case."""
    return other.open or other.judged_by in {"", case.opener}


def _claims(case: Case, other: Case, playbook: Playbook) -> bool:
    """Return whether another case claims the same profile for a different caller, now or when last checked."""
    spec = playbook.disputes
    if spec is None or other.playbook != playbook.playbook:
        return False
    if case.number and display(case, playbook) in other.rivals:
        return _stays(case, playbook, other)
    return other.open and _one_profile(case, other, spec) and differ(case, other, playbook)


def _one_profile(case: Case, other: Case, spec: Disputes) -> bool:
    pairs = ((case.value(name), other.value(name)) for name in spec.same)
    return next((same(one, two) for one, two in pairs if one and two), False)


def flag(draft: Draft) -> None:
    """Record a change of the rivals, where they were looked up."""
    found, before = draft.related.rivals, draft.case.rivals
    if found is None or found == before:
        return
    new = tuple(one for one in found if one not in before)
    draft.add(ProfileDisputed(at=draft.now, by=BOT.id, cases=found, new=new))


def held(command: CompleteStep | CompletePart, draft: Draft) -> Line | None:
    """Return why a command has to wait for a decision; None without a dispute."""
    spec, rivals = draft.playbook.disputes, draft.related.rivals
    if spec is None or not rivals or _name(command) not in spec.holds:
        return None
    return said(HELD, rivals, draft.playbook)


def warnings(situation: Situation) -> Iterator[Line]:
    """Yield the dispute warning for the cards of an open case."""
    case = situation.case
    if case.open and case.rivals:
        yield said(DISPUTED, case.rivals, situation.playbook)


def said(line: Line, cases: tuple[str, ...], playbook: Playbook) -> Line:
    """Fill the cases and the deciding role into a line."""
    return Line(key=line.key, args={"cases": ", ".join(cases), "role": _title(playbook)})


def judge(situation: Situation) -> tuple[str, ...]:
    """Return the role that has to decide, for an open case with a dispute."""
    case = situation.case
    return deciders(situation.playbook)[:1] if case.open and case.rivals else ()


def _title(playbook: Playbook) -> Text:
    role = next(iter(deciders(playbook)), playbook.steps[playbook.opens_with].owner)
    return playbook.roles[role].title


def closing(situation: Situation, by: Person) -> tuple[DisputeDecided, ...]:
    """Return the decision implied when a decider closes a disputed case they did not open."""
    case, playbook = situation.case, situation.playbook
    judge = not by.roles.isdisjoint(deciders(playbook)) and not by.is_named(case.opener)
    if not judge or not case.rivals or playbook.disputes is None:
        return ()
    return (DisputeDecided(at=situation.now, by=by.id, cases=case.rivals, closes=True),)


def _name(command: CompleteStep | CompletePart) -> str:
    part = command.part if isinstance(command, CompletePart) else None
    return f"{command.step}.{part}" if part else command.step
