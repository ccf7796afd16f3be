"""What many replicas on one PostgreSQL promise beyond the contract of every queue."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import procrastinate
import psycopg
import pytest
import structlog

from bot.queueing import once
from desk.case.effects import Effect
from desk.service.ports import Attempt, StoreGone
from integrations.queue.jobs import Jobs
from integrations.queue.procrastinate import ProcrastinateQueue, TakenOver
from integrations.store import upgrade as upgrading
from integrations.store.alone import alone
from integrations.store.cases import StoredCases
from integrations.store.current import revision_of
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database
from integrations.store.starting import newest
from integrations.store.upgrade import upgrade
from tests.contract.making import KEY, Maker, card
from tests.contract.performing import MakeQueue, Outside, hang, later, never, plan, running
from tests.fakes.clock import START, FakeClock
from tests.postgres import own_database

ON_POSTGRES = pytest.mark.parametrize(("address", "jobs"), [("postgres", True)], indirect=True, ids=["postgres"])
SCHEMA = Path(upgrading.__file__).with_name("migrations") / "versions"
QUICK = (0.1, 0.6)
"""Seconds between signs of life, and of silence until work is given to others."""


@pytest.fixture
async def second(address: str) -> AsyncIterator[Jobs]:
    """The connections of another replica."""
    jobs = Jobs(address)
    yield jobs
    await jobs.app.close_async()


def rows(address: str, query: str, *values: object) -> list[tuple[object, ...]]:
    """Ask the database, beside the desk's own connection."""
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(query, values)
        return cursor.fetchall() if cursor.description else []


@ON_POSTGRES
class TestOneTransaction:
    async def test_a_decision_that_is_not_kept_leaves_neither_effect_nor_job(
        self, keep: Maker, stored: StoredCases, engine: Database, address: str
    ) -> None:
        case = await keep.open()
        commit = keep.commit(case, keep.claimed(), effects=[card("k1", urgent=True)])
        put = stored._jobs.put

        def put_and_fail(*values: object) -> None:
            put(*values)
            raise ZeroDivisionError

        stored._jobs.put = put_and_fail
        with pytest.raises(ZeroDivisionError):
            await stored.commit(commit)
        assert rows(address, "SELECT key FROM effects") == []
        assert rows(address, "SELECT id FROM procrastinate_jobs") == []
        stored._jobs.put = put
        await stored.commit(commit)
        found = rows(address, "SELECT lock, args->>'key', priority FROM procrastinate_jobs")
        assert found == [("card", "k1", 1)]

    async def test_a_lane_has_one_priority(self, outside: Outside, address: str) -> None:
        await plan(outside, card("a1", "a"), card("b1", "b"))
        await plan(outside, card("a2", "a", urgent=True))
        query = "SELECT args->>'key', priority FROM procrastinate_jobs ORDER BY id"
        assert rows(address, query) == [("a1", 1), ("b1", 0), ("a2", 1)]

    async def test_no_job_is_left_when_all_is_done(self, outside: Outside, make_queue: MakeQueue, address: str) -> None:
        await plan(outside, *[card(f"k{n}", f"lane{n % 4}") for n in range(12)])
        queue = make_queue(idle=0.02)
        async with running(queue):
            await outside.until_settled(*[f"k{n}" for n in range(12)])
            async with asyncio.timeout(10):
                while rows(address, "SELECT id FROM procrastinate_jobs"):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)  # the beat of looking


@ON_POSTGRES
class TestManyReplicas:
    async def test_two_replicas_share_the_work_and_do_each_piece_once(
        self, outside: Outside, make_queue: MakeQueue, second: Jobs, effects: StoredEffects
    ) -> None:
        ran: dict[str, list[str]] = {"first": [], "second": []}

        def of(replica: str) -> object:
            async def perform(effect: Effect, attempt: Attempt) -> None:
                ran[replica].append(effect.key)
                await attempt.prepare(b"body")
                await asyncio.sleep(0.005)  # so that neither can do everything before the other has begun
                await outside.settle(effect, attempt)

            return perform

        first = make_queue(idle=0.02, concurrency=2)
        first._perform = of("first")
        other = ProcrastinateQueue(second, effects, outside.keep.clock, of("second"), idle=0.02, concurrency=2)
        keys = [f"k{n:02}" for n in range(40)]
        async with running(first), running(other):
            await plan(outside, *[card(key, f"lane{n % 10}") for n, key in enumerate(keys)])
            await outside.until_settled(*keys)
        assert sorted(ran["first"] + ran["second"]) == keys
        assert all(ran.values())
        for lane in range(10):
            mine = [k for k in outside.settled if int(k[1:]) % 10 == lane]
            assert mine == sorted(mine)

    async def test_the_work_of_a_replica_that_is_killed_is_done_elsewhere(
        self, outside: Outside, make_queue: MakeQueue, address: str
    ) -> None:
        seen: list[tuple[bool, int, bytes | None]] = []

        async def again(effect: Effect, attempt: Attempt) -> None:
            seen.append((attempt.before, attempt.number, attempt.prepared))
            await outside.settle(effect, attempt)

        outside.acts["a1"] = [again]
        await plan(outside, card("a1", "a"), card("a2", "a"))
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _SENDS_AND_HANGS,
            json.dumps({"url": address, "key": KEY}),
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        async with asyncio.timeout(30):
            assert await child.stdout.readline() == b"sent a1\n"
        child.kill()
        await child.communicate()
        async with running(make_queue(idle=0.05, pulse=QUICK)):
            await outside.until_settled("a1", "a2")
        assert seen == [(True, 2, b"body")]
        assert outside.settled == ["a1", "a2"]

    async def test_a_replica_that_was_thought_dead_sends_nothing_and_ends_nothing(
        self,
        outside: Outside,
        make_queue: MakeQueue,
        second: Jobs,
        effects: StoredEffects,
        address: str,
    ) -> None:
        """The first is held up before it sends; meanwhile the second takes its work over."""
        started, go_on, caught = asyncio.Event(), asyncio.Event(), []

        async def held_up(effect: Effect, attempt: Attempt) -> None:
            started.set()
            await go_on.wait()
            try:
                await attempt.prepare(b"body")
            except TakenOver as error:
                caught.append(error)
                raise

        async def slowly(effect: Effect, attempt: Attempt) -> None:
            rows(address, "UPDATE procrastinate_workers SET last_heartbeat = now()")
            go_on.set()
            async with asyncio.timeout(10):
                while not caught:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)  # the beat of looking
            await asyncio.sleep(0.2)  # time for the first to end the job, if it could
            held = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
            await outside.note(outside.began, f"held {rows(address, held)[0][0]}")
            await outside.settle(effect, attempt)

        outside.acts["a1"] = [held_up, slowly]
        await plan(outside, card("a1", "a"), card("a2", "a"))
        async with running(make_queue(idle=0.02, pulse=(60, 600), concurrency=1)):
            await started.wait()
            rows(address, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1h'")
            other = ProcrastinateQueue(second, effects, outside.keep.clock, outside.perform, idle=0.02, pulse=(60, 600))
            async with running(other):
                await outside.until_settled("a1", "a2")
        assert outside.began == ["a1", "a1", "held 1", "a2"]

    async def test_a_job_that_was_taken_over_a_moment_ago_is_left_where_it_is(self, jobs: Jobs, address: str) -> None:
        """The look sees the silent worker, waits for the row, and finds another worker's number in it."""
        add = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1h') RETURNING id"
        ((silent,),) = rows(address, add)
        job = "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id) VALUES ('ato', 'ato.effect', 'a', '{}', 'doing', %s)"
        rows(address, job, silent)
        async with jobs.app.open_async():
            with psycopg.connect(address) as taking:
                fresh = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id"
                (new,) = taking.execute(fresh).fetchone() or ()
                taking.execute("UPDATE procrastinate_jobs SET worker_id = %s", (new,))
                putting_back = asyncio.create_task(jobs.put_back_stalled(600))
                await self._until_somebody_waits(address)
                taking.commit()
                assert await putting_back == 0
        held = rows(address, "SELECT status, worker_id FROM procrastinate_jobs")
        assert held == [("doing", new)]

    async def _until_somebody_waits(self, address: str) -> None:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        async with asyncio.timeout(10):
            while not rows(address, waits)[0][0]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # the beat of looking

    async def test_a_job_whose_end_could_not_be_written_is_put_back(
        self, outside: Outside, make_queue: MakeQueue, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("integrations.queue.procrastinate.ASTRAY", 0.1)
        queue = make_queue(idle=0.02)
        await plan(outside, card("a1", "a"))
        async with running(queue):
            await outside.until_settled("a1")
            add = """INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
                     SELECT 'ato', 'ato.effect', 'b', '{"key": "b1"}', 'doing', id FROM procrastinate_workers"""
            rows(address, add)
            await plan(outside, card("b1", "b"))
            await outside.until_settled("b1")

    async def test_effects_that_have_no_job_get_one(
        self, outside: Outside, make_queue: MakeQueue, stored: StoredCases
    ) -> None:
        """They came while another kind of queue worked here."""
        jobs, stored._jobs = stored._jobs, None
        await plan(outside, card("a1", "a", urgent=True), card("a2", "a"))
        stored._jobs = jobs
        async with running(make_queue(idle=0.02)):
            await outside.until_settled("a1", "a2")
        assert outside.began == ["a1", "a2"]

    async def test_a_clock_that_is_moved_is_seen(
        self, outside: Outside, make_queue: MakeQueue, clock: FakeClock
    ) -> None:
        outside.acts["a1"] = [later(6 * 3600)]
        await plan(outside, card("a1", "a"))
        async with running(make_queue(idle=0.02)):
            await outside.until_kept()
            clock.move(timedelta(hours=6))
            await outside.until_settled("a1")


@ON_POSTGRES
class TestTrouble:
    async def test_a_database_that_goes_away_and_comes_back_loses_nothing(
        self, outside: Outside, make_queue: MakeQueue, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("integrations.queue.procrastinate.ASTRAY", 0.1)
        started, go_on = asyncio.Event(), asyncio.Event()

        async def cut(effect: Effect, attempt: Attempt) -> None:
            started.set()
            await go_on.wait()
            raise StoreGone("away")

        outside.acts["a1"] = [cut]
        await plan(outside, card("a1", "a"), card("a2", "a"))
        with structlog.testing.capture_logs():
            async with running(make_queue(idle=0.05, pulse=QUICK)):
                await started.wait()
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                rows(address, others)
                go_on.set()
                await outside.until_settled("a1", "a2")
        assert outside.began == ["a1", "a1", "a2"]

    async def test_stop_gives_work_back_at_once(self, outside: Outside, make_queue: MakeQueue, address: str) -> None:
        started = asyncio.Event()
        outside.acts["a1"] = [hang(started, asyncio.Event())]
        await plan(outside, card("a1"))
        queue = make_queue(idle=0.02)
        async with running(queue):
            await started.wait()
            await queue.stop(0)
        assert rows(address, "SELECT status, worker_id FROM procrastinate_jobs") == [("todo", None)]


@pytest.mark.parametrize("address", ["postgres"], indirect=True)
class TestAlone:
    async def test_a_name_is_held_by_one_replica(self, engine: Database, address: str) -> None:
        other = open_database(address)
        tick, again, name = alone(engine, "tick"), alone(other, "tick"), alone(other, "else")
        async with tick as mine, again as theirs, name as free:
            assert (mine, theirs, free) == (True, False, True)
        async with alone(other, "tick", wait=True) as mine:
            assert mine
        await other.close()

    async def test_a_tick_is_done_by_one_replica_and_a_refresh_by_each(self, engine: Database, address: str) -> None:
        ran, inside = [], asyncio.Event()

        def job(name: str) -> object:
            async def run() -> None:
                ran.append(name)
                inside.set()
                await never() if name == "chaser" and ran.count("chaser") == 1 else None

            return run

        ticks = once(engine, {name: (1.0, job(name)) for name in ("chaser", "roster")})
        first = asyncio.create_task(ticks["chaser"][1]())
        await inside.wait()
        await asyncio.gather(*[ticks[name][1]() for name in ("chaser", "roster", "roster")])
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await ticks["chaser"][1]()
        assert ran == ["chaser", "roster", "roster", "chaser"]


def test_replicas_that_start_at_once_make_the_tables_once() -> None:
    with own_database() as address:
        script = "import sys; from integrations.store.upgrade import upgrade; upgrade(sys.argv[1])"
        other = subprocess.Popen([sys.executable, "-c", script, address], env=_environment())  # noqa: S603
        upgrade(address)
        assert other.wait(60) == 0
        assert revision_of(address) == newest()


def test_the_tables_of_the_jobs_are_those_of_the_installed_version() -> None:
    """When this fails, a newer procrastinate needs a migration of ours."""
    kept = (SCHEMA / "0004_procrastinate_3_10.sql").read_text()
    shipped = (Path(procrastinate.__file__).parent / "sql" / "schema.sql").read_text()
    assert kept.endswith(shipped)


def _environment() -> dict[str, str]:
    path = os.pathsep.join(str(one) for one in (Path.cwd(), *filter(None, sys.path)))
    return {**os.environ, "PYTHONPATH": path}


_SENDS_AND_HANGS = f"""
import asyncio, json, sys
from datetime import datetime
from integrations.queue.jobs import Jobs
from integrations.queue.procrastinate import ProcrastinateQueue
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database
from integrations.store.vault import Vault
from tests.fakes.clock import FakeClock
given = json.loads(sys.argv[1])
async def perform(effect, attempt):
    await attempt.prepare(b"body")
    print("sent", effect.key, flush=True)
    await asyncio.Event().wait()
effects = StoredEffects(open_database(given["url"]), Vault([given["key"]]))
clock = FakeClock(datetime.fromisoformat("{START.isoformat()}"))
asyncio.run(ProcrastinateQueue(Jobs(given["url"]), effects, clock, perform).run())
"""
