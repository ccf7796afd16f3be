"""Databases under benchmark: an SQLite file, and a temporary PostgreSQL copy of it.

A database is named by its file's path, or by its address on a PostgreSQL server.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import Boolean, Engine, Table, create_engine, event

from integrations.store.tables import metadata
from integrations.store.upgrade import upgrade

SERVER = os.environ.get("ATO_TEST_POSTGRES_URL") or "postgresql://postgres@127.0.0.1:5432/test"
"""A server on which databases may be made."""
JOBS = "procrastinate_jobs"
"""The queue's own table; only PostgreSQL has one."""

Found = tuple[list[str], list[tuple[Any, ...]]]


def address(database: str) -> str:
    """Return a database's address in the form of the settings."""
    return database if "://" in database else f"sqlite:///{database}"


def on_postgres(database: str) -> bool:
    """Say whether a database is on a PostgreSQL."""
    return "://" in database


def stock(database: str) -> Engine:
    """Open a database with plain SQLAlchemy; SQLite in WAL mode, for a fair comparison."""
    if on_postgres(database):
        return create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    engine = create_engine(f"sqlite:///{database}")
    event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA journal_mode=WAL"))
    return engine


def select(database: str, words: str, values: Sequence[str] = ()) -> Found:
    """Run a query with `?` parameters; return column names and rows."""
    if on_postgres(database):
        with psycopg.connect(database) as server:
            found = server.execute(words.replace("?", "%s").encode(), values)
            return [one.name for one in found.description or ()], found.fetchall()
    with closing(sqlite3.connect(database)) as file:
        cursor = file.execute(words, values)
        return [one[0] for one in cursor.description], cursor.fetchall()


def why_none() -> str:
    """Return why PostgreSQL cannot be measured; empty where a server answers."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return f"no PostgreSQL at ATO_TEST_POSTGRES_URL ({str(error).splitlines()[0]})"
    return ""


@contextmanager
def copied(file: Path) -> Iterator[str]:
    """Context of a database with a copy of a file's rows: yields its address, drops it afterwards."""
    name = f"ato_bench_{uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            made = f"{SERVER.rpartition('/')[0]}/{name}"
            upgrade(made)
            _fill(made, file)
            yield made
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _fill(made: str, file: Path) -> None:
    with psycopg.connect(made) as there, closing(sqlite3.connect(file)) as here:
        for table in metadata.sorted_tables:
            _copy(there, here, table)
        there.execute("SELECT setval(pg_get_serial_sequence('effects', 'seq'), (SELECT max(seq) FROM effects))")
        there.commit()
        there.autocommit = True
        there.execute("VACUUM ANALYZE")


def _copy(there: psycopg.Connection[Any], here: sqlite3.Connection, table: Table) -> None:
    names = [column.name for column in table.columns]
    yes_no = {at for at, column in enumerate(table.columns) if isinstance(column.type, Boolean)}
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.Identifier(table.name)
    there.execute(sql.SQL("DELETE FROM {}").format(into))
    with there.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(into, columns)) as copy:
        for row in here.execute(f"SELECT {', '.join(names)} FROM {table.name}"):  # noqa: S608 - our names
            copy.write_row([bool(one) if at in yes_no else one for at, one in enumerate(row)])
