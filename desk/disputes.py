"""Two people who claim one profile: how a playbook says what that is, and the events that it is so. Pure data."""

from dataclasses import dataclass
from typing import Literal

from desk.outcomes import Happened
from desk.short_forms import Names
from desk.values import Fact, Text, Value, in_language


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


@dataclass(frozen=True)
class Claimant:
    """One of those who claim a profile: in which case, who took it, how it ended, and what is known of them, by field."""

    case: str
    opened_by: str
    ending: Text | None
    facts: tuple[tuple[str, Fact], ...]


_SAID: dict[str, Text] = {
    "disputed": {"en": "Somebody else claims this profile", "it": "Qualcun altro rivendica questo profilo"},
    "decided": {"en": "Decided who is the customer", "it": "Deciso chi è il cliente"},
    "over": {"en": "Nobody else claims this profile any more", "it": "Nessun altro rivendica più questo profilo"},
}  # fmt: skip


def told(event: Happened, language: str) -> str:
    """Say such an event in one line of a timeline, naming cases and nobody; empty for any other event."""
    if isinstance(event, DisputeDecided):
        return f"{in_language(_SAID['decided'], language)}: {', '.join(event.cases)}"
    if not isinstance(event, ProfileDisputed):
        return ""
    words = in_language(_SAID["disputed" if event.cases else "over"], language)
    return ": ".join(filter(None, (words, ", ".join(event.cases))))
