"""Reconciler tick: reads the tickets of open cases and records changes whose webhook was lost.

A change found here is processed like one from a webhook.
"""

import logging
from collections.abc import Sequence
from typing import Protocol

from desk.case.commands import NoteTicket
from desk.case.results import TicketSeen
from desk.service.engine import Engine
from desk.service.ports import GiveUp, StoreGone, TryAgain
from desk.values import TicketRef

log = logging.getLogger(__name__)


class KnowsTickets(Protocol):
    """The store's port for the reconciler."""

    async def open_tickets(self) -> Sequence[tuple[TicketRef, str]]:
        """Return the tickets of open cases, each with its case; raises StoreGone."""
        ...


async def on_reconcile(engine: Engine, store: KnowsTickets, account: str = "") -> int:
    """Record every ticket that differs from its case and return their number; failures are retried at the next tick.

    `account` is the one that the engine reads; tickets of other accounts are left out.
    """
    try:
        case_of = {one.id: case for one, case in await store.open_tickets() if one.account in {"", account}}
        seen = await engine.tickets.many(list(case_of))
        return sum([await _note(engine, case_of[one.id], one) for one in seen if one.id in case_of])
    except StoreGone:
        log.warning("the reconciler could not read the database; it tries again at the next tick")
    except (TryAgain, GiveUp) as outside:
        log.warning("the reconciler could not read the tickets: %s", outside)
    return 0


async def _note(engine: Engine, name: str, seen: TicketSeen) -> bool:
    found = await engine.look(name)
    known = (one for one in found[0].tickets.values() if one.id == seen.id) if found else ()
    if any((one.group, one.status, one.stamp) == (seen.group, seen.status, seen.stamp) for one in known):
        return False
    await engine.accept(NoteTicket(case=name, delivery="", ticket=TicketRef(account=seen.account, id=seen.id)))
    return True
