"""On the retention tick: the personal values of cases that ended long enough ago go, class by class, as each playbook says."""

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
"""Cases that are looked up at a time."""


class Retention(Protocol):
    """The store, as far as retention needs it; every method raises StoreGone."""

    async def expired(self, playbook: str, keep: str, ended_before: datetime, after: str, limit: int) -> Sequence[str]:
        """Name closed cases that still have values of this class, in order of their ids, from the one after `after`."""
        ...

    async def settle(self) -> None:
        """Let nothing of what was deleted stay behind in the database's own files."""
        ...


async def on_retention(engine: Engine, store: Retention) -> int:
    """Erase what is over its time, and say how many times; a database that is gone is tried at the next tick."""
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
