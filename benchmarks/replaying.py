"""What one click of the bot writes, found by comparing rows before and after, and written again by a rival."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.filling import TABLES
from integrations.store.engine import writing

Row = tuple[Any, ...]
Rows = dict[str, tuple[list[str], set[Row]]]

_ONCE = count()


@dataclass(frozen=True)
class Write:
    """Rows to insert into a table, as the case they were seen in had them."""

    statement: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Replay:
    """The rows of one click on one case, ready to be written for another."""

    case: str
    delivery: str
    writes: tuple[Write, ...]
    gone: tuple[str, ...]
    """Statements that delete or change what was there; they take the case's id."""

    async def commit(self, engine: AsyncEngine, case: str) -> None:
        """Write the same rows for another case, in one transaction."""
        once = f"replayed:{next(_ONCE)}"
        async with writing(engine) as connection:
            for statement in self.gone:
                await connection.exec_driver_sql(statement, (case,))
            for write in self.writes:
                rows = [self._own(row, case, once) for row in write.rows]
                await connection.exec_driver_sql(write.statement, rows)

    def _own(self, row: Row, case: str, once: str) -> Row:
        return tuple(
            one.replace(self.case, case).replace(self.delivery, once) if isinstance(one, str) else one
            for one in row
        )  # fmt: skip


def read_rows(database: Path, case: str) -> Rows:
    """Read every row of a case, and every delivery."""
    found: Rows = {}
    with closing(sqlite3.connect(database)) as connection:
        for table in (*TABLES, "effects", "deliveries", "cases"):
            column = "id" if table == "cases" else "case_id"
            cursor = connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", [case])  # noqa: S608 - our names
            found[table] = ([one[0] for one in cursor.description], set(cursor.fetchall()))
    return found


def difference(case: str, before: Rows, after: Rows) -> Replay:
    """Say what was written between two readings."""
    writes, gone = [], []
    delivery = next(iter(after["deliveries"][1] - before["deliveries"][1]))[0]
    for table, (names, rows) in after.items():
        if table == "cases":
            gone.append(
                "UPDATE cases SET version = version + 1, head = hex(randomblob(32)) WHERE id = ?"
            )
            continue
        if before[table][1] - rows:
            gone.append(f"DELETE FROM {table} WHERE case_id = ?")  # noqa: S608 - our names
        if fresh := rows - before[table][1]:
            writes.append(_write(table, names, fresh))
    return Replay(case, str(delivery), tuple(writes), tuple(gone))


def _write(table: str, names: list[str], rows: Iterable[Row]) -> Write:
    kept = [at for at, name in enumerate(names) if (table, name) != ("effects", "seq")]
    columns, marks = ", ".join(names[at] for at in kept), ", ".join("?" for _ in kept)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - our names
    return Write(statement, tuple(tuple(row[at] for at in kept) for row in rows))
