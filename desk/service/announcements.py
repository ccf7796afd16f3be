"""Messages that belong to no one case: a digest of reminders, Monday's figures. Kept first, then said, exactly once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from desk.reminders.announcement import Announcement, Gathered
from desk.service.ports import Attempt, GiveUp, TryAgain

log = logging.getLogger(__name__)


class Announcements(Protocol):
    """Keeps announcements. Every method raises StoreGone when the database does not answer."""

    async def put(self, one: Announcement, now: datetime, stands_for: Sequence[Gathered] = ()) -> bool:
        """Keep an announcement with the reminders it stands for; False when its key is there already."""
        ...

    async def unsaid(self, limit: int) -> Sequence[tuple[Announcement, datetime | None]]:
        """List what is still to be said, oldest first, and since when it was tried."""
        ...

    async def begin(self, key: str, now: datetime) -> None:
        """Note that saying it begins now."""
        ...

    async def finish(self, key: str, now: datetime) -> None:
        """Note that it was said."""
        ...

    async def gathered(self, cases: Sequence[str]) -> frozenset[Gathered]:
        """List the reminders of these cases that an announcement stands for."""
        ...

    async def last(self, inboxes: Sequence[str], since: datetime) -> frozenset[str]:
        """Name the inboxes that had a gathered message since then."""
        ...


class Announcer(Protocol):
    """Says announcements. Raises TryAgain and GiveUp only."""

    async def announce(self, one: Announcement, now: datetime, attempt: Attempt) -> None:
        """Post it once, however often this is called."""
        ...


@dataclass
class Try:
    """One try at saying something. `before` says whether an earlier one may have reached the outside."""

    store: Announcements
    key: str
    now: datetime
    first_at: datetime | None
    before: bool
    number: int = 1
    prepared: bytes | None = None

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        """Note that saying it begins; there is nothing to keep, since the words are kept already."""
        del body, lands
        await self.store.begin(self.key, self.now)


async def say_all(store: Announcements, announcer: Announcer, now: datetime, limit: int = 20) -> int:
    """Say what is still to be said; what cannot be said now is tried again at the next tick."""
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
