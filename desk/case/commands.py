"""Commands: requests to change a case. Frozen, typed, and free of any vendor's format."""

from datetime import datetime
from typing import Literal

from desk.case.effects import Effect
from desk.case.results import Result, TicketFound
from desk.values import BOT, Fills, Person, TicketRef, Value


class Command(Value):
    """Request about one case. `delivery` is the idempotency key of the message that carried it."""

    case: str
    delivery: str
    by: Person = BOT


class OpenCase(Command):
    """Open a case by finishing the playbook's first step. `case` is a ULID made when the form was opened."""

    playbook: str
    fills: Fills = {}


class CompleteStep(Command):
    """Finish a step with one of its outcomes."""

    step: str
    occurrence: int = 1
    outcome: str = "done"
    fills: Fills = {}


class CompletePart(Command):
    """Finish one part of a step."""

    step: str
    part: str
    occurrence: int = 1
    fills: Fills = {}


class ClaimStep(Command):
    """Assign a step to oneself."""

    step: str
    occurrence: int = 1


class RecordFacts(Command):
    """Record or correct facts without finishing anything. `answers` names the step or part whose form it was."""

    fills: Fills = {}


class NoteTicket(Command):
    """Read a ticket of this case again, because it may have changed."""

    ticket: TicketRef


class AdoptTicket(Command):
    """Open a case from a ticket that was created by hand. The `case` key is derived from the ticket's number."""

    playbook: str
    found: TicketFound
    author: str = ""
    """Who made the ticket: a person's id, or an agent's name; empty where no agent did."""


class Chase(Command):
    """Send the reminders that are due.

    `gathered` marks reminders that a digest already covers, `held` those that wait for the next digest.
    """

    gathered: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


class HandOver(Command):
    """Assign a step to another person, who is told directly."""

    step: str
    to: Person
    occurrence: int = 1


class PersonLeft(Command):
    """Pass on what a person had by these roles, which have ended. By the desk itself."""

    person: str
    ended: frozenset[str]


class Snooze(Command):
    """Postpone a step's reminders by this many seconds, with a reason."""

    step: str
    seconds: int
    reason: str
    occurrence: int = 1


class LogAttempt(Command):
    """Log an attempt that did not finish a step, such as a call nobody answered."""

    step: str
    attempt: str
    occurrence: int = 1
    fills: Fills = {}


class WaitForCustomer(Command):
    """Pause the case's due times until the customer answers."""

    reason: str


class Resume(Command):
    """End the pause."""


class Override(Command):
    """Lift the safeguards of one step (four eyes, caps, duplicate guard, cooling-off), with a reason."""

    step: str
    reason: str
    occurrence: int = 1


class Cancel(Command):
    """Close a case as a false alarm, with one of the playbook's codes."""

    code: str
    reason: str = ""


class Reopen(Command):
    """Reopen a closed case at the step that ended it."""

    reason: str


class Merge(Command):
    """Close a duplicate case in favour of another one (display name)."""

    into: str


class AddNote(Command):
    """Add a note to the case, and to its ticket where there is one."""

    words: str


class Question(Command):
    """Ask the other side of an escalation a question, or answer theirs."""

    words: str


class Erase(Command):
    """Destroy the keys of these retention classes of a closed case; of all classes where none is named."""

    keep: tuple[str, ...] = ()
    why: Literal["asked", "retention"] = "asked"


class Hold(Command):
    """Put a case on legal hold: nothing of it is erased until it is released."""

    reason: str


class Release(Command):
    """End a legal hold."""


class RetryEffect(Command):
    """Retry a dead letter."""

    effect: str


class FinishByHand(Command):
    """Mark a dead letter as done by hand; `reference` says where (a ticket number, a link).

    `shown` is the mark of the ticket that the person confirmed.
    """

    effect: str
    reference: str = ""
    shown: str = ""


class Settle(Command):
    """Apply the result of an effect."""

    effect: Effect
    result: Result
    at: datetime | None = None


class ShowPersonal(Command):
    """Unmask the personal values that a card hides in its public channel."""

    inbox: str


class LookAtClaims(Command):
    """Check again which cases claim the same profile, because another case (display name) may have changed."""

    about: str


class DecideDispute(Command):
    """Decide that this case's caller is the customer. The other cases stay disputed until they are closed."""

    reason: str
    shown: tuple[str, ...] = ()
    """The other cases as the form named them; a case that came later is not decided."""
