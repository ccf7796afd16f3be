"""Recorder of a click's database writes: diffs rows before and after, and replays them for a rival."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Engine

from benchmarks.databases import JOBS, on_postgres, select
from benchmarks.filling import TABLES

Row = tuple[Any, ...]
Rows = dict[str, tuple[list[str], set[Row]]]

HEAD = "{head}"
"""Where a statement has a new head, which each database makes in its own words."""
_ADVANCE = "UPDATE cases SET version = version + 1, head = {head} WHERE id = ?"
_ONCE = count()
_JOBS = f"SELECT queue_name, task_name, priority, lock, queueing_lock, args::text AS args FROM {JOBS}"  # noqa: S608
_NEW_HEAD = {
    "sqlite": "hex(randomblob(32))",
    "postgresql": "md5(random()::text) || md5(random()::text)",
}


@dataclass(frozen=True)
class Write:
    """Rows to insert into a table, as recorded."""

    statement: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Replay:
    """The rows of one click, ready to be written for another case."""

    case: str
    delivery: str
    writes: tuple[Write, ...]
    gone: tuple[str, ...]
    """Statements that delete or change what was there; they take the case's id."""

    def commit(self, engine: Engine, case: str) -> None:
        """Write the same rows for another case in one transaction."""
        once, kind = f"replayed:{next(_ONCE)}", engine.dialect.name
        mark = "?" if kind == "sqlite" else "%s"
        with engine.begin() as connection:
            for statement in self.gone:
                words = statement.replace(HEAD, _NEW_HEAD[kind]).replace("?", mark)
                connection.exec_driver_sql(words, (case,))
            for write in self.writes:
                rows = [self._own(row, case, once) for row in write.rows]
                connection.exec_driver_sql(write.statement.replace("?", mark), rows)

    def _own(self, row: Row, case: str, once: str) -> Row:
        return tuple(
            one.replace(self.case, case).replace(self.delivery, once) if isinstance(one, str) else one for one in row
        )


def read_rows(database: str, case: str) -> Rows:
    """Read every row of a case, and all deliveries."""
    found: Rows = {}
    for table in (*TABLES, "effects", "deliveries", "cases"):
        column = "id" if table == "cases" else "case_id"
        names, rows = select(database, f"SELECT * FROM {table} WHERE {column} = ?", [case])  # noqa: S608 - our names
        found[table] = names, set(rows)
    if on_postgres(database):
        names, rows = select(database, _JOBS)
        found[JOBS] = names, set(rows)
    return found


def difference(case: str, before: Rows, after: Rows) -> Replay:
    """Return what was written between two readings."""
    writes, gone = [], []
    delivery = next(iter(after["deliveries"][1] - before["deliveries"][1]))[0]
    for table, (names, rows) in after.items():
        if table == "cases":
            gone.append(_ADVANCE)
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
