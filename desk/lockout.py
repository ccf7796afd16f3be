"""When a verification has failed too often: how a playbook says it, and the event that it is so. Pure data."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from desk.outcomes import Happened
from desk.short_forms import Duration, Names
from desk.values import Value


class Lockout(Value):
    """After so many failures for one customer, in whatever case and by whomever, only the role `then` may go on.

    `failed` are the outcomes that count; `same` are the fields by which another case is about the same customer.
    """

    failed: Names
    same: Names
    then: str
    most: int = Field(3, ge=1)
    within: Duration = timedelta(hours=24)


class VerificationLocked(Happened):
    """This customer's verification failed so often that only another role may go on in this case."""

    kind: Literal["verification_locked"] = "verification_locked"
    failures: int
