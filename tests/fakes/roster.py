"""Who has which role, in a table of a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desk.values import Person


@dataclass
class FakeRoster:
    """People by id; whoever is not in the table has no role."""

    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    moved: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    described: list[Mapping[str, Any]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    revision: int = 0
    caught_up: int = 0

    def add(self, ident: str, name: str, *roles: str, zone: str = "Africa/Johannesburg") -> Person:
        person = Person(id=ident, name=name, roles=frozenset(roles), zone=zone)
        self.people[ident] = person
        return person

    def person(self, person_id: str) -> Person:
        return self.people.get(person_id, Person(id=person_id))

    def members(self, role: str) -> tuple[str, ...]:
        return tuple(one.id for one in self.people.values() if role in one.roles)

    def learn_soon(self, person_id: str) -> None:
        if person_id not in self.people:
            self.unknown.append(person_id)

    async def catch_up(self) -> None:
        self.caught_up += 1

    async def on_listed(self, group: str, people: Sequence[str], at: int) -> None:
        self.groups[group] = (*people,)
        self.stamps.append(at)

    async def on_moved(self, group: str, added: Sequence[str], removed: Sequence[str], at: int) -> None:
        self.moved.append((group, tuple(added), tuple(removed)))
        self.stamps.append(at)

    async def on_unlisted(self, group: str) -> None:
        self.unlisted.append(group)

    async def on_user(self, user: Mapping[str, Any], at: int) -> None:
        self.described.append(user)
        self.stamps.append(at)
