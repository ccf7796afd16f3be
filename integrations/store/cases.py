"""Case repository: the `Cases` port on SQLAlchemy. It folds events and makes no decisions."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    exists,
    func,
    select,
    tuple_,
    union,
    update,
)

from desk.case.fold import fold
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.service.ports import Commit, LookPlan
from desk.values import TicketRef
from integrations.store import tables as t
from integrations.store.board import StoredBoard
from integrations.store.commit import named_by, write
from integrations.store.engine import Database
from integrations.store.erasing import destroy
from integrations.store.folded import Folded, FoldedCases, Row
from integrations.store.jobs import Jobs, follow
from integrations.store.noting import Notes
from integrations.store.playbooks import Playbooks
from integrations.store.roster import holds
from integrations.store.sealing import references, refers, unseal
from integrations.store.vault import Vault

_WITH_KEY = (t.case_keys.c.case_id == t.vault.c.case_id) & (t.case_keys.c.keep == t.vault.c.keep)
_SEALED = (
    select(t.vault.c.ref, t.vault.c.sealed, t.case_keys.c.wrapped)
    .join_from(t.vault, t.case_keys, _WITH_KEY)
    .where(t.vault.c.case_id == bindparam("id"))
)
_VALUES = (
    select(func.count()).select_from(t.vault.join(t.case_keys, _WITH_KEY)).where(t.vault.c.case_id == bindparam("id"))
)
_EVENTS = (
    select(
        t.events.c.at,
        t.events.c.kind,
        t.events.c.body,
        t.events.c.hash,
        _VALUES.scalar_subquery().label("values"),
    )
    .where(t.events.c.case_id == bindparam("id"), t.events.c.seq >= bindparam("since"))
    .order_by(t.events.c.seq)
)
_d, _sooner = t.deadlines.c, t.deadlines.alias("sooner")
_FIRST = ~exists().where(
    _sooner.c.case_id == _d.case_id,
    tuple_(_sooner.c.fire_at, _sooner.c.duty) < tuple_(_d.fire_at, _d.duty),
)
# Not a GROUP BY: SQLite would walk through every case's deadlines for it, due or not.
_DUE = (
    select(_d.case_id)
    .where(_d.fire_at <= bindparam("now"), _FIRST)
    .order_by(_d.fire_at, _d.case_id)
    .limit(bindparam("most"))
)
_IN_DAYS = union(
    *(
        select(t.cases.c.id).where(
            column >= bindparam("since"), column < bindparam("until"), t.cases.c.playbook == bindparam("playbook")
        )
        for column in (t.cases.c.opened_at, t.cases.c.ended_at)
    )
)
_SHARING = (
    select(t.digests.c.case_id)
    .distinct()
    .join(t.cases, t.cases.c.id == t.digests.c.case_id)
    .where(
        t.digests.c.digest.in_(bindparam("digests", expanding=True)),
        t.cases.c.opened_at >= bindparam("since"),
        t.cases.c.opened_at < bindparam("until"),
    )
)
_NEXT_NUMBER = (
    update(t.numbers).where(t.numbers.c.name == "case").values(last=t.numbers.c.last + 1).returning(t.numbers.c.last)
)


class StoredCases(StoredBoard):
    """The cases of one database, with the vault of their personal values."""

    def __init__(self, database: Database, vault: Vault, jobs: Jobs | None = None) -> None:
        """Take an opened database and a vault; the caller closes the database.

        `jobs` is told within each transaction of the work it adds and frees; a queue that polls the table needs none.
        """
        super().__init__(database)
        self._jobs, self._notes = jobs, Notes(database, vault, jobs)
        self._vault, self._playbooks, self._folded = vault, Playbooks(), FoldedCases()

    async def remember_playbook(self, playbook: Playbook, now: datetime | None = None) -> str:
        """Store a playbook under the hash of its content, once, and return the hash."""
        return await self._database.write(lambda c: self._playbooks.remember(c, playbook, now))

    async def load(self, case: str) -> tuple[Case, Playbook] | None:
        """Return a case and the playbook it began with, or None."""
        before = self._folded.get(case)
        found = await self._database.read(lambda c: self._read(c, case, before))
        if found is None:
            return None
        self._folded.put(found[0])
        return found[0].case, found[1]

    def _read(self, connection: Connection, case: str, before: Folded | None) -> tuple[Folded, Playbook] | None:
        found = self._read_on(connection, case, before) if before else None
        found = found or self._read_on(connection, case, Folded(Case(id=case), "", 0))
        if found is None:
            return None
        return found, self._playbooks.read(connection, found.case.playbook_hash)

    def _read_on(self, connection: Connection, case: str, before: Folded) -> Folded | None:
        """Read the events added to a cached case; None when the cache is stale or there is nothing."""
        since = before.case.version
        rows = [Row(*row) for row in connection.execute(_EVENTS, {"id": case, "since": since})]
        if not since:
            return self._fold(connection, before, rows, rows, personal=True) if rows else None
        fresh = rows[1:]
        added = sum(_personal(row.body) for row in fresh)
        if not rows or not before.goes_on(rows, added):
            return None
        return self._fold(connection, before, rows, fresh, personal=added > 0)

    def _fold(
        self, connection: Connection, before: Folded, rows: list[Row], fresh: list[Row], *, personal: bool
    ) -> Folded:
        """Fold new rows onto a cached case; the vault is opened only where one holds a personal value."""
        opened = self._open(connection, before.case.id) if personal else {}
        events = [unseal(row.kind, row.at, row.body, opened) for row in fresh]
        folded = fold(before.case, events) if events else before.case
        return Folded(folded, rows[-1].hash, rows[-1].values)

    async def number(self) -> int:
        """Reserve the next display number."""
        return await self._database.write(lambda c: c.execute(_NEXT_NUMBER).scalar_one())

    async def commit(self, commit: Commit) -> None:
        """Store a decision in one transaction; raises Conflict and Repeated, and then nothing is stored."""
        await self._database.write(lambda c: self._keep(c, commit))
        if commit.erases:
            self._folded.drop(commit.case.id)

    def _keep(self, connection: Connection, commit: Commit) -> None:
        if commit.roster is not None:
            holds(connection, commit.roster)
        if commit.case.opened_at is not None:
            self._playbooks.read(connection, commit.case.playbook_hash)
        if commit.erases:
            destroy(connection, commit.case.id, commit.erases)
        write(connection, self._vault, commit)
        if self._jobs is not None:
            follow(connection, self._jobs, commit)

    async def seen(self, delivery: str) -> bool:
        """Return whether this delivery was accepted before."""
        found = select(t.deliveries.c.id).where(t.deliveries.c.id == delivery)
        return bool(await self._names(found))

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return the cases with a deadline at or before now, earliest first."""
        return await self._names(_DUE, {"now": now, "most": limit})

    async def of_ticket(self, ticket: TicketRef) -> str | None:
        """Return the case of a ticket."""
        return await self._name(select(t.tickets.c.case_id).where(named_by(ticket)))

    async def note(self, ticket: TicketRef, delivery: str, at: datetime, plan: LookPlan) -> str | None:
        """Store a delivery about a ticket with the effect that `plan` builds; return the ticket's case. Raises
        Repeated.
        """
        return await self._notes.keep(ticket, delivery, at, plan)

    async def named(self, number: int) -> str | None:
        """Return the case with this display number."""
        return await self._name(select(t.cases.c.id).where(t.cases.c.number == number))

    async def of_days(self, playbook: str, since: datetime, until: datetime) -> Sequence[str]:
        """Return the cases of a playbook that were opened or closed within these days, oldest first."""
        about = {"playbook": playbook, "since": since, "until": until}
        return sorted(await self._names(_IN_DAYS, about))

    async def sharing(self, field: str, values: Sequence[str], since: datetime, until: datetime) -> frozenset[str]:
        """Return the cases opened within this time in which this field ever had one of these values."""
        digests = [self._vault.digest(field, value) for value in values]
        about = {"digests": digests, "since": since, "until": until}
        return frozenset(await self._names(_SHARING, about))

    async def find(self, field: str, value: str, limit: int = 20) -> Sequence[str]:
        """Return the cases in which this field ever had this canonical value, newest first."""
        digest = self._vault.digest(field, value)
        found = select(t.digests.c.case_id).where(t.digests.c.digest == digest).distinct()
        return await self._names(found.order_by(t.digests.c.case_id.desc()).limit(limit))

    async def erase(self, case: str, keep: str) -> None:
        """Crypto-shred one retention class of a case; the events stay and still verify.

        Queued work becomes a dead letter, because its text is gone too.
        """
        await self._database.write(lambda c: destroy(c, case, (keep,)))
        self._folded.drop(case)

    def _open(self, connection: Connection, case: str) -> dict[str, bytes]:
        """Decrypt a case's personal values, by their references; erased ones are missing."""
        found = connection.execute(_SEALED, {"id": case})
        return {ref: self._vault.key(wrapped).decrypt(sealed) for ref, sealed, wrapped in found}

    async def _names(
        self, query: Select[str] | CompoundSelect[str], values: Mapping[str, Any] | None = None
    ) -> Sequence[str]:
        return [row[0] for row in await self._database.rows(query, values)]

    async def _name(self, query: Select[str]) -> str | None:
        return next(iter(await self._names(query)), None)


def _personal(body: str) -> int:
    """Count the personal values that a stored body refers to."""
    return sum(1 for _ in references(json.loads(body))) if refers(body) else 0
