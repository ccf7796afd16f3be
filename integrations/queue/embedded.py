"""The queue of a single process: it works through the effects table itself. It knows no vendor and no SQL.

There are no leases, because there is one worker: a lock on a file beside the database refuses a second one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from traceback import format_tb
from typing import Protocol

import structlog
from filelock import FileLock, Timeout

from desk.effects import Effect
from desk.ports import Attempt, Clock, StoreGone

_AFTER_A_BUG = timedelta(seconds=60)
_log = structlog.get_logger(__name__)

Perform = Callable[[Effect, Attempt], Awaitable[datetime | None]]


class WorkerRunning(Exception):
    """Another process works through this database already."""


class Waiting(Protocol):
    """An effect whose turn it is, with what earlier tries left behind."""

    @property
    def effect(self) -> Effect:
        """What is to be done."""
        ...

    @property
    def attempts(self) -> int:
        """How many tries were kept."""
        ...

    @property
    def first_at(self) -> datetime | None:
        """When the first try began."""
        ...

    @property
    def before(self) -> bool:
        """Whether an earlier try began to send."""
        ...

    @property
    def prepared(self) -> bytes | None:
        """The exact body of an earlier try."""
        ...


class Effects(Protocol):
    """The effects table, in the queue's words. Every method raises StoreGone when the database does not answer."""

    async def ready(self, now: datetime, busy: Collection[str], limit: int) -> Sequence[Waiting]:
        """Give heads of lanes that may run now, urgent first, without the busy lanes."""
        ...

    async def next_at(self, now: datetime) -> datetime | None:
        """Give the earliest later instant at which something is to be tried."""
        ...

    async def waiting(self, key: str) -> bool:
        """Say whether an effect is neither done nor dead."""
        ...

    async def prepare(self, key: str, body: bytes, number: int, started_at: datetime) -> None:
        """Keep the body of a try before it is sent."""
        ...

    async def later(
        self, key: str, number: int, started_at: datetime, next_at: datetime, error: str | None
    ) -> None:
        """Keep when the next try is."""
        ...


@dataclass
class Try:
    """One try at an effect: the desk's `Attempt`, kept in the effects table."""

    effects: Effects
    key: str
    started_at: datetime
    number: int
    before: bool
    first_at: datetime | None
    prepared: bytes | None = field(repr=False)

    async def prepare(self, body: bytes = b"") -> None:
        """Keep the exact body, and that sending begins now."""
        await self.effects.prepare(self.key, body, self.number, self.started_at)
        self.prepared = body


class EmbeddedQueue:
    """Runs the heads of lanes, a few at once, until told to stop."""

    def __init__(
        self, effects: Effects, clock: Clock, perform: Perform, *,
        concurrency: int = 8, lock_path: Path | None = None, idle: float = 1.0,
    ) -> None:  # fmt: skip
        """Take everything from outside; without a `lock_path` nothing refuses a second worker."""
        self._effects, self._clock, self._perform = effects, clock, perform
        self._concurrency, self._idle = concurrency, idle
        self._lock = FileLock(lock_path) if lock_path else None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._performing: dict[str, asyncio.Future[datetime | None]] = {}
        self._woken, self._stopped = asyncio.Event(), asyncio.Event()
        self._stopped.set()
        self._stopping = self._store_gone = False

    def wake(self) -> None:
        """Say that there may be work."""
        self._woken.set()

    def claim(self) -> None:
        """Become the one worker of this database; raises WorkerRunning. `run` does it when nobody did before."""
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
        """Work until cancelled or stopped. What was not finished is simply ready again at the next start."""
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
        """Start nothing more; what does not finish within the limit is given back, and is ready at the next start."""
        self._stopping = True
        self.wake()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), timeout)
        await self._give_back()

    async def _start_ready(self) -> float:
        """Start what may run and say how long there is nothing more to do."""
        now = self._clock.now()
        free = self._concurrency - len(self._running)
        try:
            if free > 0:
                ready = await self._effects.ready(now, self._running.keys(), free)
                for waiting in ready:
                    self._start(waiting, now)
                self._store_gone = self._store_gone and bool(ready)
            next_at = await self._effects.next_at(now)
        except StoreGone:
            self._note_store(gone=True)
            return self._idle
        pause = self._idle if next_at is None else (next_at - now).total_seconds()
        return min(self._idle, max(pause, 0.0))

    def _start(self, waiting: Waiting, now: datetime) -> None:
        effect = waiting.effect
        attempt = Try(
            self._effects, effect.key, now, waiting.attempts + 1,
            waiting.before, waiting.first_at, waiting.prepared,
        )  # fmt: skip
        task = asyncio.create_task(self._try(effect, attempt), name=effect.key)
        self._running[effect.lane] = task
        task.add_done_callback(lambda _: self._free(effect.lane))

    def _free(self, lane: str) -> None:
        self._running.pop(lane, None)
        self._performing.pop(lane, None)
        self.wake()

    async def _try(self, effect: Effect, attempt: Try) -> None:
        """Try once and keep the answer. An exception is a bug and costs nothing but time: the effect is kept."""
        performing = asyncio.ensure_future(self._perform(effect, attempt))
        self._performing[effect.lane] = performing
        (answer,) = await asyncio.gather(performing, return_exceptions=True)
        try:
            await self._keep(effect, attempt, answer)
        except StoreGone:
            self._note_store(gone=True)

    async def _keep(
        self, effect: Effect, attempt: Try, answer: datetime | BaseException | None
    ) -> None:
        if isinstance(answer, asyncio.CancelledError):
            return
        if isinstance(answer, StoreGone):
            raise answer
        if answer is None and await self._effects.waiting(effect.key):
            answer = RuntimeError("performed, but neither settled nor given a time")
        error = None
        if isinstance(answer, BaseException):
            error = type(answer).__name__
            _log.error(
                "effect_failed",
                case=effect.case,
                effect=effect.key,
                error=error,
                where=_where(answer),
            )
            answer = self._clock.now() + _AFTER_A_BUG
        if answer is not None:
            await self._effects.later(effect.key, attempt.number, attempt.started_at, answer, error)
        self._note_store(gone=False)

    def _note_store(self, *, gone: bool) -> None:
        if gone and not self._store_gone:
            _log.error(
                "store_gone", kept="everything that was accepted", next="tried again by itself"
            )
        self._store_gone = gone

    async def _rest(self, seconds: float) -> None:
        """Wait for a wake, for the next instant, or out an ailing database."""
        if self._store_gone:
            await asyncio.sleep(self._idle)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)

    async def _finish(self) -> None:
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def _give_back(self) -> None:
        """Break off what is being performed; an answer that is already there is still kept."""
        for performing in self._performing.values():
            performing.cancel()
        await self._finish()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()


def _where(error: BaseException) -> str:
    """Say where an error arose, without its words and without any variable: both may quote a customer."""
    return "".join(format_tb(error.__traceback__))
