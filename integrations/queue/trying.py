"""One try at an effect and what is kept of it, the same for every queue. It knows no schedule, no vendor and no SQL."""

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


class Tries(Protocol):
    """The effects table, as far as one try needs it. Every method raises StoreGone when the database does not answer."""

    async def waiting(self, key: str) -> bool:
        """Say whether an effect is neither done nor dead."""
        ...

    async def prepare(self, key: str, body: bytes, number: int, started_at: datetime, next_at: datetime | None) -> None:
        """Keep the body of a try before it is sent, and when the next one is if nothing more is heard of this one."""
        ...

    async def later(self, key: str, number: int, started_at: datetime, next_at: datetime, error: str | None) -> None:
        """Keep when the next try is."""
        ...


@dataclass
class Try:
    """One try at an effect: the desk's `Attempt`, kept in the effects table."""

    effects: Tries
    clock: Clock
    key: str
    started_at: datetime
    number: int
    before: bool
    first_at: datetime | None
    prepared: bytes | None = field(repr=False)

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        """Keep the exact body, that sending begins now, and how long it may take to land."""
        next_at = self.clock.now() + lands if lands else None
        await self.effects.prepare(self.key, body, self.number, self.started_at, next_at)
        self.prepared = body


def next_try(effects: Tries, clock: Clock, waiting: Waiting, now: datetime) -> Try:
    """Begin the next try at an effect."""
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
    """Keep what came of a try and give the business time of the next, or None when there is none.

    An exception is a bug and costs nothing but time: the effect is kept. Raises StoreGone.
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
    """Says once that the database does not answer, until it does again."""

    def __init__(self) -> None:
        """Start in good spirits."""
        self.gone = False

    def note(self, *, gone: bool) -> None:
        """Take in how it went this time."""
        if gone and not self.gone:
            _log.error("store_gone", kept="everything that was accepted", next="tried again by itself")
        self.gone = gone


def _where(error: BaseException) -> str:
    """Say where an error arose, without its words and without any variable: both may quote a customer."""
    return "".join(format_tb(error.__traceback__))
