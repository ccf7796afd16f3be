"""One attempt at an effect, and storing its result; shared by all queues. It knows no schedule, vendor or SQL."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from traceback import format_tb
from typing import Protocol

import structlog

from desk.case.effects import Effect
from desk.service.ports import Attempt, Clock, StoreGone

AFTER_A_BUG = timedelta(seconds=60)
_log = structlog.get_logger(__name__)

Perform = Callable[[Effect, Attempt], Awaitable[datetime | None]]


class WorkerRunning(Exception):
    """Another process is the worker of this database."""


class Waiting(Protocol):
    """The next effect of a lane, with what earlier attempts stored."""

    @property
    def effect(self) -> Effect:
        """The effect to perform."""
        ...

    @property
    def attempts(self) -> int:
        """Number of attempts so far."""
        ...

    @property
    def first_at(self) -> datetime | None:
        """Start of the first attempt."""
        ...

    @property
    def before(self) -> bool:
        """Whether an earlier attempt has begun to send."""
        ...

    @property
    def prepared(self) -> bytes | None:
        """The exact body of an earlier attempt."""
        ...


class Tries(Protocol):
    """The effects table as an attempt needs it. Every method raises StoreGone when the database does not answer."""

    async def waiting(self, key: str) -> bool:
        """Return whether an effect is neither done nor dead."""
        ...

    async def prepare(self, key: str, body: bytes, number: int, started_at: datetime, next_at: datetime | None) -> None:
        """Store the body of an attempt before it is sent, and when the next one runs if this one is never heard of
        again.
        """
        ...

    async def later(self, key: str, number: int, started_at: datetime, next_at: datetime, error: str | None) -> None:
        """Store when the next attempt runs."""
        ...


@dataclass
class Try:
    """One attempt at an effect: the desk's `Attempt`, stored in the effects table."""

    effects: Tries
    clock: Clock
    key: str
    started_at: datetime
    number: int
    before: bool
    first_at: datetime | None
    prepared: bytes | None = field(repr=False)

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        """Store the exact body, that sending begins now, and how long it may take to arrive."""
        next_at = self.clock.now() + lands if lands else None
        await self.effects.prepare(self.key, body, self.number, self.started_at, next_at)
        self.prepared = body


def next_try(effects: Tries, clock: Clock, waiting: Waiting, now: datetime) -> Try:
    """Begin the next attempt at an effect."""
    return Try(
        effects,
        clock,
        waiting.effect.key,
        now,
        waiting.attempts + 1,
        waiting.before,
        waiting.first_at,
        waiting.prepared,
    )


async def keep(
    effects: Tries,
    clock: Clock,
    effect: Effect,
    attempt: Try,
    answer: datetime | BaseException | None,
) -> datetime | None:
    """Store the result of an attempt; return the business time of the next, or None when there is none.

    An exception is a bug: the effect stays queued and is retried. Raises StoreGone.
    """
    if isinstance(answer, StoreGone):
        raise answer
    if answer is None and await effects.waiting(effect.key):
        answer = RuntimeError("performed, but neither settled nor given a time")
    error = None
    if isinstance(answer, BaseException):
        error = type(answer).__name__
        _log.error("effect_failed", case=effect.case, effect=effect.key, error=error, where=_where(answer))
        answer = clock.now() + AFTER_A_BUG
    if answer is not None:
        await effects.later(effect.key, attempt.number, attempt.started_at, answer, error)
    return answer


class StoreWatch:
    """Logs an outage of the database once, until it answers again."""

    def __init__(self) -> None:
        self.gone = False

    def note(self, *, gone: bool) -> None:
        """Record whether the database answered this time."""
        if gone and not self.gone:
            _log.error("store_gone", kept="everything that was accepted", next="tried again by itself")
        self.gone = gone


def _where(error: BaseException) -> str:
    """Return where an error was raised, without its text and variables: both may quote a customer."""
    return "".join(format_tb(error.__traceback__))
