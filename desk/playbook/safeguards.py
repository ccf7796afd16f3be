"""Safeguards that a playbook asks for: compared answers, lockout, cooling off, disputed profiles. Pure data."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from desk.playbook.shorthand import Duration, Names
from desk.values import Value

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


class Lockout(Value):
    """After so many failures for one customer, in whatever case and by whomever, only the role `then` may go on.

    `failed` are the outcomes that count; `same` are the fields by which another case is about the same customer.
    """

    failed: Names
    same: Names
    then: str
    most: int = Field(3, ge=1)
    within: Duration = timedelta(hours=24)


class CoolOff(Value):
    """The step rests so long after the latest of these steps and `step.part`s; whoever may override lifts it with a reason."""

    after: Names
    wait: Duration = timedelta(0)


class Wrote(Value):
    """Where the number of the customer's own ticket stands, and the fields into which goes who wrote it.

    The ticket system says so, and nobody has confirmed it: no step asks for these two fields.
    """

    ticket: str
    email: str | None = None
    phone: str | None = None


class Disputes(Value):
    """Open cases of one profile that are claimed by different people; `holds` waits until `decided_by` has decided.

    The first field of `same` that both cases know says whether it is one profile. People differ by a field of `contact`,
    by who `wrote` their tickets, or by the names in `enquirer` where those are not nearly the same.
    `holds` names steps and `step.part`; without `decided_by` whoever may cancel decides.
    """

    same: Names
    contact: Names
    holds: Names
    decided_by: Names = ()
    enquirer: Names = ()
    wrote: Wrote | None = None
