"""Reminder tick with many open deadlines, beside one APScheduler job per deadline; and how late reminders are.

Runs in this process: no socket is involved, and `chase_due` is the function of the bot's tick.
"""

import asyncio
import pickle
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import create_engine, event

from benchmarks.figures import Aim, Figure, Rounds
from benchmarks.filling import Fill, fill
from benchmarks.running import Ground
from benchmarks.serving import environment, ready
from benchmarks.signed import case_id
from bot.main import assemble
from bot.running import Bot
from bot.schedule import schedule
from config.settings import settings
from handlers.ticks.chaser import on_tick
from integrations.store.tables import write_instant
from ops.serve import write_logs

DUE = 100
AHEAD = timedelta(minutes=20)
"""The clock stands so far ahead that the copies' first duty is late; all but those of a round are due later still."""
REMINDERS = 40
"""So many fall due one after another while lateness is measured."""
TICK = 2
"""Seconds between ticks while lateness is measured; the bot's own are 15 apart."""


class Ahead:
    """Clock a little ahead of real time."""

    def now(self) -> datetime:
        """Return the aware UTC instant."""
        return datetime.now(UTC) + AHEAD


def fill_deadlines(played: Path, file: Path, deadlines: int, cases: int) -> Path:
    """Fill a database with open deadlines, a given number of them due for a reminder."""
    thin = ("deadlines", "owed")
    return fill(played, file, Fill(cases, thin=deadlines - cases, thin_tables=thin, late=-AHEAD * 3))


async def opened(database: Path) -> Bot:
    """Build a ready bot on a clock that is ahead; per-case lines are not logged."""
    found = settings(environment(database) | {"ATO_LOG__LEVEL": "warning"})
    write_logs(found)
    bot = assemble(found, Ahead())
    await ready(bot)
    return bot


def make_due(database: Path, numbers: range, spread: timedelta = timedelta()) -> None:
    """Make these copies' deadlines due now, or evenly from now on, with no reminder sent before."""
    now = Ahead().now()
    rows = [(write_instant(now + spread * (n - numbers.start) / len(numbers)), case_id(n)) for n in numbers]
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.executescript("DELETE FROM gathered; DELETE FROM announcements;")
        connection.executemany("UPDATE deadlines SET fire_at = ? WHERE case_id = ?", rows)


async def tick(bot: Bot, database: Path, number: int) -> tuple[float, float]:
    """Run a tick with DUE due cases; return its seconds, and those of the query alone."""
    make_due(database, range(number * DUE, (number + 1) * DUE))
    bot.engine.held = 0
    asked = time.perf_counter()
    found = await bot.cases.due(bot.engine.clock.now(), 200)
    begun = time.perf_counter()
    chased = await bot.engine.chase_due()
    assert (len(found), chased) == (DUE, DUE), f"{len(found)} were due and {chased} chased"
    return time.perf_counter() - begun, begun - asked


async def ticks(files: dict[int, Path], rounds: int) -> dict[int, list[tuple[float, float]]]:
    """Run ticks in turns in each database; the first of each is warm-up."""
    bots = {size: await opened(file) for size, file in files.items()}
    found: dict[int, list[tuple[float, float]]] = {size: [] for size in files}
    for number in range(rounds + 1):
        for size, file in files.items():
            found[size].append(await tick(bots[size], file, number))
    for bot in bots.values():
        await bot.stop()
    return {size: taken[1:] for size, taken in found.items()}


class Clockwork(BaseScheduler):  # type: ignore[misc]  # APScheduler ships no types
    """APScheduler without its thread: due jobs run on demand."""

    def wakeup(self) -> None:
        """Wait to be asked."""

    def shutdown(self, wait: bool = True) -> None:
        """Stop."""
        super().shutdown(wait)


def nothing() -> None:
    """No-op body of a job, so that only scheduling is measured."""


def rival(file: Path, jobs: int, rounds: int) -> list[float]:
    """Return the seconds APScheduler takes for DUE due jobs among so many stored ones."""
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", _as_ours)
    works = Clockwork(timezone="UTC", executors={"default": DebugExecutor()})
    works.add_jobstore(SQLAlchemyJobStore(engine=engine))
    works.start()
    later = datetime.now(UTC) + timedelta(days=300)
    _store(works, file, range(jobs), later)
    taken = []
    for number in range(rounds):
        first = jobs + number * DUE
        _store(works, file, range(first, first + DUE), datetime.now(UTC) - timedelta(seconds=1))
        begun = time.perf_counter()
        works._process_jobs()
        taken.append(time.perf_counter() - begun)
    works.shutdown()
    engine.dispose()
    return taken


def _as_ours(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _store(works: Clockwork, file: Path, numbers: range, at: datetime) -> None:
    """Bulk-insert jobs in the job store's format."""
    job = works.add_job(nothing, DateTrigger(at), id="one", misfire_grace_time=None, next_run_time=at)
    state = job.__getstate__()
    works.remove_job("one")
    rows = ((str(n), at.timestamp(), pickle.dumps({**state, "id": str(n)})) for n in numbers)
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        connection.executemany("INSERT INTO apscheduler_jobs VALUES (?, ?, ?)", rows)


async def lateness(file: Path, numbers: range) -> float:
    """Let reminders fall due in sequence under the bot's schedule; return p99 of their delay.

    The cases must have no earlier reminder: otherwise only the next rung would be sent.
    """
    bot = await opened(file)
    seconds = float(len(numbers))  # so few at once are not gathered into a digest
    make_due(file, numbers, timedelta(seconds=seconds))
    with closing(sqlite3.connect(file)) as connection:
        due = dict(connection.execute("SELECT case_id, fire_at FROM deadlines"))
    jobs: dict[str, tuple[float, Callable[[], Awaitable[object]]]] = {"chaser": (TICK, partial(on_tick, bot.engine))}
    beat = schedule(jobs)
    beat.start()
    await asyncio.sleep(seconds + 2 * TICK)
    beat.shutdown(wait=False)
    await bot.stop()
    with closing(sqlite3.connect(file)) as connection:
        said = dict(connection.execute("SELECT case_id, min(at) FROM events WHERE kind = 'chase_sent' GROUP BY 1"))
    late = sorted(_seconds(due[case_id(n)], said[case_id(n)]) for n in numbers)
    return late[int(len(late) * 0.99)]


def _seconds(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()


def measure(ground: Ground, played: Path, *, short: bool) -> list[Figure]:
    """Measure the tick and the delay of reminders."""
    rounds, sizes = (3, (1_000, 30_000)) if short else (5, (10_000, 100_000, 1_000_000))
    files = {
        size: fill_deadlines(played, ground.folder / f"{size}.sqlite3", size, DUE * (rounds + 1) + REMINDERS)
        for size in sizes
    }
    taken = asyncio.run(ticks(files, rounds))
    least, middle = sizes[0], sizes[1]
    found = [
        _figure(f"a tick, {DUE} due among {size:,} deadlines", taken[size], taken[least], least) for size in sizes[1:]
    ]
    found.append(_beside_jobs(ground, middle, rounds, taken[middle]))
    if not short:
        first = DUE * (rounds + 1)
        late = asyncio.run(lateness(files[least], range(first, first + REMINDERS)))
        found.append(
            Figure(
                "lateness of reminders, p99",
                late,
                "s",
                float(TICK),
                late / TICK,
                Aim("≤", 1.1),
                against="one tick",
            )
        )
    return found


def _figure(name: str, ours: list[tuple[float, float]], few: list[tuple[float, float]], least: int) -> Figure:
    rounds = Rounds([one[0] * 1e3 for one in ours], [one[0] * 1e3 for one in few])
    return rounds.figure(name, "ms", Aim("≤", 1.5), f"the same among {least:,}")


def _beside_jobs(ground: Ground, jobs: int, rounds: int, ours: list[tuple[float, float]]) -> Figure:
    taken = rival(ground.folder / "jobs.sqlite3", jobs, rounds)
    rounds_of = Rounds([one[1] * 1e3 for one in ours], [one * 1e3 for one in taken])
    return rounds_of.figure(
        f"finding {DUE} due among {jobs:,}",
        "ms",
        Aim("≥", 20),
        "APScheduler going through as many due jobs that do nothing",
        faster_is="less",
    )
