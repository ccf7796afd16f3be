"""Erasure: crypto-shreds a case's keys, and finds the cases whose retention has expired. It makes no decisions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, text, update

from integrations.store import tables as t
from integrations.store.engine import Database
from integrations.store.vault import WORK

GONE = "the case was erased"
"""Reason of a dead letter whose text was erased."""


def destroy(connection: Connection, case: str, classes: Sequence[str]) -> None:
    """Delete the keys, values and digests of these retention classes; the events stay and still verify.

    Queued work becomes a dead letter, because its text is gone too. SQLite overwrites deleted rows with zeros.
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
    """Retention queries on one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def expired(self, playbook: str, keep: str, ended_before: datetime, after: str, limit: int) -> Sequence[str]:
        """Return ids of closed cases that still have a key of this class, in order, from the one after `after`."""
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
        """Checkpoint and truncate SQLite's write-ahead log, which still holds deleted values."""
        if self._database.kind == "sqlite":
            await self._database.scalar(text("PRAGMA wal_checkpoint(TRUNCATE)"))
