"""Opens the database and says `StoreGone` when it does not answer. It knows no table.

Recipe for SQLite's transactions: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-sqlite-transactions
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from desk.service.ports import StoreGone
from integrations.store.driver import connect
from integrations.store.held import Pair, inode_of, same
from integrations.store.swift import BEGIN, WAIT

T = TypeVar("T")

_GATES: WeakKeyDictionary[Engine, asyncio.Lock] = WeakKeyDictionary()
_PAIRS: WeakKeyDictionary[Engine, Pair] = WeakKeyDictionary()
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={WAIT}",
    "PRAGMA foreign_keys=ON",
)

CONNECT_POSTGRES: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""So that a server that vanished without a word is noticed within seconds, not at the system's two hours."""
POOL_SIZE, POOL_MORE, POOL_TIMEOUT = 8, 8, 3.0
"""Connections of one replica, how many more under load, and how long (seconds) somebody waits for one."""

Database = AsyncEngine
"""An opened database, opaque to whoever holds it."""


def read_url(database_url: str, *, asynchronous: bool = True) -> URL:
    """Read a database URL and put in the driver the desk uses."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite+aiosqlite" if asynchronous else "sqlite")
    return url.set(drivername=f"{url.get_backend_name()}+psycopg")


def for_libpq(database_url: str) -> str | None:
    """Give the address of a PostgreSQL database as PostgreSQL's own library reads it, or None for another database."""
    url = make_url(database_url)
    if url.get_backend_name() != "postgresql":
        return None
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def without_password(database_url: str) -> str:
    """Name a database to people: the file, or the address without its password."""
    file = database_file(database_url)
    return str(file) if file else make_url(database_url).render_as_string(hide_password=True)


def database_file(database_url: str) -> Path | None:
    """Name the SQLite file behind a URL, or None when there is none."""
    url = read_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return None if url.database.startswith((":memory:", "file:")) else Path(url.database).absolute()


def worker_lock(database_url: str) -> Path | None:
    """Name the lock file of the one process that works through this database, or None when there is no file."""
    file = database_file(database_url)
    return file and file.with_name(f"{file.name}.worker.lock")


def open_database(database_url: str) -> AsyncEngine:
    """Open a database that `upgrade` has made; nothing is read until the first use."""
    url = read_url(database_url)
    if url.get_backend_name() != "sqlite":
        engine = create_async_engine(
            url, connect_args=CONNECT_POSTGRES, pool_pre_ping=True,
            pool_size=POOL_SIZE, max_overflow=POOL_MORE, pool_timeout=POOL_TIMEOUT,
        )  # fmt: skip
    else:
        engine = create_async_engine(url, connect_args={"async_creator_fn": connect})
        _prepare_sqlite(engine.sync_engine, database_file(database_url))
        _PAIRS[engine.sync_engine] = Pair(engine.sync_engine, database_file(database_url))
    event.listen(engine.sync_engine, "handle_error", _translate)
    return engine


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a connection for looking only; each statement sees the newest commit."""
    try:
        async with engine.connect() as connection:
            if engine.dialect.name != "sqlite":
                await connection.execution_options(isolation_level="AUTOCOMMIT")
            elif (
                connection.sync_connection is not None
            ):  # an engine with options of its own is made anew each time
                connection.sync_connection.execution_options(reads=True)
            yield connection
    except PoolTimeout as error:
        raise StoreGone(str(error)) from error


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give a transaction: all of it is kept when the block ends, nothing when it raises.

    SQLite has one writer at a time; within this process writers queue here, because SQLite itself would let them
    sleep and poll.
    """
    gate = _gate(engine)
    try:
        async with gate, engine.begin() as connection:
            yield connection
    except PoolTimeout as error:
        raise StoreGone(str(error)) from error


async def look(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Run what only looks as one piece, as `reading` does, without its crossings from coroutine to SQLAlchemy and back."""
    pair = _PAIRS.get(engine.sync_engine)
    try:
        return await greenlet_spawn(pair.look if pair else partial(_look, engine.sync_engine), work)
    except PoolTimeout as error:
        raise StoreGone(str(error)) from error


async def keep(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Run a transaction as one piece, as `writing` does: all of it is kept when `work` returns, nothing when it raises."""
    pair = _PAIRS.get(engine.sync_engine)
    try:
        async with _gate(engine):
            return await greenlet_spawn(pair.keep if pair else partial(_keep, engine.sync_engine), work)  # fmt: skip
    except PoolTimeout as error:
        raise StoreGone(str(error)) from error


def _look(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        return work(connection)


def _keep(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _gate(engine: AsyncEngine) -> asyncio.Lock:
    """Give the lock that writers of this process queue at; PostgreSQL has any number of writers."""
    if engine.dialect.name != "sqlite":
        return asyncio.Lock()
    return _GATES.setdefault(engine.sync_engine, asyncio.Lock())


def _translate(context: ExceptionContext) -> StoreGone | None:
    """Turn "the database does not answer" into the desk's word; anything else stays a bug."""
    original = context.original_exception
    if not isinstance(original, Exception):
        return None  # a cancelled task also counts as a disconnect, and must stay a cancelled task
    damaged = type(original) is sqlite3.DatabaseError
    unreachable = isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError)
    return StoreGone(str(original)) if damaged or unreachable or context.is_disconnect else None


def _prepare_sqlite(engine: Engine, file: Path | None) -> None:
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    if file is not None:
        event.listen(engine, "do_connect", _open_existing(file))
        event.listen(engine, "checkout", _same_file(file))


def _set_up(connection: Any, record: Any) -> None:
    """Take the transaction out of the driver's hands, and hold every commit to the disk."""
    del record
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("reads"):
        connection.exec_driver_sql(BEGIN)


def _open_existing(file: Path) -> Any:
    """Refuse to start an empty database where the real one has gone, and remember which file is opened."""

    def do_connect(
        dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]
    ) -> None:
        del dialect
        record.info["inode"] = inode_of(file)  # afterwards the name may be another file's
        arguments[0] = f"file:{quote(str(file))}?mode=rw"
        options["uri"] = True

    return do_connect


def _same_file(file: Path) -> Any:
    """Drop a connection to a file that was moved away: what it kept, nobody would find again."""

    def checkout(connection: Any, record: Any, proxy: Any) -> None:
        del connection, proxy
        if not same(record.info.get("inode"), inode_of(file)):
            raise DisconnectionError(f"{file} is not the file that was opened")

    return checkout
