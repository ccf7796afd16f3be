"""Announcement tick: posts what belongs to no one case (digests and the weekly report)."""

import logging
from dataclasses import dataclass

from desk.service.announcements import Announcements, Announcer, say_all
from desk.service.ports import Clock, StoreGone

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Announcing:
    """Dependencies of the announcement tick."""

    store: Announcements
    announcer: Announcer
    clock: Clock


async def on_announcements(desk: Announcing) -> int:
    """Post every pending announcement; a database that does not answer is retried at the next tick."""
    try:
        return await say_all(desk.store, desk.announcer, desk.clock.now())
    except StoreGone:
        log.warning("announcements could not be read; they are tried again at the next tick")
        return 0
