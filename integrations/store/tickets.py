"""Query of the tickets of open cases; it reads one index."""

from collections.abc import Sequence

from sqlalchemy import select

from desk.values import TicketRef
from integrations.store import tables as t
from integrations.store.engine import Database

_OPEN = (
    select(t.tickets.c.account, t.tickets.c.ticket_id, t.tickets.c.case_id)
    .join_from(t.tickets, t.cases, t.cases.c.id == t.tickets.c.case_id)
    .where(t.OPEN)
    .order_by(t.tickets.c.case_id)
)


class OpenTickets:
    """The tickets of open cases, in one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def open_tickets(self) -> Sequence[tuple[TicketRef, str]]:
        """Return them, each with its case; raises StoreGone."""
        rows = await self._database.rows(_OPEN)
        return [(TicketRef(account=row.account, id=int(row.ticket_id)), row.case_id) for row in rows]
