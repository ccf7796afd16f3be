"""Work queue on PostgreSQL (procrastinate), one worker in each replica. It knows no vendor and no SQL.

A job holds its lane's lock and runs whatever is first in that lane, and what comes after it, until its own effect is
done or dead and nothing more can be done now. So the order is the effects table's own, whichever job comes first, and a
duplicate job does no harm.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from procrastinate import BaseRetryStrategy, JobContext, RetryDecision, jobs
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg_pool import PoolTimeout

from desk.service.ports import Clock, StoreGone
from integrations.queue.jobs import QUEUE, TASK, Jobs, Place
from integrations.queue.trying import Perform, StoreWatch, Tries, Try, Waiting, keep, next_try

HEARTBEAT, STALLED = 4.0, 15.0
"""Seconds between two heartbeats of a replica, and of silence until its jobs are requeued."""
LOOK_AGAIN = timedelta(hours=1)
"""Interval for effects that wait for another one; when that one is done, its lane is woken."""
ASTRAY = 3.0
"""Seconds after which a job that is assigned to this replica and not running is requeued."""
ORPHANS_EVERY = 15
"""Recovery rounds between two searches for effects without a job."""
log = logging.getLogger(__name__)


class _Turn(Protocol):
    """The next effect of a lane, or when to look again."""

    @property
    def waiting(self) -> Waiting | None:
        """The effect to run now."""
        ...

    @property
    def at(self) -> datetime | None:
        """When to look again; None while it waits for another effect."""
        ...


class Effects(Tries, Protocol):
    """The effects table as this queue needs it. Every method raises StoreGone when the database does not answer."""

    async def turn(self, lane: str, now: datetime) -> _Turn | None:
        """Return the next effect of a lane; None when the lane is empty."""
        ...

    async def due_lanes(self, lanes: Collection[str], now: datetime) -> frozenset[str]:
        """Return those of these lanes that have something to do now."""
        ...

    async def queued(self) -> Sequence[Place]:
        """Return the places of all effects neither done nor dead, in order."""
        ...


class NotYet(Exception):
    """The job's lane is to be looked at again, at a real instant."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at.isoformat())
        self.at = at


class AsSaid(BaseRetryStrategy):
    """Retry strategy: retries at the instant of NotYet, and at once after anything else. Backoff is the desk's."""

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> RetryDecision:
        """Return when this job runs again."""
        del job
        return RetryDecision(retry_at=exception.at if isinstance(exception, NotYet) else datetime.now(UTC))


class TakenOver(StoreGone):
    """Another replica took over this job, because this one was thought dead: nothing more may be sent from here."""


@dataclass(frozen=True)
class _Held:
    """A job and its worker, by their ids."""

    job: int
    worker: int


@dataclass
class HeldTry(Try):
    """An attempt that verifies, just before the first byte is sent, that no other replica has taken over the job."""

    jobs: Jobs
    held: _Held

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        """Store the exact body and that sending begins; raises TakenOver."""
        await super().prepare(body, lands)
        if not await self.jobs.held(self.held.job, self.held.worker):
            raise TakenOver(f"another replica has {self.key}")


class ProcrastinateQueue:
    """One replica's worker, a few lanes concurrently, until stopped."""

    def __init__(
        self,
        jobs: Jobs,
        effects: Effects,
        clock: Clock,
        perform: Perform,
        *,
        concurrency: int = 8,
        idle: float = 1.0,
        pulse: tuple[float, float] = (HEARTBEAT, STALLED),
    ) -> None:
        """`idle` and `pulse` (see HEARTBEAT, STALLED) are in seconds."""
        self._jobs, self._effects, self._clock, self._perform = jobs, effects, clock, perform
        self._idle, self._stalled = idle, pulse[1]
        self._running: set[int] = set()
        self._astray: dict[int, float] = {}
        self._stopping, self._looks = False, 0
        self._stopped = asyncio.Event()
        self._stopped.set()
        self._store = StoreWatch()
        jobs.app.tasks.pop(TASK, None)
        jobs.app.task(name=TASK, queue=QUEUE, retry=AsSaid(), pass_context=True)(self._work)
        self._worker = Worker(
            jobs.app,
            queues=[QUEUE],
            concurrency=concurrency,
            name="ato",
            fetch_job_polling_interval=idle,
            abort_job_polling_interval=3600.0,
            update_heartbeat_interval=pulse[0],
            stalled_worker_timeout=pulse[1],
            delete_jobs="always",
            install_signal_handlers=False,
        )

    def wake(self) -> None:
        """Do nothing: the database notifies every replica, in the transaction that adds or frees work."""

    def claim(self) -> None:
        """Do nothing: any number of replicas may work."""

    async def run(self) -> None:
        """Work until cancelled or stopped. Unfinished work is done by another replica, or at the next start."""
        if self._stopping:
            return
        self._stopped.clear()
        try:
            with suppress(PoolTimeout):  # a database that does not answer yet is connected to once it does
                await self._jobs.app.open_async()
            async with self._mending():
                while not self._stopping:
                    await self._work_on()
        finally:
            await self._jobs.app.close_async()
            self._stopped.set()

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - the limit is what the caller asks for
        """Take no new work; what does not finish within `timeout` (seconds) is requeued for the other replicas."""
        self._break_off(timeout)
        await self._stopped.wait()

    def _break_off(self, timeout: float) -> None:
        self._stopping = True
        self._worker.shutdown_graceful_timeout = timeout
        self._worker.stop()  # type: ignore[no-untyped-call]

    async def _work_on(self) -> None:
        """Run the worker until it stops, by itself or because the database does not answer."""
        working = asyncio.create_task(self._worker.run(), name="worker")  # type: ignore[no-untyped-call]
        try:
            await asyncio.shield(working)
        except ConnectorException:
            self._store.note(gone=True)
        except asyncio.CancelledError:
            self._break_off(0)
            await asyncio.gather(working, return_exceptions=True)
            raise
        if not self._stopping:
            await asyncio.sleep(self._idle)

    async def _work(self, context: JobContext, key: str) -> None:
        """Run what is due in this job's lane; raises NotYet unless its own effect is done or dead."""
        held = _Held(context.job.id or 0, context.job.worker_id or 0)
        self._running.add(held.job)
        try:
            at = await self._turns(str(context.job.lock), held)
            if at is not None and not await self._effects.waiting(key):
                at = None
        except StoreGone:
            self._store.note(gone=True)
            at = datetime.now(UTC) + timedelta(seconds=self._idle)
        finally:
            self._running.discard(held.job)
        if at is not None:
            raise NotYet(at)

    async def _turns(self, lane: str, held: _Held) -> datetime | None:
        """Run the lane's effects in order; return when to look again (real time), or None when it is empty."""
        while not self._stopping:
            now = self._clock.now()
            turn = await self._effects.turn(lane, now)
            self._store.note(gone=False)
            if turn is None:
                return None
            if turn.waiting is None:
                return self._real(turn.at)
            next_at = await self._try(turn.waiting, now, held)
            if next_at is not None:
                return self._real(next_at)
        return datetime.now(UTC)

    async def _try(self, waiting: Waiting, now: datetime, held: _Held) -> datetime | None:
        """Run one attempt and store its result, even when this job is cancelled meanwhile."""
        plain = next_try(self._effects, self._clock, waiting, now)
        attempt = HeldTry(**vars(plain), jobs=self._jobs, held=held)
        performing = asyncio.ensure_future(self._perform(waiting.effect, attempt))
        try:
            (answer,) = await asyncio.gather(performing, return_exceptions=True)
        except asyncio.CancelledError:
            performing.cancel()
            raise
        return await keep(self._effects, self._clock, waiting.effect, attempt, answer)

    def _real(self, at: datetime | None) -> datetime:
        """Convert business time into real time; a later shift of the clock takes effect at the next look."""
        wait = LOOK_AGAIN if at is None else min(at - self._clock.now(), LOOK_AGAIN)
        return datetime.now(UTC) + max(wait, timedelta())

    @asynccontextmanager
    async def _mending(self) -> AsyncIterator[None]:
        """Run the recovery of all replicas' jobs beside the worker."""
        task = asyncio.create_task(self._mend_on(), name="jobs")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _mend_on(self) -> None:
        while True:
            try:
                await self._mend()
            except StoreGone:
                self._store.note(gone=True)
            await asyncio.sleep(self._idle)

    async def _mend(self) -> None:
        """Requeue stalled jobs, wake lanes that are due, and add missing jobs."""
        if stalled := await self._jobs.put_back_stalled(self._stalled):
            log.warning("a replica fell silent; its work is done elsewhere", extra={"jobs": stalled})
        await self._put_back_astray()
        if lanes := await self._jobs.waiting_lanes():
            due = await self._effects.due_lanes(lanes, self._clock.now())
            if due:
                await self._jobs.hurry_now(due)
        if self._looks % ORPHANS_EVERY == 0:
            await self._adopt()
        self._looks += 1

    async def _put_back_astray(self) -> None:
        """Requeue jobs whose end could not be written because the database did not answer."""
        worker = self._worker.worker_id
        if worker is None:
            return
        now = time.monotonic()
        astray = await self._jobs.doing(worker) - self._running
        self._astray = {job: self._astray.get(job, now) for job in astray}
        if lost := [job for job, since in self._astray.items() if now - since >= ASTRAY]:
            await self._jobs.put_back(worker, lost)

    async def _adopt(self) -> None:
        """Add a job for each effect without one: another kind of queue stored it."""
        queued = await self._effects.queued()
        if queued:
            known = await self._jobs.known()
            if missing := [place for place in queued if place[0] not in known]:
                await self._jobs.add(missing)
