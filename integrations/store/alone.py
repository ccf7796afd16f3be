"""What one replica does at a time: a name that is held in the database while the work lasts. SQLite has one process."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.service.ports import StoreGone


def number_of(name: str) -> int:
    """Give the number under which PostgreSQL knows a name; it fits a signed bigint."""
    return int.from_bytes(hashlib.sha256(f"ato:{name}".encode()).digest()[:8], signed=True)


@asynccontextmanager
async def alone(engine: AsyncEngine, name: str, *, wait: bool = False) -> AsyncIterator[bool]:
    """Hold a name among all replicas; False when another holds it, unless asked to `wait` for it.

    The database lets go of the name when this process or its connection dies. Raises StoreGone.
    """
    if engine.dialect.name == "sqlite":
        yield True
        return
    take = func.pg_advisory_xact_lock if wait else func.pg_try_advisory_xact_lock
    try:
        async with engine.connect() as connection:
            got = (await connection.execute(select(take(number_of(name))))).scalar()
            yield wait or bool(got)
    except PoolTimeout as error:
        raise StoreGone(str(error)) from error
