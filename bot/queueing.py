"""Choice of the work queue by database, and ticks that one replica runs for all."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from desk.service.ports import Clock, StoreGone
from integrations.queue.embedded import EmbeddedQueue
from integrations.queue.trying import Perform
from integrations.store.alone import alone
from integrations.store.effects import StoredEffects
from integrations.store.engine import CONNECT_POSTGRES, Database, for_libpq, worker_lock
from integrations.store.starting import CannotStart

if TYPE_CHECKING:
    from integrations.queue.jobs import Jobs

log = logging.getLogger(__name__)

OF_EACH = frozenset({"people_unread", "roster", "rota"})
"""Ticks that every replica runs, because they refresh its memory; one replica runs each of the others for all."""

Tick = Callable[[], Awaitable[object]]


class Queue(Protocol):
    """A work queue of effects, as the bot starts and stops it."""

    def wake(self) -> None:
        """Signal that there may be work."""
        ...

    def claim(self) -> None:
        """Register as a worker of this database; raises WorkerRunning where there can be one only."""
        ...

    async def run(self) -> None:
        """Work until cancelled or stopped."""
        ...

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - the limit is what the caller asks for
        """Take no new work; what does not finish within `timeout` (seconds) is returned to the queue."""
        ...


def jobs_of(database_url: str) -> "Jobs | None":
    """Return the jobs of a PostgreSQL database, or None; raises CannotStart when the extra is not installed."""
    address = for_libpq(database_url)
    if address is None:
        return None
    try:
        from integrations.queue.jobs import Jobs  # noqa: PLC0415 - an SQLite desk needs none of it
    except ImportError as missing:
        raise CannotStart(
            f"PostgreSQL needs the package {missing.name}, which is not installed. "
            "Install ATO Desk with its extra: pip install 'ato-desk[postgres]'."
        ) from None
    return Jobs(address, **CONNECT_POSTGRES)


def queue_of(database_url: str, jobs: "Jobs | None", effects: StoredEffects, clock: Clock, perform: Perform) -> Queue:
    """Return the queue for a database: procrastinate on PostgreSQL, else the embedded one."""
    if jobs is None:
        lock = worker_lock(database_url)
        return EmbeddedQueue(effects, clock, perform, lock_path=lock)
    from integrations.queue.procrastinate import ProcrastinateQueue  # noqa: PLC0415

    return ProcrastinateQueue(jobs, effects, clock, perform)


def once(database: Database, ticks: dict[str, tuple[float, Tick]]) -> dict[str, tuple[float, Tick]]:
    """Wrap each tick so that one replica at a time runs it; the others skip it."""
    return {
        name: (seconds, job if name in OF_EACH else partial(_alone, database, name, job))
        for name, (seconds, job) in ticks.items()
    }


async def _alone(database: Database, name: str, job: Tick) -> None:
    try:
        async with alone(database, f"tick:{name}") as mine:
            if mine:
                await job()
    except StoreGone:
        log.warning("the database did not answer at a tick", extra={"tick": name})
