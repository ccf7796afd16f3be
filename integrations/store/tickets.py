"""Which tickets belong to cases that are still open. It reads one index, and decides nothing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from integrations.store import tables as t
from integrations.store.engine import reading

_OPEN = (
    select(t.tickets.c.ticket_id, t.tickets.c.case_id)
    .join_from(t.tickets, t.cases, t.cases.c.id == t.tickets.c.case_id)
    .where(t.OPEN)
    .order_by(t.tickets.c.case_id)
)


class OpenTickets:
    """The tickets of one database's open cases."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an opened database; the caller closes it."""
        self._engine = engine

    async def open_tickets(self) -> Sequence[tuple[int, str]]:
        """List them, each with its case; raises StoreGone."""
        async with reading(self._engine) as connection:
            rows = (await connection.execute(_OPEN)).all()
        return [(int(row.ticket_id), row.case_id) for row in rows]
