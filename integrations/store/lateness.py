"""Backlog query: how long outside work has waited. Read-only."""

from datetime import datetime

from sqlalchemy import exists, func, literal_column, select

from desk.service.watchdog import Backlog, Queue
from integrations.store import tables as t
from integrations.store.engine import Database

_e, _need, _needed = t.effects.c, t.effect_needs.c, t.effects.alias("needed")
_QUEUED = _e.status == literal_column("'queued'")
_HELD_UP = (
    exists()
    .select_from(t.effect_needs.join(_needed, _needed.c.key == _need.need))
    .where(_need.key == _e.key, _needed.c.status == "dead")
)
_WAITING = (
    select(_e.urgent, func.count().label("many"), func.min(_e.created_at).label("since"))
    .where(_QUEUED, ~_HELD_UP)
    .group_by(_e.urgent)
)
_DEAD = select(func.count()).where(_e.status == literal_column("'dead'"))


class StoredLateness:
    """The backlog of one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def backlog(self) -> Backlog:
        """Count pending effects, urgent and routine, and since when the oldest waits; raises StoreGone.

        Effects behind a dead letter are left out: they wait for a person, who was told.
        """
        rows, dead = await self._database.read(lambda c: (c.execute(_WAITING).all(), c.execute(_DEAD).scalar_one()))
        queues: dict[bool, Queue] = {bool(row.urgent): Queue(row.many, _instant(row.since)) for row in rows}
        return Backlog(queues.get(True, Queue()), queues.get(False, Queue()), dead)


def _instant(found: datetime | str | None) -> datetime | None:
    """Parse the result of MIN over instants, which a database may return as text."""
    return t.read_instant(found) if isinstance(found, str) else found
