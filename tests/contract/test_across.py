"""What every store promises of what is seen across cases: the database and the readable stand-ins alike."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from desk.cards.worklist import Figures, Goal, Owed, Press, goal, owed
from desk.case.situation import Situation
from desk.reminders.announcement import Announcement, Gathered
from desk.service.announcements import Announcements
from desk.service.on_duty import Shifts
from desk.service.ports import Cases
from desk.values import Line
from integrations.store import across, announcements, board
from integrations.store import cases as queries
from integrations.store.announcements import StoredAnnouncements
from integrations.store.cases import StoredCases
from integrations.store.engine import Database
from integrations.store.rebuild import rebuild_owed
from integrations.store.shifts import StoredSearches, StoredShifts
from tests.contract.making import Maker, ended, plan_of
from tests.contract.performing import BOTH
from tests.desk.bench import Bench, mr_d
from tests.fakes.across import FakeAnnouncements, FakeSearches, FakeShifts
from tests.fakes.clock import START

ROW = Owed(
    case="01CASE",
    number=1,
    display="ATO-1",
    duty="suspend/1",
    step="suspend",
    part=None,
    occurrence=1,
    role="mod",
    title={"en": "Suspend", "it": "Sospendere"},
    press=Press("suspended", {"en": "Suspended now"}, form=False),
    claimed_by=None,
    held_by=None,
    opened_by="U1",
    opened_at=START,
    due_at=None,
    urgent=True,
    waiting=False,
    locked=False,
    listed=True,
)


def row(case: str = "01CASE", due: int | None = None, **change: Any) -> Owed:
    due_at = None if due is None else START + timedelta(minutes=due)
    return replace(ROW, case=case, due_at=due_at, **change)


class TestBoard:
    async def test_what_roles_owe_comes_by_what_is_due(self, make: Maker, cases: Cases) -> None:
        rows = [
            row("01A", 9),
            row("01B"),
            row("01C", -5, role="data"),
            row("01D", 2),
            row("01E", 1, role="x"),
        ]
        for one in rows:
            await make.open(one.case, owed=[one])
        found = await cases.owed_by_role(["mod", "data"], 9)
        assert [one.case for one in found] == ["01C", "01D", "01A", "01B"]
        assert found[3] == rows[1]
        assert [one.case for one in await cases.owed_by_role(["mod", "data"], 2)] == ["01C", "01D"]
        assert await cases.owed_by_role([], 9) == []

    async def test_a_row_that_stands_behind_another_is_not_listed(self, make: Maker, cases: Cases) -> None:
        behind = row(duty="call/1/cards", part="cards", listed=False)
        await make.open(owed=[row(), behind])
        assert list(await cases.owed_by_role(["mod"], 9)) == [row()]

    async def test_what_somebody_has_and_what_they_wait_for(self, make: Maker, cases: Cases) -> None:
        await make.open("01A", owed=[row("01A", 5, held_by="U1")])
        await make.open("01B", owed=[row("01B", 4, held_by="U2"), row("01B", 3, duty="other/1")])
        await make.open("01C", owed=[row("01C", held_by="U1", opened_by="U7")])
        assert [one.case for one in await cases.owed_by_person("U1", 9)] == ["01A", "01C"]
        assert [one.duty for one in await cases.opened_by("U1", 9)] == ["other/1", "suspend/1"]
        assert len(await cases.opened_by("U1", 1)) == 1

    async def test_each_decision_replaces_what_the_case_owes(self, make: Maker, cases: Cases) -> None:
        case = await make.open(owed=[row(), row(duty="gone/1", step="gone")])
        claimed = row(claimed_by="U2", held_by="U2")
        case = await make.add(case, make.claimed(), owed=[claimed])
        assert list(await cases.owed_by_role(["mod"], 9)) == [claimed]
        await make.add(case, ended())
        assert list(await cases.owed_by_role(["mod"], 9)) == []

    async def test_a_day_in_figures(self, make: Maker, cases: Cases) -> None:
        async def opened(name: str, due: int, done: int | None) -> None:
            at = make.at(done) if done is not None else None
            await make.open(name, owed=[row(name, due)], goal=Goal("suspend", make.at(due), at))

        await opened("01YESTERDAY", -30, None)
        make.clock.move(timedelta(hours=1))
        for name, due, done in (
            ("01A", 75, 70),
            ("01B", 75, 80),
            ("01C", 62, None),
            ("01D", 99, None),
        ):
            await opened(name, due, done)
        await make.open("01E", owed=[row("01E", 1, waiting=True)])
        now = make.at(90)
        assert await cases.figures(["mod"], ["small"], make.at(60), now) == Figures(5, 1, 3, 4)
        assert await cases.figures(["data"], ["other"], make.at(60), now) == Figures()

    async def test_a_day_may_begin_within_a_quarter_of_an_hour(self, make: Maker, cases: Cases) -> None:
        for number in range(40):
            goal = Goal("suspend", make.at(number + 9), make.at(number + number % 13))
            await make.open(f"01C{number:02}", goal=goal)
            make.clock.move(timedelta(minutes=1))
        for since in range(41):
            within = list(range(since, 40))
            good = sum(number % 13 <= 9 for number in within)
            found = await cases.figures([], ["small"], make.at(since), make.at(90))
            assert found == Figures(len(within), good, len(within), 0)

    async def test_a_goal_that_moves_or_is_lifted_is_counted_as_it_is_now(self, make: Maker, cases: Cases) -> None:
        async def figures() -> tuple[int, int, int]:
            found = await cases.figures([], ["small"], make.at(0), make.at(90))
            return found.opened, found.in_time, found.of

        case = await make.open(goal=Goal("suspend", make.at(9), None))
        assert await figures() == (1, 0, 1)
        case = await make.add(case, make.claimed(), goal=Goal("suspend", make.at(99), None))
        assert await figures() == (1, 0, 0)
        case = await make.add(case, make.claimed(), goal=Goal("suspend", make.at(99), make.at(50)))
        assert await figures() == (1, 1, 1)
        await make.add(case, make.claimed(), goal=None)
        assert await figures() == (1, 0, 0)

    async def test_cases_of_some_days(self, make: Maker, cases: Cases) -> None:
        first = await make.open("01A")
        make.clock.move(timedelta(days=2))
        await make.open("01B")
        await make.add(first, ended().model_copy(update={"at": make.clock.now()}))
        days = (make.at(0), make.at(1), make.clock.now() + timedelta(days=1))
        assert await cases.of_days("small", days[0], days[1]) == ["01A"]
        assert await cases.of_days("small", days[1], days[2]) == ["01A", "01B"]
        assert await cases.of_days("other", days[0], days[2]) == []


@BOTH
class TestShifts:
    @pytest.fixture(params=["stored", "fake"])
    def shifts(self, request: pytest.FixtureRequest, engine: Database) -> Shifts:
        return StoredShifts(engine) if request.param == "stored" else FakeShifts()

    async def test_a_role_is_missing_until_somebody_used_the_switch(self, shifts: Shifts) -> None:
        assert await shifts.on_duty() == {}
        await shifts.end("U1", {"mod"}, START)
        assert await shifts.on_duty() == {"mod": frozenset()}

    async def test_on_and_off(self, shifts: Shifts) -> None:
        await shifts.begin("U1", {"mod", "data"}, START)
        await shifts.begin("U2", {"mod"}, START)
        await shifts.begin("U2", {"mod"}, START)
        assert await shifts.on_duty() == {"mod": {"U1", "U2"}, "data": {"U1"}}
        await shifts.end("U1", {"mod", "data"}, START)
        assert await shifts.on_duty() == {"mod": {"U2"}, "data": frozenset()}
        await shifts.begin("U1", {"mod"}, START)
        assert (await shifts.on_duty())["mod"] == {"U1", "U2"}


@BOTH
@pytest.mark.parametrize("kind", ["stored", "fake"])
async def test_look_ups_are_logged_and_counted_by_person(kind: str, engine: Database) -> None:
    searches = StoredSearches(engine) if kind == "stored" else FakeSearches()
    minute = timedelta(minutes=1)
    assert await searches.note("U1", "email", START, START - minute) == 1
    assert await searches.note("U2", "phone", START, START - minute) == 1
    later = START + timedelta(seconds=50)
    assert await searches.note("U1", "phone", later, later - minute) == 2
    later = START + timedelta(seconds=70)
    assert await searches.note("U1", "phone", later, later - minute) == 2


@BOTH
class TestAnnouncements:
    @pytest.fixture(params=["stored", "fake"])
    def store(self, request: pytest.FixtureRequest, engine: Database) -> Announcements:
        return StoredAnnouncements(engine) if request.param == "stored" else FakeAnnouncements()

    @pytest.fixture
    async def kept(self, keep: Maker) -> None:
        """Keep the cases that reminders are about."""
        await keep.open("01A")
        await keep.open("01B")

    async def test_what_is_put_once_is_said_once(self, store: Announcements) -> None:
        first = Announcement(key="weekly/1", inbox="role:lead", lines=(Line(key="Opened {n}.", args={"n": 2}),))
        assert await store.put(first, START)
        assert not await store.put(first.model_copy(update={"inbox": "role:other"}), START)
        assert await store.put(Announcement(key="weekly/0", inbox="role:lead"), START + timedelta(minutes=1))
        assert [one.key for one, _ in await store.unsaid(9)] == ["weekly/1", "weekly/0"]
        await store.begin("weekly/1", START)
        await store.begin("weekly/1", START + timedelta(hours=1))
        assert await store.unsaid(1) == [(first, START)]
        await store.finish("weekly/1", START)
        assert [one.key for one, _ in await store.unsaid(9)] == ["weekly/0"]

    @pytest.mark.usefixtures("kept")
    async def test_a_reminder_is_gathered_once(self, store: Announcements) -> None:
        a, b = Gathered("01A", "call/1#1@x"), Gathered("01B", "call/1#1@x")
        assert await store.put(Announcement(key="digest/1", inbox="role:data"), START, [a])
        assert not await store.put(Announcement(key="digest/2", inbox="role:data"), START, [b, a])
        assert await store.gathered(["01A", "01B"]) == {a}
        assert [one.key for one, _ in await store.unsaid(9)] == ["digest/1"]

    async def test_peace_follows_from_digests_only(self, store: Announcements) -> None:
        await store.put(Announcement(key="digest/1", inbox="role:data"), START)
        await store.put(Announcement(key="weekly/1", inbox="role:lead"), START)
        before = START - timedelta(seconds=1)
        assert await store.last(["role:data", "role:lead"], before) == {"role:data"}
        assert await store.last(["role:data"], START) == frozenset()
        assert await store.last(["role:mod"], before) == frozenset()


class TestDatabase:
    """What the database promises beyond that."""

    @pytest.mark.parametrize(
        ("query", "index", "values"),
        [
            (board._OF_ROLE, "ix_owed_role (role=?)", {"whose": "mod", "most": 9}),
            (board._HELD_BY, "ix_owed_held_by (held_by=?)", {"whose": "U1", "most": 9}),
            (board._OPENED_BY, "ix_owed_opened_by (opened_by=?)", {"whose": "U1", "most": 9}),
            (board._LATE, "ix_owed_late (role=? AND due_at<?)", {"whose": "mod", "now": START}),
            (
                board._OVERDUE,
                "COVERING INDEX ix_cases_goal (goal_due_at>? AND goal_due_at<?)",
                {"since": START, "now": START, "playbooks": ["a", "b"]},
            ),
            (
                board._BEFORE_QUARTER,
                "ix_cases_opened_at (opened_at>? AND opened_at<?)",
                {"since": START, "quarter": START, "playbooks": ["a", "b"]},
            ),
            (
                queries._IN_DAYS,
                "ix_cases_ended_at (ended_at>? AND ended_at<?)",
                {"since": START, "until": START, "playbook": "a"},
            ),
        ],
    )
    async def test_every_reading_follows_an_index(
        self, engine: Database, query: Any, index: str, values: dict[str, object]
    ) -> None:
        plan = await plan_of(engine, query, **values)
        assert index in plan
        assert "SCAN owed" not in plan
        assert "SCAN cases" not in plan
        if query is not queries._IN_DAYS:
            assert "TEMP B-TREE" not in plan

    async def test_a_search_is_counted_by_an_index(self, engine: Database) -> None:
        searches = select(func.count()).select_from(across.searches)
        mine = searches.where(across.searches.c.person == "U1", across.searches.c.at >= START)
        assert "ix_searches_person (person=? AND at>?)" in await plan_of(engine, mine)

    @pytest.mark.parametrize(
        ("query", "index", "values"),
        [
            (announcements._UNSAID, "ix_announcements_unsaid", {"most": 9}),
            (
                announcements._LAST,
                "ix_announcements_inbox (inbox=? AND at>?)",
                {"inboxes": ["a"], "since": START},
            ),
            (announcements._GATHERED, "(case_id=?)", {"cases": ["a", "b"]}),
        ],
    )
    async def test_announcements_are_read_by_an_index(
        self, engine: Database, query: Any, index: str, values: dict[str, object]
    ) -> None:
        assert index in await plan_of(engine, query, **values)

    async def test_what_is_owed_is_written_again_when_the_table_is_empty(
        self, engine: Database, stored: StoredCases
    ) -> None:
        bench = Bench(mr_d())
        bench.play_all(next(iter(bench.playbook.rehearsals.values())).deeds[:3])
        made = Maker(stored, await stored.remember_playbook(bench.playbook), _Still(bench.now))
        events = [
            one.model_copy(update={"playbook_hash": made.playbook_hash}) if one.kind == "case_opened" else one
            for one in bench.case.log
        ]
        case = await made.add(replace(bench.case, log=(), version=0, opened_at=None), *events)
        await made.open("01CLOSED")
        loaded, playbook = await stored.load(case.id)
        expected = [one for one in owed(Situation(loaded, playbook, bench.now)) if one.listed]
        assert expected
        await engine.write(lambda c: c.execute(text("UPDATE tallies SET opened = 77, done = 7")))
        assert await rebuild_owed(engine, stored, bench.now) == 2
        roles = {one.role for one in expected}
        assert list(await stored.owed_by_role(roles, 9)) == expected
        assert await rebuild_owed(engine, stored, bench.now) == 0
        due = await engine.scalar(text("SELECT max(goal_due_at) FROM cases"))
        counted = await engine.rows(text("SELECT sum(opened), sum(done) FROM tallies"))
        assert tuple(counted[0]) == (2, 0)
        assert due == board.goal_row(goal(loaded, playbook))["goal_due_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class _Still:
    """A clock that stands at one instant."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at
