"""The watchdog: it barks at what is too late, once, and is quiet when all is well or a digest has spoken."""

from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest

from desk.case.situation import Situation
from desk.reminders.announcement import Announcement, Gathered
from desk.reminders.ladder import reached
from desk.service.ports import StoreGone
from desk.service.watchdog import Alarm, Backlog, Limits, Queue, Watch, alarms, watch
from desk.values import Line
from handlers.ticks.watchdog import Watchdog, on_watch
from integrations.heartbeat.client import Heartbeat
from tests.engine.test_digest import CALM, NINE, Desk

TICK = timedelta(seconds=15)
LIMITS = Limits(2 * TICK, timedelta(minutes=2), timedelta(minutes=15))
MINUTE = timedelta(minutes=1)


@dataclass
class Store:
    """The backlog a test gives."""

    found: Backlog = field(default_factory=Backlog)
    gone: bool = False

    async def backlog(self) -> Backlog:
        if self.gone:
            raise StoreGone("the pretend database does not answer")
        return self.found


@dataclass
class Heart:
    beats: int = 0

    async def beat(self) -> bool:
        self.beats += 1
        return True


@dataclass
class Kennel:
    """A watchdog over a desk in memory, and what it showed."""

    desk: Desk
    store: Store = field(default_factory=Store)
    heart: Heart = field(default_factory=Heart)
    shown: list[tuple[Watch | None, tuple[Alarm, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dog = Watchdog(
            self.desk.cases,
            self.store,
            self.desk.store,
            self.desk.clock,
            LIMITS,
            lambda seen, wrong: self.shown.append((seen, wrong)),
            heart=self.heart,
        )

    def said(self) -> list[str]:
        return [key for key in self.desk.store.rows if key.startswith("watchdog/")]


@pytest.fixture
async def kennel() -> Kennel:
    desk = Desk(CALM)
    desk.restart()
    await desk.open("01A")
    return Kennel(desk)


URGENT, ROUTINE = LIMITS.urgent, LIMITS.routine
LATE_BY = [
    (Backlog(), (), []),
    (Backlog(urgent=Queue(3, NINE - URGENT)), (), []),
    (Backlog(urgent=Queue(3, NINE - URGENT - TICK)), (), [("effects", 3)]),
    (Backlog(routine=Queue(2, NINE - URGENT - TICK)), (), []),
    (Backlog(routine=Queue(2, NINE - ROUTINE - TICK)), (), [("effects", 2)]),
    (Backlog(Queue(3, NINE - ROUTINE), Queue(2, NINE - 2 * ROUTINE)), (), [("effects", 5)]),
    (Backlog(dead=9), (), []),
    (Backlog(), (NINE - MINUTE,), [("reminders", 1)]),
]


@pytest.mark.parametrize(("backlog", "late", "wrong"), LATE_BY)
def test_what_is_later_than_it_may_be(backlog: Backlog, late: tuple, wrong: list) -> None:
    found = alarms(Watch(NINE, late, backlog), LIMITS)
    assert [(one.kind, one.count) for one in found] == wrong


async def test_a_reminder_that_goes_out_is_no_matter(kennel: Kennel) -> None:
    kennel.desk.clock.move(timedelta(hours=1))
    await kennel.desk.engine.chase_due()
    kennel.desk.clock.move(MINUTE)
    for _ in range(3):
        assert await on_watch(kennel.dog) == ()
    assert (kennel.said(), kennel.heart.beats) == ([], 3)


async def test_a_chaser_that_stopped_is_barked_at_once_and_called_over_once(kennel: Kennel) -> None:
    kennel.desk.clock.move(timedelta(hours=1) + MINUTE)
    assert await on_watch(kennel.dog) == ()  # it may have been the clock that moved
    for _ in range(3):
        (alarm,) = await on_watch(kennel.dog)
        assert (alarm.kind, alarm.count) == ("reminders", 1)
    assert len(kennel.said()) == 1
    assert kennel.heart.beats == 1
    await kennel.desk.engine.chase_due()
    assert await on_watch(kennel.dog) == ()
    assert [key.endswith("/over") for key in kennel.said()] == [False, True]
    assert kennel.heart.beats == 2


async def test_two_ticks_are_allowed(kennel: Kennel) -> None:
    kennel.desk.clock.move(timedelta(hours=1) + TICK)
    found = await watch(kennel.desk.cases, kennel.desk.store, kennel.store, LIMITS, kennel.desk.clock.now())
    assert found.late == ()


async def test_what_a_digest_says_is_not_late(kennel: Kennel) -> None:
    kennel.desk.clock.move(timedelta(hours=1) + MINUTE)
    case, playbook = await kennel.desk.cases.load("01A")
    now = kennel.desk.clock.now()
    (one,) = reached(Situation(case, playbook, now))
    spoke = Announcement(key="digest/1", inbox=one.inbox, lines=(Line(key="said"),))
    await kennel.desk.store.put(spoke, now, [Gathered("01A", one.mark)])
    found = await watch(kennel.desk.cases, kennel.desk.store, kennel.store, LIMITS, now)
    assert found.late == ()


async def test_work_that_waits_is_told_with_how_much_and_since_when(kennel: Kennel) -> None:
    since = kennel.desk.clock.now() - timedelta(hours=1)
    kennel.store.found = Backlog(routine=Queue(14, since))
    await on_watch(kennel.dog)
    assert await on_watch(kennel.dog) == (Alarm("effects", 14, since),)
    (said,) = [one for key, (one, _) in kennel.desk.store.rows.items() if key in kennel.said()]
    assert said.inbox == "role:operators"
    assert said.lines[0].args == {"count": 14, "at": since}


async def test_without_a_channel_nobody_is_told_and_the_figures_say_it(kennel: Kennel) -> None:
    kennel.dog.tells = False
    kennel.store.found = Backlog(urgent=Queue(1, kennel.desk.clock.now() - timedelta(hours=1)))
    await on_watch(kennel.dog)
    await on_watch(kennel.dog)
    assert kennel.said() == []
    assert [len(wrong) for _, wrong in kennel.shown] == [0, 1]


async def test_a_database_that_is_gone_stops_the_heart(kennel: Kennel) -> None:
    kennel.store.gone = True
    assert await on_watch(kennel.dog) == ()
    assert (kennel.shown, kennel.heart.beats) == ([(None, ())], 0)
    kennel.store.gone = False
    await on_watch(kennel.dog)
    assert kennel.heart.beats == 1


def _heart(answer: httpx.Response | Exception) -> tuple[Heartbeat, list[str]]:
    asked: list[str] = []

    def listen(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Heartbeat("https://beat.example/secret", transport=httpx.MockTransport(listen)), asked


@pytest.mark.parametrize(
    ("answer", "heard"),
    [(httpx.Response(200), True), (httpx.Response(503), False), (httpx.ConnectError("no"), False)],
)
async def test_the_heart_beats_and_never_raises(
    answer: httpx.Response | Exception, heard: bool, caplog: pytest.LogCaptureFixture
) -> None:
    heart, asked = _heart(answer)
    assert await heart.beat() is heard
    assert asked == ["https://beat.example/secret"]
    assert "secret" not in "".join(one.getMessage() for one in caplog.records if one.name.startswith("integrations"))
