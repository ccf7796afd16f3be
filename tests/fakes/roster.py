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

    def on_members_changed(self, subteam_id: str, users: Sequence[str]) -> None:
        self.groups[subteam_id] = tuple(users)

    def on_members_moved(self, subteam_id: str, added: Sequence[str], removed: Sequence[str]) -> None:
        self.moved.append((subteam_id, tuple(added), tuple(removed)))

    def on_user_changed(self, user: Mapping[str, Any]) -> None:
        self.described.append(user)
