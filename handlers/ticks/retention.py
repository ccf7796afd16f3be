"""Retention tick: erases personal values of closed cases after the playbook's retention period, class by class."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from desk.case.commands import Erase
from desk.rules.erasure import overdue
from desk.service.engine import Engine
from desk.service.ports import StoreGone
from desk.values import BOT

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Cases per query."""


class Retention(Protocol):
    """The store's port for retention; every method raises StoreGone."""

    async def expired(self, playbook: str, keep: str, ended_before: datetime, after: str, limit: int) -> Sequence[str]:
        """Return ids of closed cases that still have values of this class, in order, from the one after `after`."""
        ...

    async def settle(self) -> None:
        """Flush the database's own files, so that no deleted value remains in them."""
        ...


async def on_retention(engine: Engine, store: Retention) -> int:
    """Erase what has expired and return the number of erasures; a database that does not answer is retried."""
    count = 0
    try:
        for playbook in engine.playbooks.values():
            for keep in playbook.retention:
                count += await _one(engine, store, playbook.playbook, keep)
        if count:
            await store.settle()
    except StoreGone:
        log.warning("what is over its time could not be erased; it is tried again at the next tick")
    if count:
        log.info("personal values over their time were erased", extra={"count": count})
    return count


async def _one(engine: Engine, store: Retention, name: str, keep: str) -> int:
    now, length = engine.clock.now(), engine.playbooks[name].retention[keep]
    count, after = 0, ""
    while cases := await store.expired(name, keep, now - length, after, AT_ONCE):
        for case in cases:
            found = await engine.look(case)
            if found and overdue(found[0], keep, length, now):
                done = await engine.accept(Erase(case=case, delivery="", by=BOT, keep=(keep,), why="retention"))
                count += done.refusal is None
        after = cases[-1]
    return count
