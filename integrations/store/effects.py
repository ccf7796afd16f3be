"""Effects table (outbox): queued effects, attempts, dead letters. It knows neither the outside nor a schedule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    select,
    update,
)

from desk.case.effects import EFFECT, Effect
from integrations.store import tables as t
from integrations.store.engine import Database
from integrations.store.vault import WORK, CaseKeys, Vault

_AFTER_A_BUG = timedelta(seconds=60)
_log = structlog.get_logger(__name__)
_QUEUED: ColumnElement[str] = literal_column("'queued'")  # written out: SQLite uses a partial index only for a literal
_DEAD: ColumnElement[str] = literal_column("'dead'")
_e, _earlier, _needed, _need = (
    t.effects.c,
    t.effects.alias("earlier"),
    t.effects.alias("needed"),
    t.effect_needs.c,
)

_HEAD = ~exists().where(_earlier.c.lane == _e.lane, _earlier.c.status == _QUEUED, _earlier.c.seq < _e.seq)
_NEEDS_MET = ~(
    exists()
    .select_from(t.effect_needs.outerjoin(_needed, _needed.c.key == _need.need))
    .where(_need.key == _e.key, func.coalesce(_needed.c.status, "") != "done")
)
_KEY = and_(t.case_keys.c.case_id == _e.case_id, t.case_keys.c.keep == WORK)
_WORK = select(_e.key, _e.body, _e.attempts, _e.first_at, _e.sent_at, _e.prepared, t.case_keys.c.wrapped).join_from(
    t.effects, t.case_keys, _KEY
)
_READY = (
    _WORK.where(
        _e.status == _QUEUED,
        _e.next_at <= bindparam("now"),
        _e.lane.not_in(bindparam("busy", expanding=True)),
        _HEAD,
        _NEEDS_MET,
    )
    .order_by(_e.urgent.desc(), _e.seq)
    .limit(bindparam("most"))
)
_TURN = (
    _WORK.add_columns(_e.next_at, _NEEDS_MET.label("met"))
    .where(_e.lane == bindparam("lane"), _e.status == _QUEUED)
    .order_by(_e.seq)
    .limit(1)
)
_DUE_LANES = select(_e.lane).where(
    _e.status == _QUEUED,
    _e.next_at <= bindparam("now"),
    _e.lane.in_(bindparam("lanes", expanding=True)),
    _HEAD,
    _NEEDS_MET,
)
_QUEUED_ALL = select(_e.key, _e.lane, _e.urgent).where(_e.status == _QUEUED).order_by(_e.seq)
_NEXT = select(func.min(_e.next_at)).where(_e.status == _QUEUED, _e.next_at > bindparam("now"))


Place = tuple[str, str, bool]
"""An effect's place in the queue: its key, its lane, and whether it is urgent."""


@dataclass(frozen=True)
class Waiting:
    """The next effect of a lane, with what earlier attempts stored."""

    effect: Effect
    attempts: int
    first_at: datetime | None
    before: bool
    prepared: bytes | None


@dataclass(frozen=True)
class _Turn:
    """The next effect of a lane, or when to look again; None while it waits for another effect."""

    waiting: Waiting | None
    at: datetime | None = None


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter, without its text."""

    key: str
    case: str
    lane: str
    kind: str
    attempts: int
    error: str | None
    created_at: datetime


class StoredEffects:
    """The effects of one database, for the queue and for the terminal."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Take an opened database and the vault that encrypted the bodies."""
        self._database, self._vault = database, vault

    async def ready(self, now: datetime, busy: Collection[str], limit: int) -> Sequence[Waiting]:
        """Return effects at the head of their lane that may run now, urgent first, without the `busy` lanes."""
        values = {"now": now, "busy": list(busy), "most": limit}
        rows = await self._database.rows(_READY, values)
        return [found for row in rows if (found := await self._read(row, now))]

    async def turn(self, lane: str, now: datetime) -> _Turn | None:
        """Return the next effect of a lane; None when the lane is empty."""
        rows = await self._database.rows(_TURN, {"lane": lane})
        if not rows:
            return None
        row = rows[0]
        if not row.met or row.next_at > now:
            return _Turn(None, row.next_at if row.met else None)
        found = await self._read(row, now)
        return _Turn(found, None if found else now + _AFTER_A_BUG)

    async def due_lanes(self, lanes: Collection[str], now: datetime) -> frozenset[str]:
        """Return those of these lanes that have something to do now."""
        found = await self._database.rows(_DUE_LANES, {"lanes": list(lanes), "now": now})
        return frozenset(row.lane for row in found)

    async def queued(self) -> Sequence[Place]:
        """Return the places of all effects neither done nor dead, in order."""
        return [(r.key, r.lane, r.urgent) for r in await self._database.rows(_QUEUED_ALL)]

    async def next_at(self, now: datetime) -> datetime | None:
        """Return the earliest instant after now of a retry."""
        found: datetime | None = await self._database.scalar(_NEXT, {"now": now})
        return found

    async def waiting(self, key: str) -> bool:
        """Return whether an effect is neither done nor dead."""
        status = select(_e.status).where(_e.key == key)
        return await self._database.scalar(status) == "queued"  # type: ignore[no-any-return]

    async def prepare(
        self,
        key: str,
        body: bytes,
        number: int,
        started_at: datetime,
        next_at: datetime | None = None,
    ) -> None:
        """Store the exact body of an attempt, and that sending begins, before the first byte leaves.

        `next_at` is when the next attempt runs if this one is never heard of again.
        """
        owner = select(t.case_keys.c.wrapped).join_from(t.effects, t.case_keys, _KEY)
        tried = (
            update(t.effects)
            .where(_e.key == key)
            .values(
                attempts=number,
                sent_at=_first(_e.sent_at, started_at),
                first_at=_first(_e.first_at, started_at),
                next_at=next_at or _e.next_at,
            )
        )

        def keep(connection: Connection) -> None:
            wrapped = connection.execute(owner.where(_e.key == key)).scalar_one()
            sealed = CaseKeys(self._vault, {WORK: wrapped}).seal(WORK, body)
            connection.execute(tried.values(prepared=sealed))

        await self._database.write(keep)

    async def later(self, key: str, number: int, started_at: datetime, next_at: datetime, error: str | None) -> None:
        """Store that an attempt failed and when the next one runs; a settled effect stays settled."""
        mine = update(t.effects).where(_e.key == key, _e.status == "queued")
        tried = mine.values(attempts=number, next_at=next_at, error=error)
        if number:  # nothing was tried yet when our own pace held it back
            tried = tried.values(first_at=_first(_e.first_at, started_at))
        await self._database.write(lambda c: c.execute(tried))

    async def dead(self, limit: int = 100) -> Sequence[DeadLetter]:
        """Return the dead letters, oldest first."""
        columns = (_e.key, _e.case_id, _e.lane, _e.kind, _e.attempts, _e.error, _e.created_at)
        query = select(*columns).where(_e.status == _DEAD).order_by(_e.seq).limit(limit)
        return [DeadLetter(*row) for row in await self._database.rows(query)]

    async def pending_count(self) -> int:
        """Count effects neither done nor dead."""
        query = select(func.count()).select_from(t.effects).where(_e.status == _QUEUED)
        return int(await self._database.scalar(query))

    async def oldest_pending_at(self) -> datetime | None:
        """Return since when the oldest pending effect has waited."""
        query = select(func.min(_e.created_at)).where(_e.status == _QUEUED)
        found: datetime | None = await self._database.scalar(query)
        return found

    async def oldest_due_at(self, now: datetime) -> datetime | None:
        """Return since when the first unblocked effect has been overdue."""
        query = select(func.min(_e.next_at)).where(_e.status == _QUEUED, _e.next_at <= now, _HEAD, _NEEDS_MET)
        found: datetime | None = await self._database.scalar(query)
        return found

    async def effect(self, key: str) -> Effect | None:
        """Return an effect of any status; None when it is unknown or erased."""
        rows = await self._database.rows(_WORK.where(_e.key == key))
        return self._waiting(rows[0]).effect if rows else None

    async def _read(self, row: Any, now: datetime) -> Waiting | None:
        """Decode a row; an unreadable effect is kept and blocks its own lane only."""
        try:
            return self._waiting(row)
        except (ValueError, InvalidToken):  # what does not validate is a ValueError, too
            _log.error("effect_unreadable", effect=row.key)
            await self.later(row.key, row.attempts, now, now + _AFTER_A_BUG, "unreadable")
            return None

    def _waiting(self, row: Any) -> Waiting:
        key = self._vault.key(row.wrapped)
        prepared = None if row.prepared is None else key.decrypt(row.prepared)
        effect = EFFECT.validate_json(key.decrypt(row.body))
        return Waiting(effect, row.attempts, row.first_at, row.sent_at is not None, prepared)


def _first(kept: Column[datetime | None], instant: datetime) -> ColumnElement[datetime | None]:
    """Return the stored instant or else this one (COALESCE); the type determines how it is written."""
    return func.coalesce(kept, literal(instant, t.Instant))
