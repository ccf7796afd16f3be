"""Events of a disputed profile: claimed by somebody else, decided, looked into. Part of the event log."""

from typing import Literal

from desk.values import Fact, Happened


class ProfileDisputed(Happened):
    """These cases claim the same profile for somebody else, `new` of them since now; none when that is over."""

    kind: Literal["profile_disputed"] = "profile_disputed"
    cases: tuple[str, ...]
    new: tuple[str, ...] = ()


class DisputeDecided(Happened):
    """Whoever decides did so: this case's caller is the customer and not that of `cases`, or the reverse where it `closes`."""

    kind: Literal["dispute_decided"] = "dispute_decided"
    cases: tuple[str, ...]
    closes: bool = False
    reason: Fact | None = None


class ClaimLookedInto(Happened):
    """Work about a dispute was done: another case heard of it, or somebody was asked who wrote a ticket."""

    kind: Literal["claim_looked_into"] = "claim_looked_into"
    effect: str
