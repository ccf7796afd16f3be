"""Database connection (SQLAlchemy): runs each read and each transaction as one function in a thread. It knows no table.

SQLite's transactions: https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-transactions
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Executable, Row, create_engine, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from desk.service.ports import StoreGone

T = TypeVar("T")
Values = Mapping[str, Any]
Rows = Sequence[Row[*tuple[Any, ...]]]

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
)
BEGIN = "BEGIN IMMEDIATE"
"""Takes the write lock at once: a transaction that reads first could fail at its first write."""
SQLITE_READERS = 4
"""Reader threads for SQLite, each with a connection; there is one writer thread."""

CONNECT_POSTGRES: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""TCP timeouts: a vanished server is noticed within seconds, not at the system's two hours."""
POOL_SIZE, POOL_MORE, POOL_TIMEOUT = 8, 8, 3.0
"""Connection pool of one replica: size, overflow, and timeout in seconds."""


class Database:
    """An opened database: a reader engine, a writer engine, and their thread pools."""

    def __init__(self, reader: Engine, writer: Engine, readers: int, writers: int) -> None:
        """Take two engines, of which the reader's begins no transaction, and the number of threads of each."""
        self.reader, self.writer = reader, writer
        self._readers = ThreadPoolExecutor(readers, "ato-reader")
        self._writers = ThreadPoolExecutor(writers, "ato-writer")

    @property
    def kind(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self.writer.dialect.name

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a read-only function; each of its statements sees the newest commit. Raises StoreGone."""
        return await _result(self._readers, _within(self.reader.connect, work))

    async def rows(self, query: Executable, values: Values | None = None) -> Rows:
        """Run one query and return all its rows. Raises StoreGone."""
        return await self.read(lambda connection: connection.execute(query, values).all())

    async def scalar(self, query: Executable, values: Values | None = None) -> Any:
        """Run one query and return the first column of its first row, or None. Raises StoreGone."""
        return await self.read(lambda connection: connection.scalar(query, values))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a function as one transaction: committed when it returns, rolled back when it raises.

        A cancelled caller resumes when the transaction has ended. Raises StoreGone.
        """
        return await self.call(_within(self.writer.begin, work))

    async def call(self, work: Callable[[], T]) -> T:
        """Run a function in a writer thread, to its end. Raises StoreGone."""
        return await _result(self._writers, work, to_its_end=True)

    async def close(self) -> None:
        """Wait for what is running, and close every connection."""
        for threads in (self._readers, self._writers):
            await asyncio.to_thread(threads.shutdown)
        for engine in (self.reader, self.writer):
            engine.dispose()


def _within(
    enter: Callable[[], AbstractContextManager[Connection]], work: Callable[[Connection], T]
) -> Callable[[], T]:
    def whole() -> T:
        with enter() as connection:
            return work(connection)

    return whole


async def _result(threads: ThreadPoolExecutor, work: Callable[[], T], *, to_its_end: bool = False) -> T:
    """Run a function in a thread and await it; on cancellation it is dropped unless it has begun."""
    job = threads.submit(copy_context().run, work)
    done = asyncio.wrap_future(job)
    try:
        return await asyncio.shield(done)
    except PoolTimeout as error:
        raise StoreGone(str(error)) from error
    except asyncio.CancelledError:
        if not job.cancel() and to_its_end:
            await asyncio.wait([done])
        raise


def read_url(database_url: str) -> URL:
    """Parse a database URL and set the desk's driver, whatever other driver it names."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite")
    return url.set(drivername=f"{url.get_backend_name()}+psycopg")


def for_libpq(database_url: str) -> str | None:
    """Return the connection string of a PostgreSQL database for libpq, or None for another database."""
    url = make_url(database_url)
    if url.get_backend_name() != "postgresql":
        return None
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def without_password(database_url: str) -> str:
    """Return the database's name for people: the file, or the URL without its password."""
    file = database_file(database_url)
    return str(file) if file else make_url(database_url).render_as_string(hide_password=True)


def database_file(database_url: str) -> Path | None:
    """Return the SQLite file of a URL, or None when there is none."""
    url = read_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return None if url.database.startswith((":memory:", "file:")) else Path(url.database).absolute()


def worker_lock(database_url: str) -> Path | None:
    """Return the lock file of the single worker of this database, or None when there is no file."""
    file = database_file(database_url)
    return file and file.with_name(f"{file.name}.worker.lock")


def open_database(database_url: str) -> Database:
    """Open a database that `upgrade` has created; no connection is made until the first use."""
    url, file = read_url(database_url), database_file(database_url)
    if url.get_backend_name() == "sqlite":
        writer = _sqlite(url, file, 1)
        event.listen(writer, "begin", lambda connection: connection.exec_driver_sql(BEGIN))
        return Database(_sqlite(url, file, SQLITE_READERS), writer, SQLITE_READERS, 1)
    engine = create_engine(
        url,
        connect_args=CONNECT_POSTGRES,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_MORE,
        pool_timeout=POOL_TIMEOUT,
    )
    event.listen(engine, "handle_error", _translate)
    most = POOL_SIZE + POOL_MORE
    return Database(engine.execution_options(isolation_level="AUTOCOMMIT"), engine, most, most)


def _sqlite(url: URL, file: Path | None, connections: int) -> Engine:
    """Create an engine whose driver begins no transaction by itself."""
    engine = create_engine(url, connect_args={"isolation_level": None}, pool_size=connections, max_overflow=0)
    event.listen(engine, "connect", set_up)
    event.listen(engine, "handle_error", _translate)
    if file is not None:
        event.listen(engine, "do_connect", _open_existing(file))
        event.listen(engine, "checkout", _same_file(file))
    return engine


def _translate(context: ExceptionContext) -> StoreGone | None:
    """Translate connection errors into StoreGone; any other error stays a bug."""
    original = context.original_exception
    damaged = type(original) is sqlite3.DatabaseError
    unreachable = isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError)
    return StoreGone(str(original)) if damaged or unreachable or context.is_disconnect else None


def set_up(connection: sqlite3.Connection, record: object) -> None:
    """Set SQLite's pragmas: full synchronous commits, and a busy timeout for other processes' locks."""
    del record
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _open_existing(file: Path) -> Any:
    """Refuse to create an empty database where the file is missing, and remember the file's inode."""

    def do_connect(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        del dialect
        record.info["inode"] = _inode(file)  # afterwards the name may be another file's
        arguments[0] = f"file:{quote(str(file))}?mode=rw"
        options["uri"] = True

    return do_connect


def _same_file(file: Path) -> Any:
    """Drop a connection to a file that was replaced: its writes would be lost."""

    def checkout(connection: Any, record: Any, proxy: Any) -> None:
        del connection, proxy
        opened = record.info.get("inode")
        if opened is None or opened != _inode(file):
            raise DisconnectionError(f"{file} is not the file that was opened")

    return checkout


def _inode(file: Path) -> int | None:
    """Return the inode under a file's name, or None when there is none."""
    try:
        return os.stat(file).st_ino
    except OSError:
        return None
