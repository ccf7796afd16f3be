"""An answer of the caller that the desk compares with what Admin says: how a playbook says it, and what is known. Pure data.

Nobody is shown what would be right, and what was answered is never kept: SOP step 3 asks for pass or fail.
"""

from datetime import timedelta
from typing import Literal

from pydantic import JsonValue

from desk.outcomes import Happened
from desk.short_forms import Duration, Names
from desk.values import Fact, Value

About = Literal["order", "profile"]
"""What an answer is compared with: one order, or the profile as it is now with its orders."""


class Answer(Value):
    """What the caller is asked for, of the order or profile that the field `of` names.

    Orders placed less than `older` before the case was opened do not count, nor does one that a field of `not_in`
    names: who took an account over knows what they ordered themselves.
    """

    fact: Literal["restaurant", "total", "name", "contact", "recent_order"]
    of: str
    mode: Literal["by_hand", "http"] = "by_hand"
    older: Duration = timedelta(0)
    not_in: Names = ()

    @property
    def about(self) -> About:
        """Say what it is compared with."""
        return "order" if self.fact in {"restaurant", "total"} else "profile"


class Answered(Value):
    """What the back office did or told: facts by field, only those that it knows."""

    kind: Literal["answered"] = "answered"
    facts: dict[str, JsonValue] = {}


class Learnt(Value):
    """What would be right, as keyed digests by field, of the order or profile `of` names.

    `gives` are facts that count once the caller has passed; `customer` is whose order it is, empty where Admin does not say.
    """

    kind: Literal["learnt"] = "learnt"
    of: str
    found: bool = True
    answers: dict[str, tuple[str, ...]] = {}
    gives: dict[str, JsonValue] = {}
    customer: str = ""


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
