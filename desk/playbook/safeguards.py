"""Safeguards of a playbook: compared answers, verification lockout, cooling-off, disputed profiles. Pure data."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from desk.playbook.shorthand import Duration, Names
from desk.values import Value

About = Literal["order", "profile"]
"""What an answer is compared with: one order, or the profile as it is now with its orders."""


class Answer(Value):
    """Verification answer that is compared with the order or profile named by the field `of`.

    Orders placed less than `older` before the case was opened do not count, nor do those named in a field of `not_in`:
    an attacker knows what they ordered themselves.
    """

    fact: Literal["restaurant", "total", "name", "contact", "recent_order"]
    of: str
    mode: Literal["by_hand", "http"] = "by_hand"
    older: Duration = timedelta(0)
    not_in: Names = ()

    @property
    def about(self) -> About:
        """Return whether it is compared with an order or with the profile."""
        return "order" if self.fact in {"restaurant", "total"} else "profile"


class Lockout(Value):
    """Verification lockout: after this many failures for one customer, across cases, only the role `then` may go on.

    `failed` are the outcomes that count; `same` are the fields that identify the customer in other cases.
    """

    failed: Names
    same: Names
    then: str
    most: int = Field(3, ge=1)
    within: Duration = timedelta(hours=24)


class CoolOff(Value):
    """Cooling-off period after the latest of these steps and `step.part`s.

    Whoever may override can lift it, with a reason.
    """

    after: Names
    wait: Duration = timedelta(0)


class Wrote(Value):
    """Field with the number of the customer's own ticket, and the fields that take its author.

    The author comes from the ticket system and is unconfirmed: no step asks for these two fields.
    """

    ticket: str
    email: str | None = None
    phone: str | None = None


class Disputes(Value):
    """Rule for open cases of one profile with different callers: `holds` wait until `decided_by` has decided.

    The first field of `same` that both cases know decides whether it is one profile. Callers differ by a field of
    `contact`, by the authors of their tickets (`wrote`), or by dissimilar names in `enquirer`. `holds` names steps and
    `step.part`; without `decided_by`, whoever may cancel decides.
    """

    same: Names
    contact: Names
    holds: Names
    decided_by: Names = ()
    enquirer: Names = ()
    wrote: Wrote | None = None
