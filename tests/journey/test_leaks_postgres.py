"""The same search on PostgreSQL: no table, the queue's own among them, holds a value that is personal."""

from collections.abc import Iterable

import psycopg
from psycopg import sql

from desk.playbook.model import Deed
from tests.journey.leaking import BOOKS, MARKS, NOTED, UNMARKED, found_in, played
from tests.postgres import own_database

FEW = {"mr_d": {"not_found": 9, "unchanged": 13}, "qualia_connect": {"handled": 99}}
"""Branches, and how many deeds of each: between them every question is answered whose answers are marked."""


def few() -> dict[str, list[tuple[Deed, ...]]]:
    return {
        name: [BOOKS[name].rehearsals[branch].deeds[:most] for branch, most in branches.items()]
        for name, branches in FEW.items()
    }


def asked(name: str, branches: Iterable[tuple[Deed, ...]]) -> set[str]:
    every = {field for branch in branches for deed in branch for field in deed.fill}
    personal = {field for field in every if BOOKS[name].fields[field].personal}
    return {field for field in personal if (name, field) not in UNMARKED}


def test_the_few_branches_answer_every_personal_question() -> None:
    for name, branches in few().items():
        every = [one.deeds for one in BOOKS[name].rehearsals.values()]
        assert asked(name, branches) == asked(name, every)


def kept(url: str) -> tuple[dict[str, int], bytes]:
    """Every row of every table there is, the queue's own among them: how many each has, and all of their values."""
    counts: dict[str, int] = {}
    found: list[bytes] = []
    tables = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    with psycopg.connect(url) as connection:
        for schema, name in connection.execute(tables).fetchall():
            rows = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, name)))
            values = [value for row in rows.fetchall() for value in row]
            counts[name] = rows.rowcount
            found += [bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in values]
    return counts, b"\n".join(found)


def test_marked_values_are_found_nowhere_in_postgresql() -> None:
    with own_database("ato_leak") as url, played({"ATO_DATABASE_URL": url}, few()) as there:
        seen = found_in(there.private() + there.tickets)
        assert {"WernerQzwort", "Quilwort", *NOTED} <= set(seen)
        assert len(seen) > 15, set(MARKS) - set(seen)
        counts, everything = kept(url)
        assert all(counts[name] > 10 for name in ("events", "effects", "vault")), counts
        assert {"procrastinate_jobs", "procrastinate_events"} <= counts.keys()
        assert len(everything) > 300_000
        assert found_in(everything) == []
        assert found_in(there.files("bot.log")) == []
        assert b"UAGENT01" in everything, "people who work here stand there, so rows were read"
        leak(url)
        assert found_in(kept(url)[1]) == ["198.51.100.77", "Quilwort", "WernerQzwort"]


def leak(url: str) -> None:
    """Put marked values where the search has to find them: into bytes, a document and a list."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE leak (a bytea, b jsonb, c text[])")
        connection.execute(
            "INSERT INTO leak VALUES (%s, %s, %s)",
            (b"WernerQzwort", '{"said": "Quilwort"}', ["198.51.100.77"]),
        )
