"""Whose turn it is: a burst, then one by one, the same for one process and for all replicas on one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from desk.service.ports import TryAgain, Turns
from desk.service.rate_limit import Rate, Turn, hold, take
from integrations.slack.web.client import POSTS, SlackClient
from integrations.store import tables as t
from integrations.store.engine import Database, open_database
from integrations.store.litter import StoredLitter
from integrations.store.pace import MOST_AWAY, MemoryPace, StoredPace

RATE = Rate(every=60.0, burst=4, longest=120.0)


@dataclass
class Waited:
    """A pace, what it would have slept, and a way to let time pass."""

    pace: Turns
    slept: list[float] = field(default_factory=list)
    now: float = 0.0
    engine: Database | None = None

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def later(self, seconds: float) -> None:
        """Let so much time pass: what was to be free at an instant is nearer by that."""
        self.now += seconds
        if self.engine is not None:
            earlier = update(t.paces).values(free_at=t.paces.c.free_at - seconds)
            await self.engine.write(lambda c: c.execute(earlier))


@pytest.fixture(params=["memory", "stored"])
async def waited(request: pytest.FixtureRequest) -> AsyncIterator[Waited]:
    made = Waited(MemoryPace())
    if request.param == "memory":
        made.pace = MemoryPace(clock=lambda: made.now, sleep=made.sleep)
        yield made
        return
    made.engine = open_database(request.getfixturevalue("postgres"))
    made.pace = StoredPace(made.engine, sleep=made.sleep)
    yield made
    await made.engine.close()


async def test_a_burst_goes_through_and_then_one_by_one(waited: Waited) -> None:
    assert [await waited.pace.turn("a", RATE) for _ in range(6)] == [0.0] * 6
    assert [round(one / 60) for one in waited.slept] == [1, 2]


async def test_a_turn_too_far_away_is_not_taken_and_said_when(waited: Waited) -> None:
    for _ in range(6):
        await waited.pace.turn("a", RATE)
    away = [await waited.pace.turn("a", RATE) for _ in range(3)]
    assert [round(one / 10) for one in away] == [12, 12, 12]
    await waited.later(60)
    assert await waited.pace.turn("a", RATE) == 0.0
    assert round(waited.slept[-1] / 60) == 2


async def test_names_do_not_wait_for_one_another(waited: Waited) -> None:
    for number in range(9):
        await waited.pace.turn(f"c{number}", RATE)
    assert waited.slept == []


async def test_a_pause_that_was_asked_for_holds_the_name(waited: Waited) -> None:
    await waited.pace.hold("a", 600, RATE)
    away = await waited.pace.turn("a", RATE)
    assert 500 < away < 600
    await waited.later(600)
    assert await waited.pace.turn("a", RATE) == 0.0
    assert [one for one in waited.slept if one > 1] == []


async def test_replicas_share_their_turns(postgres: str) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    engines = [open_database(postgres) for _ in range(3)]
    paces = [StoredPace(engine, sleep=sleep) for engine in engines]
    got = await asyncio.gather(*[pace.turn("a", RATE) for pace in paces for _ in range(5)])
    assert sorted(round(one / 60) for one in slept) == [1, 2]
    assert (got.count(0.0), len(got)) == (6, 15)
    for engine in engines:
        await engine.close()


async def test_what_was_free_again_a_month_ago_is_dropped(postgres: str) -> None:
    engine = open_database(postgres)
    await StoredPace(engine).turn("a", RATE)
    litter, now = StoredLitter(engine), datetime.now(UTC)
    assert await litter.prune(now - timedelta(days=30), now) == 0
    assert await litter.prune(now + timedelta(days=30), now) == 1
    await engine.close()


async def test_slack_is_left_alone_in_a_channel_it_asked_a_pause_for(waited: Waited) -> None:
    client = SlackClient("xoxb-1", "http://127.0.0.1:9/api/", pace=waited.pace)
    await waited.pace.hold("slack/C1", 60, POSTS)
    with pytest.raises(TryAgain, match="too many messages for one channel") as again:
        await client.turn("C1")
    assert again.value.certain
    assert again.value.after is not None
    assert 50 < again.value.after.total_seconds() < 60
    await client.turn("C2")


@pytest.mark.parametrize(("calls", "seconds", "at_once"), [(100, 60, 10), (20, 60, 2), (30, 600, 20), (2, 60, 1)])
def test_never_more_than_so_many_calls_in_any_stretch(calls: int, seconds: float, at_once: int) -> None:
    rate, free, now = replace(Rate.within(calls, seconds, at_once), longest=1e9), 0.0, 0.0
    left: list[float] = []
    for _ in range(3 * calls):
        turn = take(free, now, rate)
        free = turn.free_at
        left.append(now + turn.wait)
    for first in left:
        assert sum(first <= one < first + seconds for one in left) <= calls
    assert left[-1] <= 3 * calls * rate.every


def test_a_turn_is_arithmetic() -> None:
    assert take(0.0, 100.0, RATE) == Turn(0.0, taken=True, free_at=160.0)
    assert take(400.0, 100.0, RATE) == Turn(120.0, taken=True, free_at=460.0)
    assert take(401.0, 100.0, RATE) == Turn(61.0, taken=False, free_at=401.0)
    assert hold(0.0, 100.0, 5.0, RATE) == 285.0
    assert timedelta(seconds=RATE.slack) == timedelta(minutes=3)


async def test_who_waits_for_a_turn_comes_back_one_after_another(waited: Waited) -> None:
    rate = Rate(every=1.0, burst=1, longest=2.0)
    for _ in range(4):
        await waited.pace.turn("a", rate)
    away = [await waited.pace.turn("a", rate) for _ in range(50)]
    assert min(away) > 0
    assert [round(one - away[0]) for one in away[:20]] == list(range(20))
    assert max(away) <= MOST_AWAY
    await waited.later(60)
    for _ in range(3):
        assert await waited.pace.turn("a", rate) == 0.0
