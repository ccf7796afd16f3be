"""On the housekeeping tick: what nobody will ask for again is removed. No case, no event and no personal value is."""

import logging
from datetime import datetime, timedelta
from typing import Protocol

from desk.service.ports import Clock, StoreGone

log = logging.getLogger(__name__)

DELIVERIES, LOOK_UPS = timedelta(days=30), timedelta(days=400)
"""Slack and Zendesk repeat within a day; who looked up whom is asked within a year."""


class Litter(Protocol):
    """The store, as far as housekeeping needs it."""

    async def prune(self, deliveries_before: datetime, searches_before: datetime) -> int:
        """Remove older delivery ids and look-ups, and say how many; raises StoreGone."""
        ...


async def on_housekeeping(store: Litter, clock: Clock) -> int:
    """Remove what is old, and say how much; a database that is gone is tried at the next tick."""
    now = clock.now()
    try:
        count = await store.prune(now - DELIVERIES, now - LOOK_UPS)
    except StoreGone:
        log.warning("old delivery ids could not be removed; it is tried again at the next tick")
        return 0
    if count:
        log.info("old delivery ids and look-ups removed", extra={"count": count})
    return count
