"""Runs the few statements of a click on the driver's own cursor: compiled once by SQLAlchemy, values written here.

SQLAlchemy's way from a statement to the driver and back takes ten times as long as SQLite takes for the row. Reading a
case and keeping a decision go straight; everything else is worth it. What goes wrong is said in the words of the engine.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine.interfaces import Dialect

from integrations.store import driver
from integrations.store.tables import write_instant

Row = Mapping[str, Any]
Order = Callable[[Row], tuple[Any, ...]] | None
"""Puts the values of a row in the order of a statement's marks; None where they go by their names."""
Known = dict[tuple[int, str, tuple[str, ...]], tuple[str, Order]]

BEGIN = "BEGIN IMMEDIATE"
"""At once: a transaction that reads first could fail at its first write."""
WAIT = 30_000
"""Milliseconds within which another process must give the lock free."""
NO_WAIT = "PRAGMA busy_timeout=0"
MOST_AT_ONCE = 100
"""Rows of one INSERT; PostgreSQL takes 65,535 values."""
_INSERT = re.compile(
    r"(INSERT INTO .*? VALUES )(\(.*?\))( (?:RETURNING|ON CONFLICT) .*)?", re.DOTALL
)
_MARK = re.compile(r"%\((\w+)\)s")
_KNOWN: Known = {}
"""The words of each statement in each dialect, and in which order its values go; the statements are made once."""


def change(connection: Connection, statement: Executable, rows: Sequence[Row]) -> int:
    """Run a statement that stands in a module for each row of values, and say how many rows it changed."""
    words, order = _compiled(connection.dialect, statement, tuple(rows[0]))
    values = [_in_order(row, order) for row in rows]
    if order is None and 1 < len(rows) <= MOST_AT_ONCE and words.startswith("INSERT"):
        words, values = _many(words, len(rows)), [_numbered(values)]
    one = len(values) == 1
    cursor = _cursor(connection)
    try:
        _heard(connection, cursor, words, values[0] if one else values)
        if one:
            cursor.execute(words, values[0])
        else:
            cursor.executemany(words, values)
        return int(cursor.rowcount)
    except connection.dialect.loaded_dbapi.Error as error:
        _say(connection, error, words)
        raise
    finally:
        cursor.close()


@lru_cache(maxsize=256)
def _many(words: str, count: int) -> str:
    """Write an INSERT for so many rows in one statement: a driver over a network sends and awaits each row by itself."""
    head, row, rest = _INSERT.fullmatch(words).groups("")  # type: ignore[union-attr] # SQLAlchemy writes them alike
    return head + ", ".join(_MARK.sub(rf"%(\1_{n})s", row) for n in range(count)) + rest


def _numbered(values: Sequence[Row]) -> dict[str, Any]:
    return {f"{name}_{n}": value for n, row in enumerate(values) for name, value in row.items()}


def rows(connection: Connection, statement: Executable, values: Row) -> list[tuple[Any, ...]]:
    """Run a query that stands in a module, and give its rows as they are kept: instants are text."""
    words, order = _compiled(connection.dialect, statement, tuple(values))
    given = _in_order(values, order)
    cursor = _cursor(connection)
    try:
        _heard(connection, cursor, words, given)
        cursor.execute(words, given)
        return cursor.fetchall()  # type: ignore[no-any-return] # of the driver: tuples
    except connection.dialect.loaded_dbapi.Error as error:
        _say(connection, error, words)
        raise
    finally:
        cursor.close()


def begin(connection: Connection) -> None:
    """Take SQLite's write lock on a connection for which SQLAlchemy begins nothing: at once where it is free.

    Such a connection waits for no lock; where another process has it, it is waited for in the connection's thread.
    """
    own = _own(connection)
    try:
        if own is None or not own.begin_at_once(BEGIN):
            for words in (f"PRAGMA busy_timeout={WAIT}", BEGIN, NO_WAIT):
                cursor = connection.connection.cursor()
                cursor.execute(words)
                cursor.close()
    except connection.dialect.loaded_dbapi.Error as error:
        _say(connection, error, BEGIN)
        raise


def commit(connection: Connection) -> None:
    """Keep what was done since `begin`, on the disk."""
    try:
        connection.connection.commit()
    except connection.dialect.loaded_dbapi.Error as error:
        _say(connection, error, "COMMIT")
        raise


def rollback(connection: Connection) -> None:
    """Undo what was done since `begin`."""
    connection.connection.rollback()


def _cursor(connection: Connection) -> Any:
    """Give a cursor: SQLite's own, because what runs here waits for nothing, else that of SQLAlchemy's adapter."""
    own = _own(connection)
    return own.at_once.cursor() if own else connection.connection.cursor()


def _own(connection: Connection) -> driver.Connection | None:
    """Give the connection of SQLite's driver, or None for another driver's."""
    adapter = connection.connection.dbapi_connection
    found = getattr(adapter, "driver_connection", None)
    return found if isinstance(found, driver.Connection) else None


def _say(connection: Connection, error: Exception, words: str) -> None:
    """Raise the error the engine's own way: what is lost is thrown away, and `StoreGone` is said where it is that."""
    connection._handle_dbapi_exception(error, words, None, None, None)


def _heard(connection: Connection, cursor: Any, words: str, values: Any) -> None:
    """Tell whoever listens to the engine's statements, as the engine does."""
    for hears in connection.dispatch.before_cursor_execute:
        hears(connection, cursor, words, values, None, isinstance(values, list))


def _compiled(dialect: Dialect, statement: Executable, names: tuple[str, ...]) -> tuple[str, Order]:
    key = (id(statement), dialect.name, names)
    if key not in _KNOWN:
        made = statement.compile(dialect=dialect, column_keys=list(names))  # type: ignore[attr-defined]
        order = made.positiontup
        _KNOWN[key] = str(made), None if order is None else _picker(tuple(order))
    return _KNOWN[key]


def _picker(names: tuple[str, ...]) -> Callable[[Row], tuple[Any, ...]]:
    if len(names) == 1:  # of one name `itemgetter` gives the value itself
        return lambda row: (row[names[0]],)
    return itemgetter(*names)


def written(value: Any) -> Any:
    """Write an instant as the tables do; everything else the drivers take as it is."""
    return write_instant(value) if isinstance(value, datetime) else value


def _in_order(row: Row, order: Order) -> Any:
    if order is None:
        return {name: written(value) for name, value in row.items()}
    values = order(row)
    return tuple(map(written, values)) if datetime in map(type, values) else values
