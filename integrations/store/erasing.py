"""Destroys the keys of a case for good, and finds the cases whose time has come. It decides nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, text, update

from integrations.store import tables as t
from integrations.store.engine import Database
from integrations.store.vault import WORK

GONE = "the case was erased"
"""Why work is a dead letter whose words are gone."""


def destroy(connection: Connection, case: str, classes: Sequence[str]) -> None:
    """Destroy the keys, values and digests of these retention classes; the events stay and still verify.

    Work that was still waiting becomes a dead letter, because its words are gone too. SQLite writes zeros over what it deletes.
    """
    e = t.effects.c
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    both = (*classes, WORK)
    for table, named in ((t.case_keys, both), (t.vault, classes), (t.digests, classes)):
        gone = (table.c.case_id == case) & table.c.keep.in_(named)
        connection.execute(delete(table).where(gone))
    mine = update(t.effects).where(e.case_id == case)
    connection.execute(mine.where(e.status == "queued"), {"status": "dead", "error": GONE})
    connection.execute(mine, {"prepared": None})


class StoredRetention:
    """What one database has kept for long enough."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def expired(self, playbook: str, keep: str, ended_before: datetime, after: str, limit: int) -> Sequence[str]:
        """Name closed cases that still have a key of this class, in order of their ids, from the one after `after`."""
        k, c = t.case_keys.c, t.cases.c
        query = (
            select(c.id)
            .join(t.case_keys, k.case_id == c.id)
            .where(c.playbook == playbook, k.keep == keep, c.ended_at <= ended_before, c.id > after)
            .order_by(c.id)
            .limit(limit)
        )
        return [row.id for row in await self._database.rows(query)]

    async def settle(self) -> None:
        """Let SQLite's log of changes, in which what was deleted still stands, be written away and emptied."""
        if self._database.kind == "sqlite":
            await self._database.scalar(text("PRAGMA wal_checkpoint(TRUNCATE)"))
