"""The roster in memory: what the port `Rosters` promises. Two directories may share one, as two replicas do."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from desk.service.ports import StoreGone
from desk.service.roster import Group, Membership, Profile, Roster


@dataclass
class FakeRosters:
    """A store for tests. Set `gone` to make the database not answer."""

    roster: Roster = field(default_factory=lambda: Roster(revision=0))
    gone: bool = False

    async def revision(self) -> int:
        self._answer()
        return self.roster.revision

    async def load(self) -> Roster:
        self._answer()
        return self.roster

    async def change_group(self, group: str, change: Callable[[Group], Group]) -> None:
        self._answer()
        groups = {**self.roster.groups, group: change(self.roster.groups.get(group, Group()))}
        self._keep(groups=groups)

    async def change_person(self, person: str, change: Callable[[Profile | None], Profile]) -> None:
        self._answer()
        people = {**self.roster.people, person: change(self.roster.people.get(person))}
        self._keep(people=people)

    async def forget_people(self, keep: Collection[str], before: int) -> None:
        self._answer()
        there = self.roster.people.items()
        self._keep(people={name: one for name, one in there if name in keep or one.seen >= before})

    def _keep(self, **changed: Mapping[str, object]) -> None:
        self.roster = replace(self.roster, revision=self.roster.revision + 1, **changed)

    def _answer(self) -> None:
        if self.gone:
            raise StoreGone("the fake does not answer")

    def put(self, group: str, *people: str) -> None:
        """Have a group hold these full members of the workspace, as of now; nobody is told."""
        at = max((one.newest for one in self.roster.groups.values()), default=0) + 1
        members = {person: Membership(True, at) for person in people}
        seen = {person: self.roster.people.get(person, Profile()) for person in people}
        self._keep(groups={**self.roster.groups, group: Group(at, members)}, people={**self.roster.people, **seen})
