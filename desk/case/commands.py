"""What somebody or something asks of the desk. Commands are frozen, typed and already free of any vendor's format."""

from datetime import datetime
from typing import Literal

from desk.case.effects import Effect
from desk.case.results import Result, TicketFound
from desk.values import BOT, Fills, Instant, Person, Value


class Command(Value):
    """A request about one case. `delivery` names the message that carried it, so that a repeat is known."""

    case: str
    delivery: str
    by: Person = BOT
    rivals: tuple[str, ...] | None = None  # cases of others who claim the profile; by the engine


class OpenCase(Command):
    """Open a case by finishing the playbook's first step. `case` is a ULID made when the form was opened."""

    playbook: str
    number: int = 0
    fills: Fills = {}
    twins: tuple[str, ...] = ()
    """Display names of open cases about the same customer; the engine fills it in."""
    failures: tuple[Instant, ...] = ()  # of this customer's verification; by the engine, too


class CompleteStep(Command):
    """Finish a step with one of its outcomes."""

    step: str
    occurrence: int = 1
    outcome: str = "done"
    fills: Fills = {}
    clashes: tuple[str, ...] = ()
    """Display names of other cases that finished this step for the same customer and orders; the engine fills it in."""
    failures: tuple[Instant, ...] = ()  # of this customer's verification; by the engine, too
    answers: dict[str, str] = {}
    """Keyed digests of what the caller answered, by field; the engine puts them in the place of the words."""


class CompletePart(Command):
    """Finish one part of a step."""

    step: str
    part: str
    occurrence: int = 1
    fills: Fills = {}


class ClaimStep(Command):
    """Say "I have this"."""

    step: str
    occurrence: int = 1


class RecordFacts(Command):
    """Give or correct facts without finishing anything. `answers` names the step or part whose form it was."""

    fills: Fills = {}


class NoteTicket(Command):
    """A ticket of this case may have changed: look at it."""

    ticket: int


class AdoptTicket(Command):
    """Make a case of a ticket that people made by hand. `case` follows from the ticket's number."""

    playbook: str
    found: TicketFound
    number: int = 0
    twins: tuple[str, ...] = ()
    failures: tuple[Instant, ...] = ()


class Chase(Command):
    """Time has passed: remind whoever owes something.

    `gathered` marks reminders that a digest says for this case, `held` those that wait for the next digest.
    """

    gathered: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


class HandOver(Command):
    """Give a step to somebody, who is told directly."""

    step: str
    to: Person
    occurrence: int = 1


class Snooze(Command):
    """Put a step's reminders off for so many seconds, with a reason."""

    step: str
    seconds: int
    reason: str
    occurrence: int = 1


class LogAttempt(Command):
    """Log a try that did not finish a step, such as a call nobody answered."""

    step: str
    attempt: str
    occurrence: int = 1
    fills: Fills = {}


class WaitForCustomer(Command):
    """Let the clock stand still until the customer has answered."""

    reason: str


class Resume(Command):
    """Let the clock go on."""


class Override(Command):
    """Lift four eyes and caps for a step, with a reason."""

    step: str
    reason: str
    occurrence: int = 1


class Cancel(Command):
    """Close a case as a false alarm, with one of the playbook's codes."""

    code: str
    reason: str = ""


class Reopen(Command):
    """Go on with a closed case at the step that ended it."""

    reason: str


class Merge(Command):
    """Close a duplicate: it goes on in another case (display name)."""

    into: str


class AddNote(Command):
    """Write a note on the case; it reaches the ticket where there is one."""

    words: str


class Question(Command):
    """Ask the other side of an escalation something, or answer them."""

    words: str


class Erase(Command):
    """Destroy the keys of these retention classes of a closed case; of all where none is named."""

    keep: tuple[str, ...] = ()
    why: Literal["asked", "retention"] = "asked"


class Hold(Command):
    """Keep everything of a case until it is released."""

    reason: str


class Release(Command):
    """End a legal hold."""


class RetryEffect(Command):
    """Try a dead letter again."""

    effect: str


class FinishByHand(Command):
    """Somebody did a dead letter's work by hand; `reference` says where (a ticket number, a link)."""

    effect: str
    reference: str = ""


class Settle(Command):
    """The result of an effect."""

    effect: Effect
    result: Result
    at: datetime | None = None


class ShowPersonal(Command):
    """Look at the personal values that the card of an inbox hides from its public channel."""

    inbox: str


class LookAtClaims(Command):
    """Another case (display name) may claim the same profile, or no longer does: look, whatever the message said."""

    about: str


class DecideDispute(Command):
    """Decide that this case's caller is the customer. The other cases wait on until they are closed."""

    reason: str
    openers: tuple[str, ...] = ()  # who opened the other cases; by the engine
    shown: tuple[str, ...] = ()
    """The other cases as the form named them; one that came since is not decided."""
