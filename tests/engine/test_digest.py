"""The chaser when much is due at once: one digest, nothing twice, nothing lost, whenever a process ends."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from desk.case import commands as cmd
from desk.case.effects import TellPeople
from desk.playbook.model import Playbook
from desk.reminders.announcement import Announcement
from desk.service.announcements import say_all
from desk.service.engine import Engine
from desk.service.plan_digests import gather
from desk.service.ports import Attempt, GiveUp, TryAgain
from desk.values import Person
from handlers.ticks.weekly import Weekly, on_week
from tests.fakes.across import FakeAnnouncements
from tests.fakes.cases import FakeCases
from tests.fakes.clock import FakeClock

NINE = datetime(2025, 3, 6, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AGENT = Person(id="UA", roles=frozenset({"agent"}))

PLAYBOOK = Playbook.model_validate(
    {
        "playbook": "small",
        "title": "Small",
        "brand": "Small",
        "opens_with": "receive",
        "fields": {},
        "roles": {
            "agent": {"title": "Agent", "next": "data"},
            "data": {"title": "Data", "next": "lead"},
            "lead": {"title": "Lead"},
        },
        "steps": {
            "receive": {"title": "Receive", "owner": "agent"},
            "call": {
                "title": "Call",
                "owner": "data",
                "after": ["receive"],
                "due": {"in": "1h", "from": "opened", "sop": False},
                "chase": [{"after": "0m", "tell": "owner"}, {"after": "2h", "tell": "lead"}],
            },
            "stop": {
                "title": "Stop",
                "owner": "data",
                "after": ["receive"],
                "urgent": True,
                "due": {"in": "1h", "from": "opened", "sop": False},
                "chase": [{"after": "0m", "tell": "owner"}],
            },
        },
    }
)
CALM = PLAYBOOK.model_copy(update={"steps": {n: s for n, s in PLAYBOOK.steps.items() if n != "stop"}})


@dataclass
class Desk:
    """An engine over a store in memory; `restart` forgets whatever a process remembers."""

    playbook: Playbook
    cases: FakeCases = field(default_factory=FakeCases)
    store: FakeAnnouncements = field(default_factory=FakeAnnouncements)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NINE))

    def restart(self) -> None:
        self.cases.playbooks = {"h": self.playbook}
        self.engine = Engine(
            cases=self.cases,
            tickets=None,
            chat=None,
            clock=self.clock,
            playbooks={"small": self.playbook},
            hashes={"small": "h"},
            announcements=self.store,
        )

    async def open(self, *names: str) -> None:
        for name in names:
            command = cmd.OpenCase(case=name, delivery=f"open {name}", by=AGENT, playbook="small")
            assert (await self.engine.accept(command)).refusal is None
            self.clock.move(timedelta(seconds=1))

    def told(self) -> list[str]:
        """The cases that said a reminder themselves."""
        every = self.cases.effects.values()
        return [one.effect.case for one in every if isinstance(one.effect, TellPeople)]

    def digests(self) -> list[tuple[str, int]]:
        return [(one.inbox, len(one.lines)) for one, _ in self.store.rows.values()]


@pytest.fixture
def desk() -> Desk:
    desk = Desk(CALM)
    desk.restart()
    return desk


async def test_three_are_said_by_their_cases(desk: Desk) -> None:
    await desk.open("A", "B", "C")
    desk.clock.move(HOUR)
    assert await desk.engine.chase_due() == 3
    assert (desk.told(), desk.digests()) == (["A", "B", "C"], [])


async def test_five_are_one_digest_and_no_case_says_it_again(desk: Desk) -> None:
    await desk.open("A", "B", "C", "D", "E")
    desk.clock.move(HOUR)
    assert await desk.engine.chase_due() == 5
    assert await desk.engine.chase_due() == 0
    assert (desk.told(), desk.digests()) == ([], [("role:data", 5)])


@pytest.mark.parametrize("chased", range(6))
async def test_a_process_that_ends_anywhere_says_nothing_twice(desk: Desk, chased: int) -> None:
    await desk.open("A", "B", "C", "D", "E")
    now = desk.clock.move(HOUR)
    due = await desk.cases.due(now, 99)
    for chase in (await gather(due, desk.cases, desk.store, now))[:chased]:
        await desk.engine.accept(chase)
    desk.restart()
    desk.clock.move(timedelta(minutes=1))
    await desk.engine.chase_due()
    assert await desk.engine.chase_due() == 0
    assert (desk.told(), desk.digests()) == ([], [("role:data", 5)])


async def test_within_a_quarter_of_an_hour_many_wait_for_the_next_digest(desk: Desk) -> None:
    await desk.open("A", "B", "C", "D")
    desk.clock.move(timedelta(minutes=5))
    await desk.open("E", "F", "G", "H")
    desk.clock.move(timedelta(minutes=55, seconds=10))
    assert await desk.engine.chase_due() == 4
    desk.clock.move(timedelta(minutes=6))
    assert await desk.engine.chase_due() == 0
    desk.restart()
    assert await desk.engine.chase_due() == 0
    assert desk.digests() == [("role:data", 4)]
    desk.clock.move(timedelta(minutes=9))
    assert await desk.engine.chase_due() == 4
    assert (desk.told(), desk.digests()) == ([], [("role:data", 4), ("role:data", 4)])


async def test_what_is_held_hides_nothing_that_comes_after_it(desk: Desk) -> None:
    await desk.open("A", "B", "C", "D")
    desk.clock.move(timedelta(minutes=5))
    await desk.open("E", "F", "G", "H")
    desk.clock.move(timedelta(minutes=3))
    await desk.open("Z")
    desk.clock.move(timedelta(minutes=52, seconds=10))
    await desk.engine.chase_due()
    claim = cmd.ClaimStep(case="Z", delivery="c", by=Person(id="UD", roles=frozenset({"data"})), step="call")
    await desk.engine.accept(claim)
    desk.clock.move(timedelta(minutes=5))
    assert await desk.engine.chase_due(limit=4) == 0
    desk.clock.move(timedelta(minutes=4))
    await desk.engine.chase_due(limit=4)
    assert len(desk.digests()) == 1
    assert desk.engine.held == 5


async def test_urgent_reminders_go_out_at_once_beside_a_digest() -> None:
    desk = Desk(PLAYBOOK)
    desk.restart()
    await desk.open("A", "B", "C", "D")
    desk.clock.move(HOUR)
    await desk.engine.chase_due()
    assert (desk.told(), desk.digests()) == (["A", "B", "C", "D"], [("role:data", 4)])


async def test_the_next_rung_is_a_reminder_of_its_own(desk: Desk) -> None:
    await desk.open("A", "B", "C", "D")
    desk.clock.move(HOUR)
    await desk.engine.chase_due()
    desk.clock.move(2 * HOUR)
    await desk.engine.chase_due()
    assert desk.digests() == [("role:data", 4), ("role:lead", 4)]


async def test_a_duty_that_was_put_off_is_reminded_again(desk: Desk) -> None:
    await desk.open("A", "B", "C", "D")
    desk.clock.move(HOUR)
    await desk.engine.chase_due()
    by = Person(id="UD", roles=frozenset({"data"}))
    for name in "ABCD":
        await desk.engine.accept(
            cmd.Snooze(case=name, delivery=f"s{name}", by=by, step="call", seconds=3600, reason="x")
        )
    desk.clock.move(HOUR)
    assert await desk.engine.chase_due() == 4
    assert desk.digests() == [("role:data", 4), ("role:data", 4)]


# saying it


@dataclass
class Says:
    """An announcer that fails as often as it is told to."""

    fails: list[Exception] = field(default_factory=list)
    said: list[tuple[str, bool]] = field(default_factory=list)

    async def announce(self, one: Announcement, now: datetime, attempt: Attempt) -> None:
        await attempt.prepare()
        self.said.append((one.key, attempt.before))
        if self.fails:
            raise self.fails.pop(0)


async def test_an_announcement_is_tried_until_it_is_said_and_knows_it_was_tried() -> None:
    store, says = FakeAnnouncements(), Says([TryAgain("Slack", "busy")])
    await store.put(Announcement(key="a", inbox="role:x"), NINE)
    assert await say_all(store, says, NINE) == 0
    assert await say_all(store, says, NINE) == 1
    assert await say_all(store, says, NINE) == 0
    assert says.said == [("a", False), ("a", True)]


async def test_one_that_cannot_be_made_does_not_hold_up_the_others() -> None:
    store, says = FakeAnnouncements(), Says([GiveUp("Slack", "no channel")])
    await store.put(Announcement(key="a", inbox="role:x"), NINE)
    await store.put(Announcement(key="b", inbox="role:y"), NINE)
    await say_all(store, says, NINE)
    assert [key for key, _ in says.said] == ["a", "b"]
    assert await store.unsaid(9) == []


# Monday


async def test_mondays_message_is_kept_once_per_week_whatever_restarts(desk: Desk) -> None:
    await desk.open("A")

    async def tick() -> list[str]:
        await on_week(Weekly(desk.engine, desk.cases, desk.store))
        return list(desk.store.rows)

    assert await tick() == []
    desk.clock.move(datetime(2025, 3, 10, 8, 0, tzinfo=UTC) - desk.clock.now())
    assert await tick() == await tick() == ["weekly/small/2025-W10/lead"]
    desk.clock.move(timedelta(days=7))
    assert await tick() == ["weekly/small/2025-W10/lead", "weekly/small/2025-W11/lead"]
    desk.clock.move(timedelta(days=9))
    assert len(await tick()) == 2


async def test_a_week_in_which_nothing_happened_is_not_told(desk: Desk) -> None:
    desk.clock.move(datetime(2025, 3, 10, 8, 0, tzinfo=UTC) - desk.clock.now())
    weekly = Weekly(desk.engine, desk.cases, desk.store)
    await on_week(weekly)
    assert desk.store.rows == {}
    desk.cases.gone = True
    await on_week(weekly)
    await on_week(Weekly(desk.engine, desk.cases, desk.store))
