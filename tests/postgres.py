"""A PostgreSQL for tests: a database of its own for each test process, emptied before each test.

ATO_TEST_POSTGRES_URL names a server on which databases may be made. Where it is missing, these tests are skipped on
somebody's machine and fail in CI.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from integrations.store.tables import metadata
from integrations.store.upgrade import upgrade

SERVER = os.environ.get("ATO_TEST_POSTGRES_URL") or "postgresql://postgres@127.0.0.1:5432/test"
_JOBS = ("procrastinate_events", "procrastinate_jobs", "procrastinate_workers")


def need_postgres() -> None:
    """Skip, or in CI fail, where there is no server."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        reason = f"no PostgreSQL at ATO_TEST_POSTGRES_URL ({str(error).splitlines()[0]})"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@contextmanager
def own_database(prefix: str = "ato_test") -> Iterator[str]:
    """Make an empty database, give its address, and drop it afterwards with whoever is still in it."""
    need_postgres()
    name = f"{prefix}_{uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield SERVER.rpartition("/")[0] + f"/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A database with today's tables, for this test process."""
    with own_database() as address:
        upgrade(address)
        yield address


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """The same database, empty."""
    ours = [table.name for table in reversed(metadata.sorted_tables) if table.name not in {"numbers", "writers"}]
    with psycopg.connect(postgres_server) as connection:
        for name in (*_JOBS, *ours):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        connection.execute("UPDATE numbers SET last = 0")
    return postgres_server
