"""Events: immutable facts about a case, in the past tense. The event log is the source of truth.

Personal values stand in `Fact`s and `Sealed` notes, which the store keeps in the vault; everything else in an event is
free of personal data.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from desk.case.dispute_events import ClaimLookedInto, DisputeDecided, ProfileDisputed
from desk.case.leaving_events import ClaimEnded, InboxPassed
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
    """A case was opened on a playbook (by content hash)."""

    kind: Literal["case_opened"] = "case_opened"
    number: int
    playbook: str
    playbook_hash: str
    language: str
    author: str = ""
    """Who made the ticket of an adopted case: a person's id, or the name of an agent of the ticket system."""


class FactsRecorded(Happened):
    """Facts were recorded or corrected."""

    kind: Literal["facts_recorded"] = "facts_recorded"
    facts: dict[str, Fact]
    step: str | None = None
    confirmed: bool = True
    """False for what only a ticket says: it prefills forms, and is known once a person has submitted it."""


class StepOpened(Happened):
    """A step was opened: it is owed from now on."""

    kind: Literal["step_opened"] = "step_opened"
    step: str
    occurrence: int = 1


class StepSkipped(Happened):
    """A step was skipped, because its condition can no longer hold."""

    kind: Literal["step_skipped"] = "step_skipped"
    step: str


class StepClaimed(Happened):
    """A step was claimed."""

    kind: Literal["step_claimed"] = "step_claimed"
    step: str
    occurrence: int = 1


class StepCompleted(Happened):
    """A step was finished with an outcome."""

    kind: Literal["step_completed"] = "step_completed"
    step: str
    outcome: str
    occurrence: int = 1
    compared: bool = False
    """Whether the desk compared the deciding answers; otherwise a person judged them."""


class PartCompleted(Happened):
    """A part of a step was finished."""

    kind: Literal["part_completed"] = "part_completed"
    step: str
    part: str
    occurrence: int = 1


class CustomerTold(Happened):
    """Texts of the playbook were read or written to the customer."""

    kind: Literal["customer_told"] = "customer_told"
    step: str
    texts: tuple[str, ...]


class PromiseMade(Happened):
    """A promise was made to the customer."""

    kind: Literal["promise_made"] = "promise_made"
    promise: str


class PromiseClosed(Happened):
    """A promise was kept, or closed because the case ended."""

    kind: Literal["promise_closed"] = "promise_closed"
    promise: str
    kept: bool


class Escalated(Happened):
    """The structured escalation was posted; its items are a snapshot."""

    kind: Literal["escalated"] = "escalated"
    post: str
    step: str
    part: str
    items: dict[str, Fact]


class ChaseSent(Happened):
    """A rung of a duty's reminder ladder was used; `rung` counts all rungs used, including skipped ones."""

    kind: Literal["chase_sent"] = "chase_sent"
    duty: str
    rung: int


class ActRefused(Happened):
    """A command was refused: not permitted, or no longer applicable."""

    kind: Literal["act_refused"] = "act_refused"
    what: str
    why: Line


class CaseEnded(Happened):
    """The case was closed with one of the playbook's ending codes."""

    kind: Literal["case_ended"] = "case_ended"
    ending: str


class CaseReopened(Happened):
    """A closed case was reopened at a step."""

    kind: Literal["case_reopened"] = "case_reopened"
    step: str
    reason: Fact


class AttemptLogged(Happened):
    """An attempt that did not finish a step was logged; the step's due time moves to `until_at`."""

    kind: Literal["attempt_logged"] = "attempt_logged"
    step: str
    attempt: str
    until_at: Instant


class StepSnoozed(Happened):
    """A step's reminders were postponed, with a reason."""

    kind: Literal["step_snoozed"] = "step_snoozed"
    step: str
    until_at: Instant
    reason: Fact


class StepHandedOver(Happened):
    """A step was assigned to another person."""

    kind: Literal["step_handed_over"] = "step_handed_over"
    step: str
    to: str


class StepOverridden(Happened):
    """The safeguards of a step were lifted (four eyes, caps, duplicate guard, cooling-off), with a reason."""

    kind: Literal["step_overridden"] = "step_overridden"
    step: str
    reason: Fact


class CaseWaiting(Happened):
    """The case waits for the customer; due times are paused."""

    kind: Literal["case_waiting"] = "case_waiting"
    reason: Fact


class CaseResumed(Happened):
    """The pause ended."""

    kind: Literal["case_resumed"] = "case_resumed"


class TwinsSeen(Happened):
    """Other open cases about the same customer were found."""

    kind: Literal["twins_seen"] = "twins_seen"
    cases: tuple[str, ...]


class CaseMerged(Happened):
    """The case was closed as a duplicate of another one."""

    kind: Literal["case_merged"] = "case_merged"
    into: str


class QuestionPut(Happened):
    """A question about an escalation was asked or answered."""

    kind: Literal["question_put"] = "question_put"
    to: str
    words: Fact


class NoteAdded(Happened):
    """A note was added to the case."""

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
    | StepRests
    | ClaimEnded
    | InboxPassed,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads and writes any event."""
