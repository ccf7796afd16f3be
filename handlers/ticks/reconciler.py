"""The reconciler's tick: read the tickets of open cases, and note those that changed without a webhook saying so.

Webhooks get lost. A change that is found here goes the same way as one that was told.
"""

import logging
from collections.abc import Sequence
from typing import Protocol

from desk.case.commands import NoteTicket
from desk.case.results import TicketSeen
from desk.service.engine import Engine
from desk.service.ports import GiveUp, StoreGone, TryAgain

log = logging.getLogger(__name__)


class KnowsTickets(Protocol):
    """The store, as far as the reconciler needs it."""

    async def open_tickets(self) -> Sequence[tuple[int, str]]:
        """List the tickets of open cases, each with its case; raises StoreGone."""
        ...


async def on_reconcile(engine: Engine, store: KnowsTickets) -> int:
    """Note every ticket that is not as its case knows it, and say how many; what fails is tried at the next tick."""
    try:
        case_of = dict(await store.open_tickets())
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
    await engine.accept(NoteTicket(case=name, delivery="", ticket=seen.id))
    return True
