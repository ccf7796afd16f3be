"""Announcements outbox: messages of no one case until they are posted, and the reminders they cover."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk.reminders.announcement import DIGEST, Announcement, Gathered
from integrations.store import across
from integrations.store.engine import Database

_a, _g = across.announcements.c, across.gathered.c
_UNSAID = select(_a.body, _a.begun_at).where(across.UNSAID).order_by(_a.at, _a.key).limit(bindparam("most"))
_GATHERED = select(_g.case_id, _g.mark).where(_g.case_id.in_(bindparam("cases", expanding=True)))
_LAST = (
    select(_a.inbox)
    .where(_a.inbox.in_(bindparam("inboxes", expanding=True)), _a.at > bindparam("since"))
    .where(_a.key.startswith(DIGEST))
)


class StoredAnnouncements:
    """The announcements of one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def put(self, one: Announcement, now: datetime, stands_for: Sequence[Gathered] = ()) -> bool:
        """Store an announcement with the reminders it covers; False when its key exists already."""
        row = {"key": one.key, "inbox": one.inbox, "body": one.model_dump_json(), "at": now}
        reminders = [{"case_id": e.case, "mark": e.mark, "key": one.key} for e in stands_for]
        try:
            await self._database.write(lambda c: _put(c, row, reminders))
        except IntegrityError:
            return False
        return True

    async def unsaid(self, limit: int) -> Sequence[tuple[Announcement, datetime | None]]:
        """Return unposted announcements, oldest first, each with the start of its first attempt."""
        rows = await self._database.rows(_UNSAID, {"most": limit})
        return [(Announcement.model_validate_json(row.body), row.begun_at) for row in rows]

    async def begin(self, key: str, now: datetime) -> None:
        """Record that posting begins."""
        first = (_a.key == key) & _a.begun_at.is_(None)
        begun = update(across.announcements).where(first).values(begun_at=now)
        await self._database.write(lambda c: c.execute(begun))

    async def finish(self, key: str, now: datetime) -> None:
        """Record that it was posted."""
        said = update(across.announcements).where(_a.key == key).values(done_at=now)
        await self._database.write(lambda c: c.execute(said))

    async def gathered(self, cases: Sequence[str]) -> frozenset[Gathered]:
        """Return the reminders of these cases that an announcement covers."""
        rows = await self._database.rows(_GATHERED, {"cases": list(cases)})
        return frozenset(Gathered(row.case_id, row.mark) for row in rows)

    async def last(self, inboxes: Sequence[str], since: datetime) -> frozenset[str]:
        """Return the inboxes that had a digest since then."""
        about = {"inboxes": list(inboxes), "since": since}
        return frozenset(row.inbox for row in await self._database.rows(_LAST, about))


def _put(connection: Connection, row: dict[str, Any], reminders: list[dict[str, Any]]) -> None:
    connection.execute(insert(across.announcements), row)
    if reminders:
        connection.execute(insert(across.gathered), reminders)
