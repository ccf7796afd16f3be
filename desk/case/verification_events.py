"""Events of a verification and of a rest: answers looked up, locked out, cooling off. Part of the event log."""

from typing import Literal

from desk.playbook.safeguards import About
from desk.values import Fact, Happened, Instant


class AnswersLearnt(Happened):
    """What answers of the caller will be compared with is known; every value goes with the case's key."""

    kind: Literal["answers_learnt"] = "answers_learnt"
    effect: str
    about: About
    found: bool
    of: Fact
    customer: Fact
    answers: dict[str, Fact] = {}
    gives: dict[str, Fact] = {}


class VerificationLocked(Happened):
    """This customer's verification failed so often that only another role may go on in this case."""

    kind: Literal["verification_locked"] = "verification_locked"
    failures: int


class StepRests(Happened):
    """A step that opened rests until then: nobody is reminded before, and nobody finishes it."""

    kind: Literal["step_rests"] = "step_rests"
    step: str
    until_at: Instant
