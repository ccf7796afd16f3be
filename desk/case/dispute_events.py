"""Dispute events: a profile claimed in several cases, the decision, the follow-up work."""

from typing import Literal

from desk.values import Fact, Happened


class ProfileDisputed(Happened):
    """The set of cases that claim the same profile changed; `new` are added, an empty set ends the dispute."""

    kind: Literal["profile_disputed"] = "profile_disputed"
    cases: tuple[str, ...]
    new: tuple[str, ...] = ()


class DisputeDecided(Happened):
    """The dispute was decided.

    The caller of this case is the customer and the callers of `cases` are not; with `closes` it is the reverse, and
    this case ends.
    """

    kind: Literal["dispute_decided"] = "dispute_decided"
    cases: tuple[str, ...]
    closes: bool = False
    reason: Fact | None = None


class ClaimLookedInto(Happened):
    """Follow-up work of a dispute was done: another case was notified, or a ticket's author was looked up."""

    kind: Literal["claim_looked_into"] = "claim_looked_into"
    effect: str
