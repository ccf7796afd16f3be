"""Removes what only had to be known for a while: delivery ids, the log of look-ups, and turns long over."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from integrations.store import across
from integrations.store import tables as t
from integrations.store.engine import writing


class StoredLitter:
    """What grows without end in one database."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an opened database; the caller closes it."""
        self._engine = engine

    async def prune(self, deliveries_before: datetime, searches_before: datetime) -> int:
        """Remove older delivery ids and look-ups, and say how many."""
        old = (
            delete(t.deliveries).where(t.deliveries.c.at < deliveries_before),
            delete(across.searches).where(across.searches.c.at < searches_before),
            delete(t.paces).where(t.paces.c.free_at < deliveries_before.timestamp()),
        )
        async with writing(self._engine) as connection:
            return sum([(await connection.execute(one)).rowcount for one in old])
