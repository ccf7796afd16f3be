"""Two people who claim one profile: how a playbook says what that is, and the event that it is so. Pure data."""

from typing import Literal

from desk.outcomes import Happened
from desk.pieces import Names
from desk.values import Value


class Disputes(Value):
    """Open cases of one profile whose callers give other contact details; `holds` waits until one is left.

    The first field of `same` that both cases know says whether it is one profile. `holds` names steps and `step.part`.
    """

    same: Names
    contact: Names
    holds: Names


class ProfileDisputed(Happened):
    """These open cases claim the same profile with other contact details; none when that is over."""

    kind: Literal["profile_disputed"] = "profile_disputed"
    cases: tuple[str, ...]
