"""Read-only record of effects, deliveries and cases, for comparison with the outside systems."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from desk.case.effects import EFFECT, Effect
from integrations.store import tables as t
from integrations.store.engine import Database
from integrations.store.vault import WORK, Vault

_e = t.effects.c
_KEY = and_(t.case_keys.c.case_id == _e.case_id, t.case_keys.c.keep == WORK)
_WORK = (
    select(
        _e.seq,
        _e.status,
        _e.attempts,
        _e.error,
        _e.created_at,
        _e.done_at,
        _e.body,
        t.case_keys.c.wrapped,
    )
    .join_from(t.effects, t.case_keys, _KEY)
    .order_by(_e.seq)
)
_MANY = 500


@dataclass(frozen=True)
class Work:
    """One effect and its status (queued, done or dead); `seq` is the order of decision."""

    effect: Effect
    seq: int
    status: str
    attempts: int
    error: str | None
    created_at: datetime
    done_at: datetime | None


class StoredRecord:
    """The record of one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Take an opened database and the vault that encrypted its values."""
        self._database, self._vault = database, vault

    async def work(self) -> Sequence[Work]:
        """Return every effect, in the order of decision."""
        return [self._read(row) for row in await self._database.rows(_WORK)]

    async def queued(self) -> int:
        """Count effects neither done nor dead."""
        query = select(func.count()).select_from(t.effects).where(_e.status == "queued")
        return int(await self._database.scalar(query))

    async def kept(self, deliveries: Collection[str]) -> frozenset[str]:
        """Return those of these deliveries that are stored."""
        found, names = set[str](), list(deliveries)
        for start in range(0, len(names), _MANY):
            some = names[start : start + _MANY]
            query = select(t.deliveries.c.id).where(t.deliveries.c.id.in_(some))
            found.update(row.id for row in await self._database.rows(query))
        return frozenset(found)

    async def cases(self) -> Sequence[str]:
        """Return every case, oldest first."""
        query = select(t.cases.c.id).order_by(t.cases.c.number)
        return [row.id for row in await self._database.rows(query)]

    def _read(self, row: Any) -> Work:
        effect = EFFECT.validate_json(self._vault.key(row.wrapped).decrypt(row.body))
        return Work(effect, row.seq, row.status, row.attempts, row.error, row.created_at, row.done_at)
