"""Runs the few statements of a click on the driver's own cursor: compiled once by SQLAlchemy, values written here.

SQLAlchemy's way from a statement to the driver and back takes ten times as long as SQLite takes for the row. Reading a
case and keeping a decision go straight; everything else is worth it. What goes wrong is said in the words of the engine.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine.interfaces import Dialect

from integrations.store.tables import write_instant

Row = Mapping[str, Any]
Known = dict[tuple[int, str, tuple[str, ...]], tuple[str, tuple[str, ...] | None]]

_KNOWN: Known = {}
"""The words of each statement in each dialect, and in which order its values go; the statements are made once."""


def change(connection: Connection, statement: Executable, rows: Sequence[Row]) -> int:
    """Run a statement that stands in a module for each row of values, and say how many rows it changed."""
    words, order = _compiled(connection.dialect, statement, tuple(rows[0]))
    values = [_in_order(row, order) for row in rows]
    with _cursor(connection, words) as cursor:
        if len(values) == 1:
            _heard(connection, cursor, words, values[0])
            cursor.execute(words, values[0])
        else:
            _heard(connection, cursor, words, values)
            cursor.executemany(words, values)
        return int(cursor.rowcount)


def rows(connection: Connection, statement: Executable, values: Row) -> list[tuple[Any, ...]]:
    """Run a query that stands in a module, and give its rows as they are kept: instants are text."""
    words, order = _compiled(connection.dialect, statement, tuple(values))
    given = _in_order(values, order)
    with _cursor(connection, words) as cursor:
        _heard(connection, cursor, words, given)
        cursor.execute(words, given)
        return [tuple(row) for row in cursor.fetchall()]


def _heard(connection: Connection, cursor: Any, words: str, values: Any) -> None:
    """Tell whoever listens to the engine's statements, as the engine does."""
    for hears in connection.dispatch.before_cursor_execute:
        hears(connection, cursor, words, values, None, isinstance(values, list))


@contextmanager
def _cursor(connection: Connection, words: str) -> Iterator[Any]:
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        # The engine's own way with errors: what is lost is thrown away, and `StoreGone` is said where it is that.
        connection._handle_dbapi_exception(error, words, None, None, None)
    finally:
        cursor.close()


def _compiled(
    dialect: Dialect, statement: Executable, names: tuple[str, ...]
) -> tuple[str, tuple[str, ...] | None]:
    key = (id(statement), dialect.name, names)
    if key not in _KNOWN:
        made = statement.compile(dialect=dialect, column_keys=list(names))  # type: ignore[attr-defined]
        order = made.positiontup
        _KNOWN[key] = str(made), None if order is None else tuple(order)
    return _KNOWN[key]


def written(value: Any) -> Any:
    """Write an instant as the tables do; everything else the drivers take as it is."""
    return write_instant(value) if isinstance(value, datetime) else value


def _in_order(row: Row, order: tuple[str, ...] | None) -> Any:
    if order is None:
        return {name: written(value) for name, value in row.items()}
    return tuple(written(row[name]) for name in order)
