"""The outside in a test: it performs effects the way the test says, and settles them as the engine would."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.queueing import Queue
from desk.case.effects import Effect
from desk.case.state import Case
from desk.case.work_events import EffectDied
from desk.service.ports import Attempt, Conflict
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database
from integrations.store.vault import Vault
from tests.contract.making import Maker
from tests.fakes.clock import START

BOTH = pytest.mark.parametrize("address", ["sqlite", "postgres"], indirect=True)
"""For what every database promises."""
QUEUES = pytest.mark.parametrize(
    ("address", "jobs"),
    [("sqlite", False), ("postgres", False), ("postgres", True)],
    indirect=True,
    ids=["embedded-sqlite", "embedded-postgres", "procrastinate"],
)
"""For what every queue promises on every database it can stand on."""

MakeQueue = Callable[..., Queue]
Act = Callable[[Effect, Attempt], Awaitable[datetime | None]]


@dataclass
class Outside:
    """Performs effects the way a test says, and settles them as the engine would."""

    keep: Maker
    case: Case
    acts: dict[str, list[Act]] = field(default_factory=dict)
    began: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    put_off: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def perform(self, effect: Effect, attempt: Attempt) -> datetime | None:
        await self.note(self.began, effect.key)
        acts = self.acts.get(effect.key)
        return await (acts.pop(0) if acts else self.settle)(effect, attempt)

    async def settle(self, effect: Effect, attempt: Attempt) -> None:
        try:
            await self.keep.add(self.case, settles=effect.key)
        except Conflict:
            await self.settle(effect, attempt)
        else:
            await self.note(self.settled, effect.key)

    async def kill(self, effect: Effect, attempt: Attempt) -> None:
        died = EffectDied(at=START, by="bot", effect=effect.key, what="w", system="Slack", reason="no channel")
        self.case = await self.keep.add(self.case, died, kills=effect.key)
        await self.note(self.settled, effect.key)

    async def note(self, kept: list[str], key: str) -> None:
        async with self.changed:
            kept.append(key)
            self.changed.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(holds)

    async def until_kept(self) -> None:
        """Wait until the queue kept that a try did not succeed."""
        async with asyncio.timeout(10):
            await self.put_off.wait()

    async def until_settled(self, *keys: str) -> None:
        await self.until(lambda: set(keys) <= set(self.settled))


class Watched(StoredEffects):
    """The effects table, which also tells a test when a try was put off."""

    def __init__(self, engine: Database, vault: Vault, put_off: asyncio.Event) -> None:
        super().__init__(engine, vault)
        self.put_off = put_off

    async def later(self, *values: object) -> None:
        await super().later(*values)
        self.put_off.set()


def later(seconds: float) -> Act:
    """Say: not now, again after so many seconds of business time."""

    async def act(effect: Effect, attempt: Attempt) -> datetime:
        return START + timedelta(seconds=seconds)

    return act


def hang(started: asyncio.Event, until: asyncio.Event) -> Act:
    async def act(effect: Effect, attempt: Attempt) -> datetime | None:
        started.set()
        await until.wait()
        return START + timedelta(hours=1)

    return act


async def never() -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def running(queue: Queue) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(queue.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def plan(outside: Outside, *planned: Effect) -> None:
    outside.case = await outside.keep.add(outside.case, effects=planned)
