"""aiosqlite that goes to the connection's thread only where SQLite may have to wait. It knows SQLite, not the desk.

Waiting is for a lock (the statement that begins a transaction) and for the disk (the one that ends it). What stands
between takes some ten microseconds, while a trip to a thread and back takes a hundred, and milliseconds where others
are waiting for the interpreter. So it is done at once, where it was asked.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite


class Connection(aiosqlite.Connection):
    """A connection whose cursors fetch at once, and that does not end a transaction it is not in."""

    def cursor(self) -> "Cursor":  # type: ignore[override]
        """Give a cursor; nothing happens in the database yet."""
        return Cursor(self)

    async def run(self, work: Callable[..., None], *values: Any) -> None:
        """Run something in the connection's thread, where every use of SQLite belongs."""
        await self._execute(work, *values)  # type: ignore[no-untyped-call]

    @property
    def at_once(self) -> sqlite3.Connection:
        """Give SQLite's own connection, for statements of a transaction that has begun and for those that only read."""
        return self._conn

    def begin_at_once(self, words: str) -> bool:
        """Begin a transaction if the lock is free; False says that another process has it."""
        try:
            self._conn.execute(words)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    async def commit(self) -> None:
        """Commit, if there is something to commit."""
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Roll back, if there is something to roll back."""
        if self.in_transaction:
            await super().rollback()


class Cursor:
    """The part of a cursor that SQLAlchemy's adapter uses, filled in one trip."""

    def __init__(self, connection: Connection) -> None:
        """Start empty."""
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount, self.arraysize = -1, 1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        """Need nothing."""
        return self

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> "Cursor":
        """Run a statement and fetch all its rows."""
        if self._connection.in_transaction or statement.startswith("SELECT"):
            self._run(False, statement, values)
        else:
            await self._connection.run(self._run, False, statement, values)
        return self

    async def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> "Cursor":
        """Run a statement for each row of values."""
        if self._connection.in_transaction:
            self._run(True, statement, rows)
        else:
            await self._connection.run(self._run, True, statement, rows)
        return self

    async def fetchall(self) -> list[Any]:
        """Give the rows that are here already."""
        return self._rows

    async def close(self) -> None:
        """Need nothing: the real cursor was closed when its rows were fetched."""

    def _run(self, many: bool, statement: str, values: Sequence[Any]) -> None:
        cursor = self._connection._conn.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(statement, values)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


def connect(database: str, **options: Any) -> Connection:
    """Make a connection; awaiting it opens the file."""
    options["check_same_thread"] = False  # two threads use it, and never both at once
    connection = Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # a process that is told to end does not wait for it
    return connection
