"""Roster: who is in which user group and may have a role, as the database keeps it for all replicas. Merging is pure.

The newest knowledge wins, by the vendor's own stamps and not by arrival: events may come late, twice and out of order.
A stamp is in microseconds since 1970, by the vendor's clock; 0 means never.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

Standing = Literal["member", "deactivated", "guest", "foreign", "bot", "unknown"]
"""What an account is: only a full member of the workspace can have a role. `unknown` is one that nobody is shown."""


@dataclass(frozen=True)
class Membership:
    """Whether somebody was in a group, and since which stamp this is known."""

    present: bool
    at: int


@dataclass(frozen=True)
class Group:
    """A user group: its newest whole list's stamp, and per person what is known; `problem` is why it was not read."""

    listed_at: int = 0
    members: Mapping[str, Membership] = field(default_factory=dict)
    problem: str = ""

    @property
    def people(self) -> tuple[str, ...]:
        """Return who is in it, in a stable order."""
        return tuple(sorted(person for person, one in self.members.items() if one.present))

    @property
    def newest(self) -> int:
        """Return the newest stamp of all that is known of it."""
        return max((self.listed_at, *(one.at for one in self.members.values())))


@dataclass(frozen=True)
class Profile:
    """An account as last seen. `updated` is the profile's own stamp, `seen` that of the event or reading."""

    standing: Standing = "member"
    name: str = ""
    language: str = ""
    zone: str = ""
    updated: int = 0
    seen: int = 0
    agent: str = ""
    """Name of the agent with this person's email address in the ticket system; empty where Slack gives no address."""

    @property
    def stamp(self) -> tuple[int, int]:
        """Return what orders two sightings of one account."""
        return (self.updated, self.seen)


@dataclass(frozen=True)
class Roster:
    """All that is known. `revision` grows with every change that somebody could notice."""

    revision: int = -1
    groups: Mapping[str, Group] = field(default_factory=dict)
    people: Mapping[str, Profile] = field(default_factory=dict)


class Rosters(Protocol):
    """Store of the roster (port). Every method raises StoreGone when the database does not answer."""

    async def revision(self) -> int:
        """Return the roster's revision."""
        ...

    async def load(self) -> Roster:
        """Return the whole roster."""
        ...

    async def change_group(self, group: str, change: Callable[[Group], Group]) -> None:
        """Apply a pure change to a group, in one transaction."""
        ...

    async def change_person(self, person: str, change: Callable[[Profile | None], Profile]) -> None:
        """Apply a pure change to an account, in one transaction."""
        ...

    async def forget_people(self, keep: Collection[str], before: int) -> None:
        """Delete the accounts of all others that were last seen before this stamp."""
        ...


def _listed(group: Group, before: Membership | None, at: int) -> Membership | None:
    """Return the membership of somebody in a list; None where something of the same stamp says absent."""
    if before is not None and before.present:
        return before
    same = group.listed_at == at or (before is not None and before.at == at)
    return None if same else Membership(True, at)


def listed(group: Group, people: Collection[str], at: int) -> Group:
    """Apply a whole list of a group; what is known since a later stamp stays. At one stamp absence wins."""
    if at < group.listed_at:
        return replace(group, problem="")
    kept = {person: one for person, one in group.members.items() if one.at > at}
    for person in set(people) - kept.keys():
        if found := _listed(group, group.members.get(person), at):
            kept[person] = found
    return replace(group, listed_at=at, members=kept, problem="")


def moved(group: Group, added: Collection[str], removed: Collection[str], at: int) -> Group:
    """Apply additions and removals; what is known since a later stamp stays. At one stamp absence wins."""
    members = dict(group.members)
    for person in (*added, *removed):
        known = members.get(person, Membership(False, group.listed_at))
        since = max(known.at, group.listed_at)
        gone = person in removed
        if at > since or (at == since and gone):
            members[person] = Membership(not gone, at)
    return replace(group, members=members)


def newer(known: Profile | None, seen: Profile) -> Profile:
    """Return the newer of two sightings; at one stamp the one that permits less. Missing words stay as they were.

    A sighting without the profile's own stamp is ordered by when it was seen.
    """
    if known is None:
        return seen
    seen = seen if seen.updated else replace(seen, updated=known.updated)
    if seen.stamp < known.stamp or (seen.stamp == known.stamp and known.standing != "member"):
        return known
    words = {name: getattr(seen, name) or getattr(known, name) for name in ("name", "language", "zone", "agent")}
    return replace(seen, **words)
