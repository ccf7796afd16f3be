"""Whose turn it is to call a vendor: in memory for one process, in the database for all replicas. It knows no vendor.

A replica takes its turn with one statement on its own, so that two never take the same; it waits for it afterwards.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from desk.service.rate_limit import Rate, hold, take
from integrations.store import tables as t
from integrations.store.engine import Database

MOST_NAMES = 2000
_NOW = func.extract("epoch", func.clock_timestamp())

Sleep = Callable[[float], Awaitable[None]]


MOST_AWAY = 30.0
"""Seconds after which everybody who waits for a turn comes again at the latest."""


class Crowd:
    """How many wait for each name, so that they come back one after another and not all at once. Only a hint."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._waiting: dict[str, int] = {}

    def away(self, name: str, wait: float, rate: Rate) -> float:
        """Let one more wait, and give the seconds after which to come again."""
        ahead = self._waiting.get(name, 0)
        self._waiting[name] = ahead + 1
        return min(wait + ahead * rate.every, max(wait, MOST_AWAY))

    def came(self, name: str) -> None:
        """Let one fewer wait."""
        left = self._waiting.pop(name, 0) - 1
        if left > 0:
            self._waiting[name] = left


class MemoryPace:
    """The turns of one process."""

    def __init__(self, *, clock: Callable[[], float] = monotonic, sleep: Sleep = asyncio.sleep) -> None:
        """Take a clock and a way to wait, in seconds."""
        self._clock, self._sleep = clock, sleep
        self._free: dict[str, float] = {}
        self._crowd = Crowd()

    async def turn(self, name: str, rate: Rate) -> float:
        """Wait for this name's turn and give 0; or take none, and give the seconds after which to come again."""
        now = self._clock()
        turn = take(self._free.get(name, 0.0), now, rate)
        if not turn.taken:
            return self._crowd.away(name, turn.wait, rate)
        self._crowd.came(name)
        self._free[name] = turn.free_at
        self._forget(now)
        if turn.wait > 0:
            await self._sleep(turn.wait)
        return 0.0

    async def hold(self, name: str, seconds: float, rate: Rate) -> None:
        """Let nothing through for a while: the vendor said so."""
        now = self._clock()
        self._free[name] = hold(self._free.get(name, 0.0), now, seconds, rate)

    def _forget(self, now: float) -> None:
        """Drop the names that are free anyway, so that years of direct messages do not pile up."""
        if len(self._free) > MOST_NAMES:
            self._free = {name: at for name, at in self._free.items() if at > now}


class StoredPace:
    """The turns of all replicas on one PostgreSQL, by its clock. Methods raise StoreGone when it does not answer."""

    def __init__(self, database: Database, *, sleep: Sleep = asyncio.sleep) -> None:
        """Use an opened database; the caller closes it."""
        self._database, self._sleep, self._crowd = database, sleep, Crowd()

    async def turn(self, name: str, rate: Rate) -> float:
        """Wait for this name's turn and give 0; or take none, and give the seconds after which to come again."""
        row, kept = t.paces.c.free_at, insert(t.paces)
        taking = (
            kept.values(name=name, free_at=_NOW + rate.every)
            .on_conflict_do_update(
                index_elements=[t.paces.c.name],
                set_={"free_at": func.greatest(row, _NOW) + rate.every},
                where=row - _NOW <= literal(rate.longest + rate.slack),
            )
            .returning(row - _NOW)
        )
        ahead = await self._database.write(lambda c: c.execute(taking).scalar_one_or_none())
        if ahead is None:
            away = max(take(await self._ahead(name), 0.0, rate).wait, 0.1)
            return self._crowd.away(name, away, rate)
        self._crowd.came(name)
        wait = float(ahead) - rate.every - rate.slack
        if wait > 0:
            await self._sleep(wait)
        return 0.0

    async def hold(self, name: str, seconds: float, rate: Rate) -> None:
        """Let nothing through for a while, from any replica: the vendor said so."""
        until = _NOW + (seconds + rate.slack)
        held = (
            insert(t.paces)
            .values(name=name, free_at=until)
            .on_conflict_do_update(
                index_elements=[t.paces.c.name], set_={"free_at": func.greatest(t.paces.c.free_at, until)}
            )
        )
        await self._database.write(lambda c: c.execute(held))

    async def _ahead(self, name: str) -> float:
        query = select(t.paces.c.free_at - _NOW).where(t.paces.c.name == name)
        return float(await self._database.scalar(query) or 0.0)
