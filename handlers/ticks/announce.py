"""The tick that says what belongs to no one case: digests and Monday's message."""

import logging
from dataclasses import dataclass

from desk.service.announcements import Announcements, Announcer, say_all
from desk.service.ports import Clock, StoreGone

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Announcing:
    """What is said, where it is kept, and when it is now."""

    store: Announcements
    announcer: Announcer
    clock: Clock


async def on_announcements(desk: Announcing) -> int:
    """Say everything that waits; a database that is gone is tried again at the next tick."""
    try:
        return await say_all(desk.store, desk.announcer, desk.clock.now())
    except StoreGone:
        log.warning("announcements could not be read; they are tried again at the next tick")
        return 0
