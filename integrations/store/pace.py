"""Rate limiter (GCRA) for vendor calls: in memory for one process, in the database for all replicas.

A replica takes its turn in one statement, so that two never take the same; it waits for it afterwards. It knows no
vendor.
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
"""Maximum seconds until a waiting caller retries."""


class Crowd:
    """Number of callers waiting for each name, which spreads their retries. Only a hint."""

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}

    def away(self, name: str, wait: float, rate: Rate) -> float:
        """Count one more waiting caller; return the seconds after which to retry."""
        ahead = self._waiting.get(name, 0)
        self._waiting[name] = ahead + 1
        return min(wait + ahead * rate.every, max(wait, MOST_AWAY))

    def came(self, name: str) -> None:
        """Count one waiting caller less."""
        left = self._waiting.pop(name, 0) - 1
        if left > 0:
            self._waiting[name] = left


class MemoryPace:
    """The rate limiter of one process."""

    def __init__(self, *, clock: Callable[[], float] = monotonic, sleep: Sleep = asyncio.sleep) -> None:
        """Take a monotonic clock and a sleep function, in seconds."""
        self._clock, self._sleep = clock, sleep
        self._free: dict[str, float] = {}
        self._crowd = Crowd()

    async def turn(self, name: str, rate: Rate) -> float:
        """Wait for this name's turn and return 0; or take none, and return the seconds after which to retry."""
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
        """Block a name for some seconds, as the vendor demands (Retry-After)."""
        now = self._clock()
        self._free[name] = hold(self._free.get(name, 0.0), now, seconds, rate)

    def _forget(self, now: float) -> None:
        """Drop names whose limit has expired, so that the table does not grow for ever."""
        if len(self._free) > MOST_NAMES:
            self._free = {name: at for name, at in self._free.items() if at > now}


class StoredPace:
    """The rate limiter of all replicas on one PostgreSQL, by its clock. Methods raise StoreGone."""

    def __init__(self, database: Database, *, sleep: Sleep = asyncio.sleep) -> None:
        """Use an opened database; the caller closes it."""
        self._database, self._sleep, self._crowd = database, sleep, Crowd()

    async def turn(self, name: str, rate: Rate) -> float:
        """Wait for this name's turn and return 0; or take none, and return the seconds after which to retry."""
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
        """Block a name for some seconds on every replica, as the vendor demands (Retry-After)."""
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
