"""Cases in memory: what the port `Cases` promises, in as few words as possible."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from desk.cards.worklist import Figures, Goal, Owed
from desk.case.effects import Effect
from desk.case.events import Event, FactsRecorded
from desk.case.fold import fold
from desk.case.state import Case
from desk.case.work_events import TicketCreated
from desk.playbook.model import Playbook
from desk.service.ports import Commit, Conflict, LookPlan, Repeated, StoreGone
from desk.values import TicketRef


@dataclass
class Planned:
    """An effect and where it stands: queued, done or dead."""

    effect: Effect
    status: str = "queued"


@dataclass
class FakeCases:
    """A store for tests. Set `gone` to make the database not answer."""

    events: dict[str, tuple[Event, ...]] = field(default_factory=dict)
    effects: dict[str, Planned] = field(default_factory=dict)
    deadlines: dict[str, dict[str, datetime]] = field(default_factory=dict)
    deliveries: set[str] = field(default_factory=set)
    owed: dict[str, Sequence[Owed]] = field(default_factory=dict)
    goals: dict[str, Goal | None] = field(default_factory=dict)
    playbooks: dict[str, Playbook] = field(default_factory=dict)
    last_number: int = 0
    gone: bool = False

    def queued(self) -> list[Effect]:
        """Give what waits, in the order it was planned."""
        return [one.effect for one in self.effects.values() if one.status == "queued"]

    async def remember_playbook(self, playbook: Playbook, now: datetime | None = None) -> str:
        name = f"{hash(playbook.model_dump_json(by_alias=True)):x}"
        self.playbooks[name] = playbook
        return name

    async def load(self, case: str) -> tuple[Case, Playbook] | None:
        self._answer()
        if case not in self.events:
            return None
        found = self._case(case)
        return found, self.playbooks[found.playbook_hash]

    async def number(self) -> int:
        self._answer()
        self.last_number += 1
        return self.last_number

    async def commit(self, commit: Commit) -> None:
        self._answer()
        case = commit.case
        if commit.delivery in self.deliveries:
            raise Repeated(commit.delivery)
        if case.opened_at is None:
            self.deliveries |= {commit.delivery} - {""}
            return
        before = self.events.get(case.id, ())
        if len(before) != case.version - len(commit.events):
            raise Conflict(case.id)
        if twice := [e.key for e in commit.effects if e.key in self.effects]:
            raise ValueError(f"planned twice: {twice}")
        self.deliveries |= {commit.delivery} - {""}
        self.events[case.id] = (*before, *commit.events)
        self.deadlines[case.id] = {one.duty: one.fire_at for one in commit.deadlines}
        self.owed[case.id], self.goals[case.id] = commit.owed, commit.goal
        self.effects |= {effect.key: Planned(effect) for effect in commit.effects}
        self._move(commit)

    async def seen(self, delivery: str) -> bool:
        self._answer()
        return delivery in self.deliveries

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        self._answer()
        first = {case: min(of.values()) for case, of in self.deadlines.items() if of}
        late = sorted((at, case) for case, at in first.items() if at <= now)
        return [case for _, case in late[:limit]]

    async def of_ticket(self, ticket: TicketRef) -> str | None:
        self._answer()
        made = [
            (case, event)
            for case, events in self.events.items()
            for event in events
            if isinstance(event, TicketCreated)
        ]
        refs = ((case, TicketRef(account=event.account, id=event.id)) for case, event in made)
        return next((case for case, ref in refs if ref.names(ticket)), None)

    async def note(self, ticket: TicketRef, delivery: str, at: datetime, plan: LookPlan) -> str | None:
        case = await self.of_ticket(ticket)
        if case is None:
            return None
        if delivery in self.deliveries:
            raise Repeated(delivery)
        names = {one.id: name for name, one in self._case(case).tickets.items()}
        lanes = [one.lane for one in self.queued() if (one.case, one.kind) == (case, "look_at_ticket")]
        self.deliveries.add(delivery)
        if look := plan(case, names[ticket.id], lanes):
            self.effects[look.key] = Planned(look)
        return case

    async def named(self, number: int) -> str | None:
        self._answer()
        return next((case for case in self.events if self._case(case).number == number), None)

    async def find(self, field: str, value: str, limit: int = 20) -> Sequence[str]:
        self._answer()
        wanted = value.strip().casefold()
        found = {
            case
            for case, events in self.events.items()
            for event in events
            if isinstance(event, FactsRecorded) and wanted in _values(event, field)
        }
        return sorted(found, reverse=True)[:limit]

    async def sharing(self, field: str, values: Sequence[str], since: datetime, until: datetime) -> frozenset[str]:
        found = {one for value in values for one in await self.find(field, value, 10_000)}
        opened = {one: self._case(one).opened_at for one in found}
        return frozenset(one for one, at in opened.items() if at and since <= at < until)

    async def owed_by_role(self, roles: Collection[str], limit: int) -> Sequence[Owed]:
        self._answer()
        return _by_due(one for one in self._listed() if one.role in roles)[:limit]

    async def owed_by_person(self, person: str, limit: int) -> Sequence[Owed]:
        self._answer()
        return _by_due(one for one in self._listed() if one.held_by == person)[:limit]

    async def opened_by(self, person: str, limit: int) -> Sequence[Owed]:
        self._answer()
        mine = (one for one in self._listed() if one.opened_by == person != one.held_by)
        return _by_due(mine)[:limit]

    async def figures(
        self, roles: Collection[str], playbooks: Collection[str], since: datetime, now: datetime
    ) -> Figures:
        self._answer()
        cases = [self._case(case) for case in self.events]
        day = [c.id for c in cases if c.playbook in playbooks and c.opened_at and c.opened_at >= since]
        goals = [goal for case in day if (goal := self.goals[case])]
        done = [goal for goal in goals if goal.done_at or goal.due_at < now]
        good = [goal for goal in done if goal.done_at and goal.done_at <= goal.due_at]
        late = [one for one in self._listed() if one.role in roles and one.late(now)]
        return Figures(len(day), len(good), len(done), len(late))

    async def of_days(self, playbook: str, since: datetime, until: datetime) -> Sequence[str]:
        self._answer()
        cases = [case for case in map(self._case, self.events) if case.playbook == playbook]
        within = [c.id for c in cases if any(at and since <= at < until for at in (c.opened_at, c.ended_at))]
        return sorted(within)

    def _listed(self) -> list[Owed]:
        return [one for rows in self.owed.values() for one in rows if one.listed]

    def _answer(self) -> None:
        if self.gone:
            raise StoreGone("the pretend database does not answer")

    def _case(self, case: str) -> Case:
        return fold(Case(id=case), self.events[case])

    def _move(self, commit: Commit) -> None:
        moves = {commit.settles: "done", commit.kills: "dead", commit.revives: "queued"}
        for key, status in moves.items():
            if key in self.effects:
                self.effects[key].status = status


def _by_due(found: Iterable[Owed]) -> list[Owed]:
    never = datetime(9999, 12, 31, tzinfo=UTC)
    return sorted(found, key=lambda one: (one.due_at or never, one.case))


def _values(event: FactsRecorded, field: str) -> set[str]:
    value: Any = event.facts[field].value if field in event.facts else None
    return {str(one).casefold() for one in (value if isinstance(value, list) else [value])}
