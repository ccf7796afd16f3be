"""Deletes expired bookkeeping rows: delivery ids, look-up log, old rate-limit rows."""

from datetime import datetime

from sqlalchemy import delete

from integrations.store import across
from integrations.store import tables as t
from integrations.store.engine import Database


class StoredLitter:
    """The bookkeeping tables of one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def prune(self, deliveries_before: datetime, searches_before: datetime) -> int:
        """Delete older delivery ids and look-ups, and return their number."""
        old = (
            delete(t.deliveries).where(t.deliveries.c.at < deliveries_before),
            delete(across.searches).where(across.searches.c.at < searches_before),
            delete(t.paces).where(t.paces.c.free_at < deliveries_before.timestamp()),
        )
        return await self._database.write(lambda c: sum(c.execute(one).rowcount for one in old))
