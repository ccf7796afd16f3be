"""Embedded work queue of a single process: a worker over the effects table. It knows no vendor and no SQL.

There are no leases, because there is one worker: a lock on a file beside the database refuses a second one.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from desk.case.effects import Effect
from desk.service.ports import Clock, StoreGone
from integrations.queue.trying import (
    Perform,
    StoreWatch,
    Tries,
    Try,
    Waiting,
    WorkerRunning,
    keep,
    next_try,
)

AT_ONCE = 32
"""Concurrent effects. Most wait for a vendor's rate limit, up to a dozen at each channel and account: what waits in one
channel must not hold up tickets and other channels.
"""
AILING = 1.0
"""Seconds until a database that did not answer is asked again."""


class Effects(Tries, Protocol):
    """The effects table as this queue needs it. Every method raises StoreGone when the database does not answer."""

    async def ready(self, now: datetime, busy: Collection[str], limit: int) -> Sequence[Waiting]:
        """Return effects at the head of their lane that may run now, urgent first, without the busy lanes."""
        ...

    async def next_at(self, now: datetime) -> datetime | None:
        """Return the earliest later instant of a retry."""
        ...


class EmbeddedQueue:
    """Runs the first effect of each lane, up to AT_ONCE concurrently, until stopped."""

    def __init__(
        self,
        effects: Effects,
        clock: Clock,
        perform: Perform,
        *,
        concurrency: int = AT_ONCE,
        lock_path: Path | None = None,
        idle: float = 1.0,
    ) -> None:
        """Without a `lock_path` nothing prevents a second worker."""
        self._effects, self._clock, self._perform = effects, clock, perform
        self._concurrency, self._idle = concurrency, idle
        self._lock = FileLock(lock_path) if lock_path else None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._performing: dict[str, asyncio.Future[datetime | None]] = {}
        self._woken, self._stopped = asyncio.Event(), asyncio.Event()
        self._stopped.set()
        self._stopping = False
        self._store = StoreWatch()

    def wake(self) -> None:
        """Signal that there may be work."""
        self._woken.set()

    def claim(self) -> None:
        """Take the worker lock of this database; raises WorkerRunning. `run` does it otherwise."""
        if self._lock is None or self._lock.is_locked:
            return
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            file = str(self._lock.lock_file)
            raise WorkerRunning(
                f"Another process already works through {file.removesuffix('.worker.lock')} (it holds {file}). "
                "Nothing was changed. Stop the other one first, or give this one a database of its own."
            ) from error

    async def run(self) -> None:
        """Work until cancelled or stopped. Unfinished work is ready again at the next start."""
        self.claim()
        self._stopped.clear()
        try:
            while not self._stopping:
                self._woken.clear()
                await self._rest(await self._start_ready())
            await self._finish()
        finally:
            await self._give_back()
            self._release()
            self._stopped.set()

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - the limit is what the caller asks for
        """Start nothing more; what does not finish within `timeout` (seconds) is ready again at the next start."""
        self._stopping = True
        self.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._stopped.wait()
        await self._give_back()

    async def _start_ready(self) -> float:
        """Start what may run; return the seconds until there may be more to do."""
        now = self._clock.now()
        free = self._concurrency - len(self._running)
        try:
            if free > 0:
                ready = await self._effects.ready(now, self._running.keys(), free)
                for waiting in ready:
                    self._start(waiting, now)
                self._store.gone = self._store.gone and bool(ready)
            next_at = await self._effects.next_at(now)
        except StoreGone:
            self._store.note(gone=True)
            return self._idle
        pause = self._idle if next_at is None else (next_at - now).total_seconds()
        return min(self._idle, max(pause, 0.0))

    def _start(self, waiting: Waiting, now: datetime) -> None:
        effect, attempt = waiting.effect, next_try(self._effects, self._clock, waiting, now)
        task = asyncio.create_task(self._try(effect, attempt), name=effect.key)
        self._running[effect.lane] = task
        task.add_done_callback(lambda _: self._free(effect.lane))

    def _free(self, lane: str) -> None:
        self._running.pop(lane, None)
        self._performing.pop(lane, None)
        self.wake()

    async def _try(self, effect: Effect, attempt: Try) -> None:
        """Run one attempt and store its result."""
        performing = asyncio.ensure_future(self._perform(effect, attempt))
        self._performing[effect.lane] = performing
        (answer,) = await asyncio.gather(performing, return_exceptions=True)
        if isinstance(answer, asyncio.CancelledError):
            return
        try:
            await keep(self._effects, self._clock, effect, attempt, answer)
            self._store.note(gone=False)
        except StoreGone:
            self._store.note(gone=True)

    async def _rest(self, seconds: float) -> None:
        """Wait for a wake-up or for the next retry; after a database error wait AILING."""
        if self._store.gone:
            await asyncio.sleep(min(self._idle, AILING))
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _finish(self) -> None:
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def _give_back(self) -> None:
        """Cancel the running attempts; a result that is already there is still stored."""
        for performing in self._performing.values():
            performing.cancel()
        await self._finish()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
