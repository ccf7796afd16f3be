"""Keeps messages that belong to no one case until they were said, and which reminders they stand for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.reminders.announcement import DIGEST, Announcement, Gathered
from integrations.store import across
from integrations.store.engine import reading, writing

_a, _g = across.announcements.c, across.gathered.c
_UNSAID = (
    select(_a.body, _a.begun_at)
    .where(across.UNSAID)
    .order_by(_a.at, _a.key)
    .limit(bindparam("most"))
)
_GATHERED = select(_g.case_id, _g.mark).where(_g.case_id.in_(bindparam("cases", expanding=True)))
_LAST = (
    select(_a.inbox)
    .where(_a.inbox.in_(bindparam("inboxes", expanding=True)), _a.at > bindparam("since"))
    .where(_a.key.startswith(DIGEST))
)


class StoredAnnouncements:
    """The announcements of one database."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an opened database; the caller closes it."""
        self._engine = engine

    async def put(
        self, one: Announcement, now: datetime, stands_for: Sequence[Gathered] = ()
    ) -> bool:
        """Keep an announcement with the reminders it stands for; False when its key is there already."""
        row = {"key": one.key, "inbox": one.inbox, "body": one.model_dump_json(), "at": now}
        reminders = [{"case_id": e.case, "mark": e.mark, "key": one.key} for e in stands_for]
        try:
            async with writing(self._engine) as connection:
                await connection.execute(insert(across.announcements), row)
                if reminders:
                    await connection.execute(insert(across.gathered), reminders)
        except IntegrityError:
            return False
        return True

    async def unsaid(self, limit: int) -> Sequence[tuple[Announcement, datetime | None]]:
        """List what is still to be said, oldest first, and since when it was tried."""
        async with reading(self._engine) as connection:
            rows = (await connection.execute(_UNSAID, {"most": limit})).all()
        return [(Announcement.model_validate_json(row.body), row.begun_at) for row in rows]

    async def begin(self, key: str, now: datetime) -> None:
        """Note that saying it begins now."""
        first = (_a.key == key) & _a.begun_at.is_(None)
        async with writing(self._engine) as connection:
            await connection.execute(update(across.announcements).where(first).values(begun_at=now))

    async def finish(self, key: str, now: datetime) -> None:
        """Note that it was said."""
        said = update(across.announcements).where(_a.key == key).values(done_at=now)
        async with writing(self._engine) as connection:
            await connection.execute(said)

    async def gathered(self, cases: Sequence[str]) -> frozenset[Gathered]:
        """List the reminders of these cases that an announcement stands for."""
        async with reading(self._engine) as connection:
            rows = (await connection.execute(_GATHERED, {"cases": list(cases)})).all()
        return frozenset(Gathered(row.case_id, row.mark) for row in rows)

    async def last(self, inboxes: Sequence[str], since: datetime) -> frozenset[str]:
        """Name the inboxes that had a gathered message since then."""
        about = {"inboxes": list(inboxes), "since": since}
        async with reading(self._engine) as connection:
            return frozenset((await connection.execute(_LAST, about)).scalars())
