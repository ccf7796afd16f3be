"""What happened, in the past tense, never changed. The log of these is the truth about a case.

Values of customers stand in `Fact`s and `Sealed` notes, which the store keeps in the vault; everything else here is
free of personal data.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from desk.case.dispute_events import ClaimLookedInto, DisputeDecided, ProfileDisputed
from desk.case.privacy_events import CaseErased, HoldReleased, HoldSet, PersonalShown, PostsRedacted
from desk.case.verification_events import AnswersLearnt, StepRests, VerificationLocked
from desk.case.work_events import (
    BackOfficeAnswered,
    CardShown,
    EffectDelayed,
    EffectDied,
    EffectDoneByHand,
    EffectPlanned,
    EffectRetried,
    PeopleTold,
    SheetRead,
    SheetUploaded,
    TicketCreated,
    TicketMoved,
    TicketRead,
)
from desk.values import Fact, Happened, Instant, Line


class CaseOpened(Happened):
    """A case began on this playbook (its content hash)."""

    kind: Literal["case_opened"] = "case_opened"
    number: int
    playbook: str
    playbook_hash: str
    language: str


class FactsRecorded(Happened):
    """Facts were given, or corrected."""

    kind: Literal["facts_recorded"] = "facts_recorded"
    facts: dict[str, Fact]
    step: str | None = None
    confirmed: bool = True
    """False for what only a ticket says: it stands in forms, and counts as known once a person has sent it on."""


class StepOpened(Happened):
    """Somebody now owes this step."""

    kind: Literal["step_opened"] = "step_opened"
    step: str
    occurrence: int = 1


class StepSkipped(Happened):
    """This step's condition can no longer hold."""

    kind: Literal["step_skipped"] = "step_skipped"
    step: str


class StepClaimed(Happened):
    """Somebody said "I have this"."""

    kind: Literal["step_claimed"] = "step_claimed"
    step: str
    occurrence: int = 1


class StepCompleted(Happened):
    """A step was finished with this outcome."""

    kind: Literal["step_completed"] = "step_completed"
    step: str
    outcome: str
    occurrence: int = 1
    compared: bool = False
    """Whether the desk compared the answers that decided it; a person judged them otherwise."""


class PartCompleted(Happened):
    """One part of a step was finished."""

    kind: Literal["part_completed"] = "part_completed"
    step: str
    part: str
    occurrence: int = 1


class CustomerTold(Happened):
    """These texts of the playbook were read or written to the customer."""

    kind: Literal["customer_told"] = "customer_told"
    step: str
    texts: tuple[str, ...]


class PromiseMade(Happened):
    """The customer was told that this will happen."""

    kind: Literal["promise_made"] = "promise_made"
    promise: str


class PromiseClosed(Happened):
    """A promise was kept, or closed because the case ended."""

    kind: Literal["promise_closed"] = "promise_closed"
    promise: str
    kept: bool


class Escalated(Happened):
    """The structured escalation was composed; its items stay as they were then."""

    kind: Literal["escalated"] = "escalated"
    post: str
    step: str
    part: str
    items: dict[str, Fact]


class ChaseSent(Happened):
    """A rung of a duty's ladder was used; `rung` counts all rungs used, the skipped ones included."""

    kind: Literal["chase_sent"] = "chase_sent"
    duty: str
    rung: int


class ActRefused(Happened):
    """Somebody tried something they may not do, or that no longer applies."""

    kind: Literal["act_refused"] = "act_refused"
    what: str
    why: Line


class CaseEnded(Happened):
    """The case is closed with this code of the playbook."""

    kind: Literal["case_ended"] = "case_ended"
    ending: str


class CaseReopened(Happened):
    """A closed case goes on at this step."""

    kind: Literal["case_reopened"] = "case_reopened"
    step: str
    reason: Fact


class AttemptLogged(Happened):
    """A try that did not finish a step; its due time moves to `until_at`."""

    kind: Literal["attempt_logged"] = "attempt_logged"
    step: str
    attempt: str
    until_at: Instant


class StepSnoozed(Happened):
    """Reminders for a step were put off, with a reason."""

    kind: Literal["step_snoozed"] = "step_snoozed"
    step: str
    until_at: Instant
    reason: Fact


class StepHandedOver(Happened):
    """A step was given to somebody."""

    kind: Literal["step_handed_over"] = "step_handed_over"
    step: str
    to: str


class StepOverridden(Happened):
    """Four eyes and caps were lifted for a step, with a reason."""

    kind: Literal["step_overridden"] = "step_overridden"
    step: str
    reason: Fact


class CaseWaiting(Happened):
    """The case waits for the customer; the clock stands still."""

    kind: Literal["case_waiting"] = "case_waiting"
    reason: Fact


class CaseResumed(Happened):
    """The clock goes on."""

    kind: Literal["case_resumed"] = "case_resumed"


class TwinsSeen(Happened):
    """Other open cases are about the same customer."""

    kind: Literal["twins_seen"] = "twins_seen"
    cases: tuple[str, ...]


class CaseMerged(Happened):
    """This case was a duplicate: it goes on in another one."""

    kind: Literal["case_merged"] = "case_merged"
    into: str


class QuestionPut(Happened):
    """Something was asked of a role about an escalation, or answered."""

    kind: Literal["question_put"] = "question_put"
    to: str
    words: Fact


class NoteAdded(Happened):
    """Somebody wrote a note on the case."""

    kind: Literal["note_added"] = "note_added"
    words: Fact


Event = Annotated[
    CaseOpened
    | FactsRecorded
    | StepOpened
    | StepSkipped
    | StepClaimed
    | StepCompleted
    | PartCompleted
    | CustomerTold
    | PromiseMade
    | PromiseClosed
    | Escalated
    | EffectPlanned
    | TicketCreated
    | TicketMoved
    | TicketRead
    | CardShown
    | PeopleTold
    | ChaseSent
    | EffectDelayed
    | EffectDied
    | EffectRetried
    | EffectDoneByHand
    | ActRefused
    | CaseEnded
    | CaseReopened
    | AttemptLogged
    | StepSnoozed
    | StepHandedOver
    | StepOverridden
    | CaseWaiting
    | CaseResumed
    | TwinsSeen
    | CaseMerged
    | NoteAdded
    | QuestionPut
    | SheetRead
    | SheetUploaded
    | BackOfficeAnswered
    | CaseErased
    | PostsRedacted
    | HoldSet
    | HoldReleased
    | PersonalShown
    | VerificationLocked
    | ProfileDisputed
    | DisputeDecided
    | ClaimLookedInto
    | AnswersLearnt
    | StepRests,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads and writes any event."""
