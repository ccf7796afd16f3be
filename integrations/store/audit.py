"""Audit evidence of a case: its stored events, their hash chain, and the values behind their references."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, select, type_coerce

from integrations.store import tables as t
from integrations.store.chain import Break, Head, Kept, Link, first_break
from integrations.store.engine import Database
from integrations.store.playbooks import Playbooks
from integrations.store.sealing import references
from integrations.store.shifts import StoredSearches
from integrations.store.vault import Vault

_e, _c, _v, _k = t.events.c, t.cases.c, t.vault.c, t.case_keys.c
_AT = type_coerce(_e.at, String).label("at")
"""The stored text of the instant: a tampered one may not parse any more."""
_EVENTS = select(_e.case_id, _e.seq, _AT, _e.kind, _e.body, _e.prev_hash, _e.hash, _e.seal)
EXCHANGED = "a personal value behind it was exchanged"


@dataclass(frozen=True)
class Record:
    """A case in the list: its key, its display number, and its playbook's name."""

    id: str
    number: int
    playbook: str
    playbook_hash: str


@dataclass(frozen=True)
class Evidence:
    """Everything stored of a case's events, and the first break of the chain."""

    record: Record
    kept: tuple[Kept, ...]
    head: Head
    broken: Break | None
    erased: int
    """Number of personal values that are referred to and were erased."""


class StoredEvidence:
    """The evidence of one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Take an opened database and the vault whose key sealed its events."""
        self._database, self._vault = database, vault

    async def records(self, number: int | None = None) -> Sequence[Record]:
        """Return every case, or the one with this number, oldest first."""
        query = select(_c.id, _c.number, _c.playbook, _c.playbook_hash).order_by(_c.number)
        query = query if number is None else query.where(_c.number == number)
        return [Record(*row) for row in await self._database.rows(query)]

    async def of(self, record: Record) -> Evidence:
        """Read and verify one case's evidence."""
        mine = select(_v.ref, _v.sealed).where(_v.case_id == record.id)
        end = select(_c.version, _c.head, _c.seal).where(_c.id == record.id)
        events = _EVENTS.where(_e.case_id == record.id).order_by(_e.seq)
        rows, sealed, ends = await self._database.read(
            lambda c: [c.execute(query).all() for query in (events, mine, end)]
        )
        kept, head = tuple(_kept(row) for row in rows), Head(*ends[0])
        values = {row.ref: row.sealed for row in sealed}
        broken = first_break(record.id, kept, head, self._vault.vouched)
        exchanged = _exchanged(kept, values)
        if exchanged and (broken is None or exchanged.seq < broken.seq):
            broken = exchanged
        gone = sum(ref not in values for one in kept for ref in references(one.link.body))
        return Evidence(record, kept, head, broken, gone)

    async def zone(self, record: Record) -> str:
        """Return the zone of a case's playbook."""
        named = record.playbook_hash
        return (await self._database.read(lambda c: Playbooks().read(c, named))).zone

    async def values(self, record: Record) -> dict[str, Any]:
        """Decrypt a case's personal values, by their references; erased ones are missing."""
        mine = (_k.case_id == _v.case_id) & (_k.keep == _v.keep)
        sealed = select(_v.ref, _v.field, _v.sealed, _k.wrapped).join_from(t.vault, t.case_keys, mine)
        return {
            row.ref: {
                "field": row.field,
                "value": json.loads(self._vault.key(row.wrapped).decrypt(row.sealed))["value"],
            }
            for row in await self._database.rows(sealed.where(_v.case_id == record.id))
        }

    async def note(self, by: str, *, personal: bool, now: datetime) -> None:
        """Log an export of evidence; never which customer's."""
        kind = "export with personal values" if personal else "export"
        await StoredSearches(self._database).note(f"terminal:{by}"[:64], kind, now, now)


def _kept(row: Any) -> Kept:
    link = Link(row.case_id, row.seq, row.at, row.kind, _json(row.body), row.prev_hash)
    return Kept(link, row.hash, row.seal)


def _json(raw: str) -> Any:
    """Parse a body; invalid JSON is kept as it is, and matches no hash."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw


def _exchanged(kept: Sequence[Kept], values: Mapping[str, bytes]) -> Break | None:
    """Find a value that is not the one its event refers to: the reference is the hash of the ciphertext."""
    for one in kept:
        for ref in references(one.link.body):
            if ref in values and hashlib.sha256(values[ref]).hexdigest() != ref:
                return Break(one.link.seq, EXCHANGED)
    return None
