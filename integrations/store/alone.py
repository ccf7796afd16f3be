"""Named lock across replicas (PostgreSQL advisory locks). With SQLite there is one process, and no lock."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select

from integrations.store.engine import Database

AGAIN = 0.1
"""Polling interval in seconds for a lock that another replica holds."""


def number_of(name: str) -> int:
    """Return the advisory lock number of a name; it fits a signed bigint."""
    return int.from_bytes(hashlib.sha256(f"ato:{name}".encode()).digest()[:8], signed=True)


@asynccontextmanager
async def alone(database: Database, name: str, *, wait: bool = False) -> AsyncIterator[bool]:
    """Hold a named lock across replicas; False when another holds it, unless asked to `wait` for it.

    The database releases it when this process or its connection dies. Raises StoreGone.
    """
    if database.kind == "sqlite":
        yield True
        return
    take = select(func.pg_try_advisory_xact_lock(number_of(name)))
    connection = await database.call(database.writer.connect)
    try:
        got = await database.call(lambda: connection.scalar(take))
        while wait and not got:
            await asyncio.sleep(AGAIN)
            got = await database.call(lambda: connection.scalar(take))
        yield bool(got)
    finally:
        await database.call(connection.close)
