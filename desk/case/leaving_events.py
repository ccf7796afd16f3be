"""Leaving events: what ends for a case when somebody has a role no more. Part of the event log."""

from typing import Literal

from desk.values import Happened


class ClaimEnded(Happened):
    """A claim ended, because the person has the step's role no more: the role owes it again."""

    kind: Literal["claim_ended"] = "claim_ended"
    step: str
    occurrence: int = 1
    person: str


class InboxPassed(Happened):
    """What the opener received in direct messages goes to this role's inbox from now on."""

    kind: Literal["inbox_passed"] = "inbox_passed"
    person: str
    to: str
