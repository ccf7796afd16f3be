"""Ticket system accounts that this database took on, and the tickets stored before it did."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from integrations.store import tables as t
from integrations.store.engine import Database

_KNOWN = select(t.accounts.c.account).order_by(t.accounts.c.taken_at, t.accounts.c.account)
_STORED = (
    select(t.tickets.c.ticket_id, t.tickets.c.case_id, t.tickets.c.name)
    .join_from(t.tickets, t.cases, t.cases.c.id == t.tickets.c.case_id)
    .order_by(t.cases.c.number.desc(), t.tickets.c.ticket_id)
    .limit(bindparam("most"))
)


class StoredAccounts:
    """The accounts of one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def known(self) -> Sequence[str]:
        """Return the accounts, the first one first; raises StoreGone."""
        return [row.account for row in await self._database.rows(_KNOWN)]

    async def stored(self, most: int) -> Sequence[tuple[int, str, str]]:
        """Return the newest tickets, each with its case and its name there; raises StoreGone."""
        rows = await self._database.rows(_STORED, {"most": most})
        return [(int(row.ticket_id), row.case_id, row.name) for row in rows]

    async def take(self, account: str, now: datetime) -> str:
        """Take on an account unless there is one, and return the one that is there; raises StoreGone.

        The tickets stored without an account are on it.
        """
        return await self._database.write(lambda c: _take(c, account, now))


def _take(connection: Connection, account: str, now: datetime) -> str:
    known = connection.execute(_KNOWN).scalars().first()
    if known is None:
        connection.execute(insert(t.accounts), {"account": account, "taken_at": now})
    mine = known or account
    connection.execute(update(t.tickets).where(t.tickets.c.account == "").values(account=mine))
    return mine
