"""Stores that a ticket may have changed: the delivery, and the effect that reads it. It loads no case.

Nobody knows yet what has changed, so nothing is decided here and the case's events need not be read. The result of the
read is decided like any other. docs/decisions/0016 says why.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, literal_column, select
from sqlalchemy.exc import IntegrityError

from desk.service.ports import LookPlan, Repeated
from desk.values import TicketRef
from integrations.store import tables as t
from integrations.store.commit import effect_row
from integrations.store.engine import Database
from integrations.store.jobs import Jobs
from integrations.store.vault import WORK, CaseKeys, Vault

_KEY = and_(t.case_keys.c.case_id == t.tickets.c.case_id, t.case_keys.c.keep == literal_column(f"'{WORK}'"))
_LOOKS = and_(
    t.effects.c.case_id == t.tickets.c.case_id,
    t.effects.c.status == literal_column("'queued'"),
    t.effects.c.kind == literal_column("'look_at_ticket'"),
)
_TICKET = (
    select(t.tickets.c.case_id, t.tickets.c.name, t.case_keys.c.wrapped, t.effects.c.lane)
    .select_from(t.tickets.outerjoin(t.case_keys, _KEY).outerjoin(t.effects, _LOOKS))
    .where(t.tickets.c.ticket_id == bindparam("ticket"), t.tickets.c.account.in_(["", bindparam("account")]))
)


class Notes:
    """The deliveries about tickets, in one database."""

    def __init__(self, database: Database, vault: Vault, jobs: Jobs | None) -> None:
        """Take an opened database, the vault that encrypts effects, and the queue to notify."""
        self._database, self._vault, self._jobs = database, vault, jobs

    async def keep(self, ticket: TicketRef, delivery: str, at: datetime, plan: LookPlan) -> str | None:
        """Store a delivery with the effect that `plan` builds; return the ticket's case. Raises Repeated."""
        about = {"id": delivery, "at": at}
        return await self._database.write(lambda c: self._keep(c, ticket, about, plan))

    def _keep(self, connection: Connection, ticket: TicketRef, about: dict[str, Any], plan: LookPlan) -> str | None:
        found = connection.execute(_TICKET, {"ticket": str(ticket.id), "account": ticket.account}).all()
        if not found:
            return None
        case, name, wrapped, _ = found[0]
        look = plan(case, name, [lane for *_, lane in found if lane])
        keys = CaseKeys(self._vault, {WORK: wrapped} if wrapped else {})
        effects = [effect_row(look, keys, about["at"])] if look else []
        _write(connection, {**about, "case_id": case}, effects, keys)
        if self._jobs and look:
            self._jobs.put(connection, [(look.key, look.lane, look.urgent)])
        return str(case)


def _write(connection: Connection, told: dict[str, Any], effects: Sequence[dict[str, Any]], keys: CaseKeys) -> None:
    try:
        connection.execute(insert(t.deliveries), told)
    except IntegrityError as error:
        raise Repeated(told["id"]) from error
    for keep, wrapped in keys.new.items():
        key = {"case_id": told["case_id"], "keep": keep, "wrapped": wrapped}
        connection.execute(insert(t.case_keys), key)
    for row in effects:
        connection.execute(insert(t.effects), row)
