"""What survives a kill, a bug and a second worker, because it is in the effects table."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from cryptography.fernet import Fernet
from sqlalchemy import text

from desk.case.effects import Effect
from desk.service.ports import Attempt, StoreGone
from integrations.queue.embedded import EmbeddedQueue
from integrations.queue.trying import WorkerRunning
from integrations.store import effects as queries
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, worker_lock
from integrations.store.vault import Vault
from tests.contract.making import KEY, NAME, card, plan_of
from tests.contract.performing import Outside, never, plan, running
from tests.fakes.clock import START, FakeClock


class TestKept:
    async def test_killed_between_prepare_and_settle_the_next_start_knows(
        self, outside: Outside, effects: StoredEffects, clock: FakeClock
    ) -> None:
        seen: list[tuple[object, ...]] = []

        async def first(effect: Effect, attempt: Attempt) -> None:
            seen.append((attempt.before, attempt.number, attempt.prepared, attempt.first_at))
            await attempt.prepare(b"exact \x00 bytes")
            await outside.note(outside.began, "sent")
            await never()

        async def second(effect: Effect, attempt: Attempt) -> None:
            seen.append((attempt.before, attempt.number, attempt.prepared, attempt.first_at))
            await outside.settle(effect, attempt)

        outside.acts["a1"] = [first, second]
        await plan(outside, card("a1"))
        async with running(EmbeddedQueue(effects, clock, outside.perform)):
            await outside.until(lambda: "sent" in outside.began)
        clock.move(timedelta(minutes=1))
        async with running(EmbeddedQueue(effects, clock, outside.perform)):
            await outside.until_settled("a1")
        assert seen == [(False, 1, None, None), (True, 2, b"exact \x00 bytes", START)]

    async def test_killed_with_kill_9_after_prepare_the_next_start_knows(
        self, outside: Outside, effects: StoredEffects, clock: FakeClock, database: Path
    ) -> None:
        await plan(outside, card("a1"))
        process = await _child(_SENDS_AND_HANGS, database)
        async with asyncio.timeout(30):
            assert await process.stdout.readline() == b"sent\n"
        process.kill()
        await process.communicate()
        (waiting,) = await effects.ready(clock.now(), [], 9)
        assert (waiting.before, waiting.attempts, waiting.prepared) == (True, 1, b"body")
        queue = EmbeddedQueue(effects, clock, outside.perform, lock_path=worker_lock(f"sqlite:///{database}"))
        async with running(queue):
            await outside.until_settled("a1")

    async def test_a_bug_costs_a_minute_and_nothing_else(
        self, outside: Outside, queue: EmbeddedQueue, clock: FakeClock, effects: StoredEffects
    ) -> None:
        async def bug(effect: Effect, attempt: Attempt) -> None:
            raise KeyError(NAME)

        outside.acts["a1"] = [bug]
        await plan(outside, card("a1", "a"), card("a2", "a"), card("b1", "b"))
        with structlog.testing.capture_logs() as logs:
            async with running(queue):
                await outside.until_settled("b1")
                await outside.until_kept()
                assert outside.began.count("a1") == 1
                clock.move(timedelta(seconds=60))
                await outside.until_settled("a1", "a2")
        (log,) = [line for line in logs if line["event"] == "effect_failed"]
        assert (log["case"], log["effect"], log["error"]) == ("01CASE", "a1", "KeyError")
        assert NAME not in str(log)

    async def test_what_is_neither_settled_nor_given_a_time_is_not_tried_in_a_circle(
        self, outside: Outside, queue: EmbeddedQueue, clock: FakeClock, effects: StoredEffects
    ) -> None:
        async def forget(effect: Effect, attempt: Attempt) -> None:
            return None

        outside.acts["a1"] = [forget]
        await plan(outside, card("a1"))
        with structlog.testing.capture_logs():
            async with running(queue):
                await outside.until_kept()
                assert outside.began == ["a1"]

    async def test_a_database_that_is_gone_for_a_while_loses_nothing(
        self, outside: Outside, queue: EmbeddedQueue
    ) -> None:
        async def gone(effect: Effect, attempt: Attempt) -> None:
            raise StoreGone("away")

        outside.acts["a1"] = [gone, gone]
        await plan(outside, card("a1", "a"), card("a2", "a"))
        with structlog.testing.capture_logs():
            async with running(queue):
                await outside.until_settled("a2")
        assert outside.began == ["a1", "a1", "a1", "a2"]

    async def test_a_retried_dead_letter_keeps_its_count_and_its_body(
        self, outside: Outside, queue: EmbeddedQueue, effects: StoredEffects, clock: FakeClock
    ) -> None:
        async def send_and_die(effect: Effect, attempt: Attempt) -> None:
            await attempt.prepare(b"body")
            await outside.kill(effect, attempt)

        outside.acts["a1"] = [send_and_die]
        await plan(outside, card("a1"))
        async with running(queue):
            await outside.until_settled("a1")
        await outside.keep.add(outside.case, revives="a1")
        (again,) = await effects.ready(clock.now(), [], 9)
        assert (again.before, again.attempts, again.prepared) == (True, 1, b"body")
        assert again.first_at is None

    @pytest.mark.parametrize("how", ["of another version", "damaged", "under a key that is not there"])
    async def test_an_effect_that_cannot_be_read_holds_up_its_own_lane_only(
        self, outside: Outside, queue: EmbeddedQueue, engine: Database, vault: Vault, how: str
    ) -> None:
        await plan(outside, card("a1", "a"), card("a2", "a"), card("b1", "b"))
        query = text("SELECT wrapped FROM case_keys WHERE keep = 'work'")
        key = vault.key(await engine.scalar(query))
        sealed = key.encrypt(b'{"kind": "of_next_year"}')
        if how == "damaged":
            sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
        if how == "under a key that is not there":
            other = Vault([Fernet.generate_key().decode()])
            sealed = other.key(other.new_key()).encrypt(b"{}")
        change = text("UPDATE effects SET body = :body WHERE key = 'a1'")
        await engine.write(lambda c: c.execute(change, {"body": sealed}))
        with structlog.testing.capture_logs() as logs:
            async with running(queue):
                await outside.until_settled("b1")
                await outside.until_kept()
        assert outside.began == ["b1"]
        assert [line["effect"] for line in logs if line["event"] == "effect_unreadable"] == ["a1"]


class TestOneWorker:
    async def test_a_second_worker_is_refused_with_a_sentence(
        self, effects: StoredEffects, clock: FakeClock, outside: Outside, database: Path
    ) -> None:
        lock = worker_lock(f"sqlite:///{database}")
        first, second = (EmbeddedQueue(effects, clock, outside.perform, lock_path=lock) for _ in range(2))
        first.claim()
        with pytest.raises(WorkerRunning, match=r"desk\.db \(it holds .*Stop the other one first"):
            await second.run()
        async with running(first):
            await plan(outside, card("a1"))
            first.wake()
            await outside.until_settled("a1")
        second.claim()

    async def test_a_second_process_is_refused(
        self, effects: StoredEffects, clock: FakeClock, outside: Outside, database: Path
    ) -> None:
        lock = worker_lock(f"sqlite:///{database}")
        first = EmbeddedQueue(effects, clock, outside.perform, lock_path=lock)
        first.claim()
        process = await _child(_CLAIMS, database)
        async with asyncio.timeout(30):
            said, _ = await process.communicate()
        assert said.decode().startswith("WorkerRunning Another process already works through")
        assert process.returncode == 0

    def test_without_a_file_there_is_nothing_to_lock(self) -> None:
        assert worker_lock("sqlite://") is worker_lock("postgresql://db/desk") is None


class TestSmallQueries:
    async def test_how_much_waits_and_since_when(
        self, outside: Outside, effects: StoredEffects, clock: FakeClock
    ) -> None:
        assert (await effects.pending_count(), await effects.oldest_pending_at()) == (0, None)
        await plan(outside, card("a1"))
        clock.move(timedelta(minutes=3))
        await plan(outside, card("a2"))
        assert (await effects.pending_count(), await effects.oldest_pending_at()) == (2, START)
        assert await effects.effect("a1") == card("a1")
        assert await effects.effect("unknown") is None

    async def test_work_does_not_grow_with_what_is_done(self, engine: Database) -> None:
        plan = await plan_of(engine, queries._READY, now=START, most=8, busy=["a", "b"])
        assert "ix_effects_queued (next_at<?)" in plan
        assert "ix_effects_lane (lane=? AND seq<?)" in plan
        assert "SCAN" not in plan
        plan = await plan_of(engine, queries._NEXT, now=START)
        assert "ix_effects_queued (next_at>?)" in plan


async def _child(script: str, database: Path) -> asyncio.subprocess.Process:
    settings = json.dumps({"url": f"sqlite:///{database}", "key": KEY, "now": START.isoformat()})
    path = os.pathsep.join(str(one) for one in (Path.cwd(), *filter(None, sys.path)))
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _WORKER + script,
        settings,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )


_WORKER = """
import asyncio, json, sys
from datetime import datetime
from integrations.queue.embedded import EmbeddedQueue
from integrations.queue.trying import WorkerRunning
from integrations.store.effects import StoredEffects
from integrations.store.engine import open_database, worker_lock
from integrations.store.vault import Vault
from tests.fakes.clock import FakeClock
given = json.loads(sys.argv[1])
clock = FakeClock(datetime.fromisoformat(given["now"]))
async def perform(effect, attempt):
    await attempt.prepare(b"body")
    print("sent", flush=True)
    await asyncio.Event().wait()
effects = StoredEffects(open_database(given["url"]), Vault([given["key"]]))
queue = EmbeddedQueue(effects, clock, perform, lock_path=worker_lock(given["url"]))
"""
_SENDS_AND_HANGS = "asyncio.run(queue.run())"
_CLAIMS = """
try:
    queue.claim()
except WorkerRunning as error:
    print("WorkerRunning", error)
"""
