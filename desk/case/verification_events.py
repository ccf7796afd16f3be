"""Verification events: reference answers looked up, lockout, cooling-off. Part of the event log."""

from typing import Literal

from desk.playbook.safeguards import About
from desk.values import Fact, Happened, Instant


class AnswersLearnt(Happened):
    """Reference digests for the caller's answers were stored; they are erased with the case's key."""

    kind: Literal["answers_learnt"] = "answers_learnt"
    effect: str
    about: About
    found: bool
    of: Fact
    customer: Fact
    answers: dict[str, Fact] = {}
    gives: dict[str, Fact] = {}


class VerificationLocked(Happened):
    """Verification was locked: after too many failures only another role may go on with this case."""

    kind: Literal["verification_locked"] = "verification_locked"
    failures: int


class StepRests(Happened):
    """A cooling-off period began: no reminders and no completion of the step before it ends."""

    kind: Literal["step_rests"] = "step_rests"
    step: str
    until_at: Instant
