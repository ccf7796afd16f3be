"""What every queue of effects promises: order, patience, no wake lost, nothing behind a lane's back."""

import asyncio
from datetime import timedelta

import pytest

from bot.queueing import Queue
from desk.case.effects import Effect
from desk.service.ports import Attempt
from integrations.queue.jobs import Jobs
from integrations.store.effects import StoredEffects
from tests.contract.making import card
from tests.contract.performing import QUEUES, MakeQueue, Outside, hang, later, plan, running
from tests.fakes.clock import START, FakeClock

pytestmark = QUEUES


class TestOrder:
    async def test_a_lane_keeps_its_order_over_retries(self, outside: Outside, queue: Queue, clock: FakeClock) -> None:
        outside.acts["a1"] = [later(5), later(9)]
        await plan(outside, card("a1", "a"), card("a2", "a"), card("b1", "b"))
        async with running(queue):
            await outside.until_settled("b1")
            clock.move(timedelta(seconds=5))
            await outside.until(lambda: outside.began.count("a1") == 2)
            clock.move(timedelta(seconds=4))
            await outside.until_settled("a1", "a2")
        assert [key for key in outside.began if key != "b1"] == ["a1", "a1", "a1", "a2"]

    async def test_nothing_is_tried_before_its_time(
        self, outside: Outside, queue: Queue, clock: FakeClock, effects: StoredEffects
    ) -> None:
        outside.acts["a1"] = [later(5)]
        await plan(outside, card("a1", "a"))
        async with running(queue):
            await outside.until_kept()
        assert outside.began == ["a1"]
        clock.move(timedelta(seconds=5) - timedelta(microseconds=1))
        assert await effects.ready(clock.now(), [], 9) == []
        assert await effects.next_at(clock.now()) == START + timedelta(seconds=5)
        (waiting,) = await effects.ready(clock.move(timedelta(microseconds=1)), [], 9)
        assert (waiting.attempts, waiting.first_at, waiting.before) == (1, START, False)

    async def test_what_was_sent_and_not_heard_of_is_looked_for_once_it_can_have_landed(
        self, outside: Outside, make_queue: MakeQueue, clock: FakeClock
    ) -> None:
        """The process that sent it is gone: nobody keeps what came of it."""
        sent, found = asyncio.Event(), []

        async def send_and_hang(effect: Effect, attempt: Attempt) -> None:
            clock.move(timedelta(seconds=3))  # its turn came late
            await attempt.prepare(b"body", timedelta(seconds=10))
            sent.set()
            await asyncio.Event().wait()

        async def look(effect: Effect, attempt: Attempt) -> None:
            found.append((clock.now() - START, attempt.before, attempt.prepared))
            await outside.settle(effect, attempt)

        outside.acts["a1"] = [send_and_hang, look]
        await plan(outside, card("a1", "a"), card("a2", "a"))
        first = make_queue(idle=0.01)
        async with running(first):
            await sent.wait()
            await first.stop(0)
        async with running(make_queue(idle=0.01)):
            clock.move(timedelta(seconds=9.9))
            await plan(outside, card("b1", "b"))
            await outside.until_settled("b1")
            assert outside.began == ["a1", "b1"]
            clock.move(timedelta(seconds=0.1))
            await outside.until_settled("a1", "a2")
        assert found == [(timedelta(seconds=13), True, b"body")]

    async def test_a_lane_is_never_run_twice_at_once(self, outside: Outside, queue: Queue) -> None:
        started, go_on = asyncio.Event(), asyncio.Event()
        outside.acts["a1"] = [hang(started, go_on)]
        await plan(outside, card("a1", "a"), card("a2", "a"), *[card(f"b{n}", "b") for n in range(9)])
        async with running(queue):
            await started.wait()
            await outside.until_settled("b8")
            assert [key for key in outside.began if key[0] == "a"] == ["a1"]

    async def test_no_more_run_at_once_than_allowed(self, outside: Outside, make_queue: MakeQueue) -> None:
        go_on = asyncio.Event()
        keys = [f"k{n}" for n in range(7)]
        outside.acts = {key: [hang(asyncio.Event(), go_on)] for key in keys}
        await plan(outside, *[card(key, key) for key in keys])
        queue = make_queue(concurrency=3, idle=0.01)
        async with running(queue):
            await outside.until(lambda: len(outside.began) == 3)
            queue.wake()
            await plan(outside, card("more"))
            assert sorted(outside.began) == keys[:3]
            go_on.set()
            await outside.until(lambda: len(outside.began) == 8)

    async def test_urgent_goes_first_then_who_came_first(self, outside: Outside, make_queue: MakeQueue) -> None:
        planned = [card("a", "a"), card("b", "b"), card("c", "c", urgent=True), card("d", "d")]
        await plan(outside, *planned)
        async with running(make_queue(concurrency=1)):
            await outside.until_settled("a", "b", "c", "d")
        assert outside.began == ["c", "a", "b", "d"]

    async def test_a_dead_letter_lets_its_lane_go_on(
        self, outside: Outside, queue: Queue, effects: StoredEffects
    ) -> None:
        outside.acts["a1"] = [outside.kill]
        await plan(outside, card("a1", "a"), card("a2", "a"))
        async with running(queue):
            await outside.until_settled("a1", "a2")
        (dead,) = await effects.dead()
        assert (dead.key, dead.error, await effects.pending_count()) == ("a1", "no channel", 0)

    async def test_what_needs_a_dead_letter_waits_until_it_is_done(
        self, outside: Outside, queue: Queue, clock: FakeClock
    ) -> None:
        outside.acts["a1"] = [outside.kill]
        waits = card("b1", "b", needs=("a1",))
        await plan(outside, card("a1", "a"), card("a2", "a"), waits, card("c1", "c"))
        async with running(queue):
            await outside.until_settled("a2", "c1")  # after a2 the try at a1 is over, not only kept
            assert "b1" not in outside.began
            await outside.keep.add(outside.case, revives="a1")
            queue.wake()
            await outside.until_settled("b1")
        assert sorted(outside.settled[:3]) == ["a1", "a2", "c1"]
        assert outside.settled[3:] == ["a1", "b1"]

    async def test_what_needs_several_waits_for_all(self, outside: Outside, queue: Queue, clock: FakeClock) -> None:
        outside.acts["b"] = [later(5)]
        both = card("c", "c", needs=("a", "b"))
        await plan(outside, both, card("a", "a"), card("b", "b"), card("z", "z", needs=("nobody",)))
        async with running(queue):
            await outside.until_settled("a")
            clock.move(timedelta(seconds=5))
            await outside.until_settled("c")
        assert outside.settled == ["a", "b", "c"]


class TestWaking:
    async def test_a_wake_is_not_lost(self, outside: Outside, make_queue: MakeQueue, jobs: Jobs | None) -> None:
        """procrastinate forgets what the database tells it while it fetches; there its next look finds the work."""
        queue = make_queue(idle=3600 if jobs is None else 1.0)
        async with running(queue):
            for n in range(40):
                await plan(outside, card(f"k{n}", f"lane{n % 3}"))
                queue.wake()
                if n % 4 == 0:
                    await outside.until_settled(f"k{n}")
            await outside.until_settled(*[f"k{n}" for n in range(40)])

    async def test_what_waited_is_ready_at_the_start_and_from_other_processes_without_a_wake(
        self, outside: Outside, queue: Queue
    ) -> None:
        await plan(outside, card("before"))
        async with running(queue):
            await outside.until_settled("before")
            await plan(outside, card("unannounced"))
            await outside.until_settled("unannounced")

    async def test_stop_lets_what_runs_finish(self, outside: Outside, queue: Queue) -> None:
        started, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(effect: Effect, attempt: Attempt) -> None:
            started.set()
            await go_on.wait()
            await outside.settle(effect, attempt)

        outside.acts["a1"] = [slowly]
        await plan(outside, card("a1", "a"), card("a2", "a"))
        async with running(queue) as task:
            await started.wait()
            stopping = asyncio.create_task(queue.stop(10))
            go_on.set()
            await stopping
            assert task.done()
        assert outside.settled == outside.began == ["a1"]

    @pytest.mark.parametrize("turns", range(6))
    async def test_a_cancelled_queue_ends_also_when_it_is_woken_at_that_instant(
        self, outside: Outside, make_queue: MakeQueue, turns: int
    ) -> None:
        await plan(outside, card("a1"))
        queue = make_queue(idle=3600)
        task = asyncio.create_task(queue.run())
        await outside.until_settled("a1")
        await outside.until(lambda: True)
        queue.wake()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        ended, _ = await asyncio.wait([task], timeout=10)
        assert ended

    async def test_stop_before_the_start_is_a_stop(self, queue: Queue) -> None:
        await queue.stop(10)
        async with asyncio.timeout(10):
            await queue.run()

    async def test_stop_gives_back_what_does_not_finish(
        self, outside: Outside, queue: Queue, effects: StoredEffects, clock: FakeClock
    ) -> None:
        started = asyncio.Event()
        outside.acts["a1"] = [hang(started, asyncio.Event())]
        await plan(outside, card("a1"))
        async with running(queue) as task:
            await started.wait()
            await queue.stop(0)
            async with asyncio.timeout(10):
                await task
        assert [one.effect.key for one in await effects.ready(clock.now(), [], 9)] == ["a1"]
