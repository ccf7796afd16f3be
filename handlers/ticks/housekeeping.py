"""Housekeeping tick: deletes expired bookkeeping rows. Cases, events and personal values are not touched."""

import logging
from datetime import datetime, timedelta
from typing import Protocol

from desk.service.ports import Clock, StoreGone

log = logging.getLogger(__name__)

DELIVERIES, LOOK_UPS = timedelta(days=30), timedelta(days=400)
"""Retention of delivery ids (Slack and Zendesk redeliver within a day) and of the look-up log."""


class Litter(Protocol):
    """The store's port for housekeeping."""

    async def prune(self, deliveries_before: datetime, searches_before: datetime) -> int:
        """Delete older delivery ids and look-ups, and return their number; raises StoreGone."""
        ...


async def on_housekeeping(store: Litter, clock: Clock) -> int:
    """Delete expired rows and return their number; a database that does not answer is retried at the next tick."""
    now = clock.now()
    try:
        count = await store.prune(now - DELIVERIES, now - LOOK_UPS)
    except StoreGone:
        log.warning("old delivery ids could not be removed; it is tried again at the next tick")
        return 0
    if count:
        log.info("old delivery ids and look-ups removed", extra={"count": count})
    return count
