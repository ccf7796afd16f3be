"""Who of a role is on duty: the people to mention when something has to be done now. Kept in memory, written through.

Having a role and being on duty are two things: who may act follows from the role alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desk.values import Person


class Shifts(Protocol):
    """Keeps who is on duty. Raises StoreGone when the database does not answer."""

    async def on_duty(self) -> Mapping[str, frozenset[str]]:
        """Give who is on duty by role; a role whose people never used the switch is missing."""
        ...

    async def begin(self, person: str, roles: Collection[str], now: datetime) -> None:
        """Somebody is on duty in these roles from now on, and in no other."""
        ...

    async def end(self, person: str, roles: Collection[str], now: datetime) -> None:
        """Somebody is on duty no longer; that these roles use the switch stays known."""
        ...


@dataclass
class Rota:
    """Says who is on duty. `members` lists who has a role, `covers` which role stands in for it."""

    shifts: Shifts
    members: Callable[[str], Sequence[str]]
    covers: Mapping[str, str]
    _on: Mapping[str, frozenset[str]] = field(default_factory=dict)

    async def refresh(self) -> None:
        """Read who is on duty; another process may have changed it."""
        self._on = await self.shifts.on_duty()

    async def switch(self, person: Person, on: bool, now: datetime) -> None:
        """Begin or end somebody's duty in all their roles."""
        if on:
            await self.shifts.begin(person.id, person.roles, now)
        else:
            await self.shifts.end(person.id, person.roles, now)
        await self.refresh()

    def is_on(self, person: Person) -> bool:
        """Say whether somebody is on duty."""
        return any(person.id in self._on.get(role, ()) for role in person.roles)

    def uses_switch(self, role: str) -> bool:
        """Say whether anybody of a role ever said that they are on duty, or not."""
        return role in self._on

    def on_duty(self, role: str) -> tuple[str, ...]:
        """List who is on duty: of the role, else of the role that covers for it, else everybody who has it."""
        asked: list[str] = []
        following: str | None = role
        while following and following not in asked:
            asked.append(following)
            if there := self._there(following):
                return there
            following = self.covers.get(following)
        return tuple(self.members(role))

    def _there(self, role: str) -> tuple[str, ...]:
        members = tuple(self.members(role))
        if role not in self._on:
            return members
        return tuple(one for one in members if one in self._on[role])
