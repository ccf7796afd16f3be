"""On-duty rota: who of a role is mentioned now. Write-through cache.

Being on duty is separate from having a role: permissions follow from the role alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desk.values import Person


class Shifts(Protocol):
    """Store of shifts (port). Raises StoreGone when the database does not answer."""

    async def on_duty(self) -> Mapping[str, frozenset[str]]:
        """Return the people on duty by role; a role that never used the switch is missing."""
        ...

    async def begin(self, person: str, roles: Collection[str], now: datetime) -> None:
        """Start a person's shift in these roles, and in no other."""
        ...

    async def end(self, person: str, roles: Collection[str], now: datetime) -> None:
        """End a person's shift; the roles stay marked as using the switch."""
        ...


@dataclass
class Rota:
    """Rota of all roles. `members` lists who has a role, `covers` which role covers for it."""

    shifts: Shifts
    members: Callable[[str], Sequence[str]]
    covers: Mapping[str, str]
    _on: Mapping[str, frozenset[str]] = field(default_factory=dict)

    async def refresh(self) -> None:
        """Reload from the store, which other processes write, too."""
        self._on = await self.shifts.on_duty()

    async def switch(self, person: Person, on: bool, now: datetime) -> None:
        """Start or end a person's shift in all their roles."""
        if on:
            await self.shifts.begin(person.id, person.roles, now)
        else:
            await self.shifts.end(person.id, person.roles, now)
        await self.refresh()

    def is_on(self, person: Person) -> bool:
        """Return whether a person is on duty."""
        return any(person.id in self._on.get(role, ()) for role in person.roles)

    def uses_switch(self, role: str) -> bool:
        """Return whether anybody of a role ever used the switch."""
        return role in self._on

    def on_duty(self, role: str) -> tuple[str, ...]:
        """List who is on duty: of the role, else of the role that covers for it, else all members of the role."""
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
