"""Outbox of announcements: digests and weekly reports are stored first, then posted exactly once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from desk.reminders.announcement import Announcement, Gathered
from desk.service.ports import Attempt, GiveUp, TryAgain

log = logging.getLogger(__name__)


class Announcements(Protocol):
    """Store of announcements (port). Every method raises StoreGone when the database does not answer."""

    async def put(self, one: Announcement, now: datetime, stands_for: Sequence[Gathered] = ()) -> bool:
        """Store an announcement with the reminders it covers; False when its key exists already."""
        ...

    async def unsaid(self, limit: int) -> Sequence[tuple[Announcement, datetime | None]]:
        """List the announcements not yet posted, oldest first, and since when each has been tried."""
        ...

    async def begin(self, key: str, now: datetime) -> None:
        """Record that posting begins now."""
        ...

    async def finish(self, key: str, now: datetime) -> None:
        """Record that it was posted."""
        ...

    async def gathered(self, cases: Sequence[str]) -> frozenset[Gathered]:
        """List the reminders of these cases that an announcement covers."""
        ...

    async def last(self, inboxes: Sequence[str], since: datetime) -> frozenset[str]:
        """Return the inboxes that had a digest since then."""
        ...


class Announcer(Protocol):
    """Announcement channel (port). Raises TryAgain and GiveUp only."""

    async def announce(self, one: Announcement, now: datetime, attempt: Attempt) -> None:
        """Post it once; idempotent by its key."""
        ...


@dataclass
class Try:
    """Attempt at posting an announcement. `before` says whether an earlier one may have been delivered."""

    store: Announcements
    key: str
    now: datetime
    first_at: datetime | None
    before: bool
    number: int = 1
    prepared: bytes | None = None

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        """Record that posting begins; the body is stored already."""
        del body, lands
        await self.store.begin(self.key, self.now)


async def say_all(store: Announcements, announcer: Announcer, now: datetime, limit: int = 20) -> int:
    """Post all pending announcements; failures are retried at the next tick."""
    said = 0
    for one, begun_at in await store.unsaid(limit):
        try:
            await announcer.announce(one, now, Try(store, one.key, now, begun_at, begun_at is not None))
        except TryAgain as world:
            log.warning("an announcement waits: %s", world, extra={"inbox": one.inbox})
            continue
        except GiveUp as final:
            log.error("an announcement cannot be made: %s", final, extra={"inbox": one.inbox})  # noqa: TRY400
        await store.finish(one.key, now)
        said += 1
    return said
