"""Look-ups: what a command needs to know of other cases before it is decided. Pure; nothing is read here.

They follow from the facts that the command itself carries; a command that would be refused for its answers or its
author needs none. An intake refused for its outcome's condition, which is judged later, has used up a number.
"""

from dataclasses import dataclass

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.effects import AskWhoWrote
from desk.case.results import Answered
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.fields.check import read_fills
from desk.identity import ownership_disputes
from desk.identity.back_office_results import take_in
from desk.identity.lockout import lockouts, watched
from desk.playbook.parts import Ask
from desk.rules.adopt_ticket import requester_facts
from desk.rules.finish_step import INCOMPLETE, record
from desk.rules.steps import check, may_open
from desk.values import Refusal
from desk.workflow.refusals import refuse

IDENTIFYING = ("email", "phone", "customer_id")
"""Fields by which two cases are about one customer."""


@dataclass(frozen=True)
class Lookups:
    """Questions about other cases. `case` holds the values to search by: the case with the command's facts."""

    case: Case
    number: bool = False
    """Whether a display number is needed. It is reserved for good: an intake that is then refused leaves a gap."""
    twins: tuple[str, ...] = ()
    """Fields of which one is shared by cases of the same customer."""
    claims: tuple[str, ...] | None = None
    """Names of cases that may claim the profile, beside those that share a value; None asks for no claims."""
    failures: tuple[str, ...] = ()
    """Fields of which one is shared by cases whose failed verifications count."""
    unique: tuple[str, ...] = ()
    """Fields that all must be shared by a case which finished `step`."""
    step: str = ""


def lookups(command: cmd.Command, situation: Situation) -> Lookups | None:
    """Return what to look up for a command, or None."""
    if isinstance(command, cmd.OpenCase | cmd.AdoptTicket):
        known = _carried(command, situation) if situation.case.opened_at is None else None
        return _for_new(known, situation) if known else None
    claims = _claims(command, situation)
    failures, unique = _of_step(command, situation) if isinstance(command, cmd.CompleteStep) else ((), ())
    if claims is None and not failures and not unique:
        return None
    known = _carried(command, situation)
    if known is None:
        return None
    step = command.step if isinstance(command, cmd.CompleteStep) else ""
    return Lookups(known, claims=claims, failures=failures, unique=unique, step=step)


def _of_step(command: cmd.CompleteStep, situation: Situation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the fields by which failed verifications count, and those that must not be shared, of a step."""
    step = situation.playbook.steps.get(command.step)
    lockout = watched(situation.playbook, command.step)
    lifted = situation.case.step(command.step).overridden
    return (lockout.same if lockout else ()), (step.unique if step and not lifted else ())


def _for_new(known: Case, situation: Situation) -> Lookups:
    """Return the look-ups of a new case: its number, the customer's other cases, and their failures."""
    disputes = situation.playbook.disputes
    return Lookups(
        known,
        number=True,
        twins=IDENTIFYING,
        claims=() if disputes else None,
        failures=IDENTIFYING if lockouts(situation.playbook) else (),
    )


def _claims(command: cmd.Command, situation: Situation) -> tuple[str, ...] | None:
    """Return the cases that may claim the profile by name, where the command depends on claims."""
    asks = isinstance(command, cmd.LookAtClaims | cmd.DecideDispute)
    if situation.playbook.disputes is None or not (asks or ownership_disputes.asks(command, situation.playbook)):
        return None
    about = (command.about,) if isinstance(command, cmd.LookAtClaims) else ()
    return (*about, *situation.case.rivals)


def _carried(command: cmd.Command, situation: Situation) -> Case | None:
    """Return the case with the facts that a command carries; None where it is refused before they count."""
    draft = Draft(situation)
    match command:
        case cmd.OpenCase():
            refused: object = may_open(command, draft) or record(draft, command, draft.playbook.opens_with, "done")
        case cmd.AdoptTicket():
            draft.add(ev.FactsRecorded(at=draft.now, by=command.by.id, facts=requester_facts(command.found, draft)))
            refused = None
        case cmd.CompleteStep():
            refused = _recorded(draft, command)
        case cmd.CompletePart():
            refused = _part(draft, command)
        case cmd.RecordFacts():
            refused = _read(draft, tuple(Ask(field=name) for name in command.fills), command)
        case cmd.Settle(effect=AskWhoWrote() as effect, result=Answered() as answer):
            take_in(draft, effect, answer)
            refused = None
        case _:
            refused = None
    return None if isinstance(refused, Refusal) else draft.case


def _recorded(draft: Draft, command: cmd.CompleteStep) -> object:
    duty = check(draft, command, command.step, None, command.occurrence)
    return duty if isinstance(duty, Refusal) else record(draft, command, command.step, command.outcome)


def _part(draft: Draft, command: cmd.CompletePart) -> object:
    duty = check(draft, command, command.step, command.part, command.occurrence)
    if isinstance(duty, Refusal):
        return duty
    return _read(draft, draft.playbook.steps[command.step].parts[command.part].asks, command)


def _read(draft: Draft, asks: tuple[Ask, ...], command: cmd.CompletePart | cmd.RecordFacts) -> Refusal | None:
    """Add the facts of a form; wrong answers are refused."""
    known = tuple(ask for ask in asks if ask.field in draft.playbook.fields)
    facts, wrong = read_fills(known, command.fills, draft.situation)
    if wrong or len(known) < len(asks):
        return refuse(INCOMPLETE, *wrong)
    if facts:
        draft.add(ev.FactsRecorded(at=draft.now, by=command.by.id, facts=facts))
    return None
