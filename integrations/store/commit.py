"""Writer of one decision within the caller's transaction. It makes no decisions."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import rfc8785
import structlog
from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk.case.effects import Effect
from desk.case.work_events import EffectDied, TicketCreated
from desk.service.ports import Commit, Conflict, Repeated
from desk.values import TicketRef
from integrations.store import tables as t
from integrations.store.board import goal_row, write_owed
from integrations.store.chain import event_words, head_words, link_words
from integrations.store.engine import Rows
from integrations.store.sealing import looked_up, seal
from integrations.store.tables import write_instant
from integrations.store.tallies import count
from integrations.store.vault import WORK, CaseKeys, Vault

_log = structlog.get_logger(__name__)
_MOVING = ("ending", "ended_at", "goal_due_at", "goal_done_at")
"""Columns of a case that may change, beside its version and head; the others are fixed when it is opened."""
_CLAIM = (
    select(
        t.cases.c.version,
        t.cases.c.head,
        t.cases.c.seal,
        t.case_keys.c.keep,
        t.case_keys.c.wrapped,
        *(t.cases.c[name] for name in _MOVING),
    )
    .select_from(t.cases.outerjoin(t.case_keys, t.case_keys.c.case_id == t.cases.c.id))
    .where(t.cases.c.id == bindparam("id"))
    .with_for_update(of=t.cases)
)
_ADVANCE = update(t.cases).where(t.cases.c.id == bindparam("case"), t.cases.c.version == bindparam("before"))
_DEADLINES = select(t.deadlines.c.duty, t.deadlines.c.fire_at).where(t.deadlines.c.case_id == bindparam("id"))
_FORGET = delete(t.deadlines).where(t.deadlines.c.case_id == bindparam("id"), t.deadlines.c.duty == bindparam("which"))
_EFFECT = update(t.effects).where(t.effects.c.key == bindparam("which"))


Claimed = Rows
"""A case before a decision: its row, once for each of its keys; empty for a new case."""


@dataclass
class _Batch:
    """The rows that one decision adds, collected before the first is written."""

    head: str
    events: list[dict[str, Any]] = field(default_factory=list)
    vault: list[dict[str, Any]] = field(default_factory=list)
    digests: list[dict[str, Any]] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)


def moment(commit: Commit) -> datetime:
    """Return the business time of a decision."""
    return commit.at or commit.case.log[-1].at


def write(connection: Connection, vault: Vault, commit: Commit) -> None:
    """Store a decision; raises Repeated and Conflict.

    Without a case only the delivery id is stored.
    """
    _deliver(connection, commit)
    if commit.case.opened_at is None:
        return
    claimed = _claim(connection, commit)
    keys = CaseKeys(vault, {row.keep: row.wrapped for row in claimed if row.keep and row.wrapped})
    batch = _gather(commit, vault, keys, claimed[0].head if claimed else "")
    seal = _sealed(commit, vault, batch.head, claimed)
    _write_case(connection, commit, {"head": batch.head, "seal": seal}, claimed)
    _write_rows(connection, commit, batch, keys)
    _write_tickets(connection, commit)
    _write_deadlines(connection, commit, new=not claimed)
    write_owed(connection, commit, new=not claimed)
    _move_effects(connection, commit)


def _deliver(connection: Connection, commit: Commit) -> None:
    if not commit.delivery:
        return
    row = {"id": commit.delivery, "case_id": commit.case.id, "at": moment(commit)}
    try:
        connection.execute(insert(t.deliveries), row)
    except IntegrityError as error:
        raise Repeated(commit.delivery) from error


def _claim(connection: Connection, commit: Commit) -> Claimed:
    """Lock the case's row and return its version, head and keys."""
    found = connection.execute(_CLAIM, {"id": commit.case.id}).all()
    version = found[0].version if found else 0
    if version != commit.case.version - len(commit.events):
        raise Conflict(commit.case.id)
    return found


def _sealed(commit: Commit, vault: Vault, head: str, claimed: Claimed) -> str | None:
    """Seal the new head. After a head with an invalid seal every later one stays unsealed, too."""
    case = commit.case
    for row in claimed[:1]:
        if not vault.vouched(row.seal, *head_words(case.id, row.version, row.head)):
            _log.error("the evidence of a case was changed beside the desk", case=case.id)
            unvouched: str | None = row.seal
            return unvouched
    return vault.vouch(*head_words(case.id, case.version, head))


def _gather(commit: Commit, vault: Vault, keys: CaseKeys, head: str) -> _Batch:
    batch, case = _Batch(head), commit.case.id
    first = commit.case.version - len(commit.events) + 1
    for seq, event in enumerate(commit.events, first):
        body, sealed = seal(event, keys)
        words, before = rfc8785.dumps(body), batch.head
        link = link_words(case, seq, write_instant(event.at), event.kind, words, before)
        batch.head = hashlib.sha256(link).hexdigest()
        batch.events.append(
            {
                "case_id": case,
                "seq": seq,
                "at": event.at,
                "kind": event.kind,
                "body": words.decode(),
                "prev_hash": before,
                "hash": batch.head,
                "seal": vault.vouch(*event_words(case, seq, batch.head)),
            }
        )
        batch.vault += [{**row, "case_id": case} for row in sealed]
        batch.digests += [
            {
                "digest": vault.digest(name, value),
                "case_id": case,
                "seq": seq,
                "field": name,
                "keep": keep,
            }
            for name, value, keep in looked_up(event)
        ]
    batch.effects += [effect_row(effect, keys, moment(commit)) for effect in commit.effects]
    return batch


def effect_row(effect: Effect, keys: CaseKeys, now: datetime) -> dict[str, Any]:
    """Return the row of a queued effect, encrypted."""
    return {
        "key": effect.key,
        "case_id": effect.case,
        "lane": effect.lane,
        "kind": effect.kind,
        "status": "queued",
        "urgent": effect.urgent,
        "attempts": 0,
        "next_at": now,
        "created_at": now,
        "body": keys.seal(WORK, effect.model_dump_json().encode()),
    }


def _write_case(connection: Connection, commit: Commit, head: dict[str, Any], claimed: Claimed) -> None:
    case = commit.case
    now = {"ending": case.ending, "ended_at": case.ended_at, **goal_row(commit.goal)}
    assert case.opened_at is not None
    count(connection, case.playbook, case.opened_at, now, claimed)
    if not claimed:
        return _open_case(connection, commit, {**head, **now})
    # Only what changed is set: SQLite writes every index anew that holds a column it is told to set.
    moved = {name: now[name] for name in _MOVING if now[name] != getattr(claimed[0], name)}
    which = {"case": case.id, "before": case.version - len(commit.events), "version": case.version}
    if connection.execute(_ADVANCE, {**which, **head, **moved}).rowcount != 1:
        raise Conflict(case.id)
    return None


def _open_case(connection: Connection, commit: Commit, row: dict[str, Any]) -> None:
    case = commit.case
    stands = {
        "id": case.id,
        "number": case.number,
        "playbook": case.playbook,
        "playbook_hash": case.playbook_hash,
        "version": case.version,
        "opened_at": case.opened_at,
        "opened_by": case.opened_by,
    }
    try:
        connection.execute(insert(t.cases), {**stands, **row})
    except IntegrityError as error:
        raise Conflict(case.id) from error


def _write_rows(connection: Connection, commit: Commit, batch: _Batch, keys: CaseKeys) -> None:
    case = commit.case.id
    new_keys = [{"case_id": case, "keep": k, "wrapped": w} for k, w in keys.new.items()]
    needs = [{"key": e.key, "need": need} for e in commit.effects for need in dict.fromkeys(e.needs)]
    _insert(connection, t.events, batch.events)
    _insert(connection, t.case_keys, new_keys)
    _insert(connection, t.vault, batch.vault)
    _insert(connection, t.digests, batch.digests)
    _insert(connection, t.effects, batch.effects)
    _insert(connection, t.effect_needs, needs)


def _insert(connection: Connection, table: Table, fresh: list[dict[str, Any]]) -> None:
    if fresh:
        connection.execute(insert(table), fresh)


def named_by(ticket: TicketRef) -> ColumnElement[bool]:
    """Return the condition that selects the row of a ticket."""
    return and_(t.tickets.c.ticket_id == str(ticket.id), t.tickets.c.account.in_(["", ticket.account]))


def _write_tickets(connection: Connection, commit: Commit) -> None:
    """Map the tickets to this case. One that the desk did not create stays with the case that has it: Conflict."""
    for event in commit.events:
        if not isinstance(event, TicketCreated):
            continue
        this = named_by(TicketRef(account=event.account, id=event.id))
        holder = connection.execute(select(t.tickets.c.case_id).where(this)).scalar()
        if event.by_hand and holder not in {None, commit.case.id}:
            raise Conflict(commit.case.id)
        row = {"ticket_id": str(event.id), "account": event.account, "case_id": commit.case.id, "name": event.name}
        connection.execute(delete(t.tickets).where(this))
        connection.execute(insert(t.tickets), row)


def _write_deadlines(connection: Connection, commit: Commit, *, new: bool) -> None:
    """Replace the case's deadlines, touching only those that changed."""
    case = commit.case.id
    wanted = {(deadline.duty, deadline.fire_at) for deadline in commit.deadlines}
    found = [] if new else connection.execute(_DEADLINES, {"id": case}).all()
    kept = {(row.duty, row.fire_at) for row in found}
    if gone := sorted(duty for duty, _ in kept - wanted):
        connection.execute(_FORGET, [{"id": case, "which": duty} for duty in gone])
    fresh = [{"case_id": case, "duty": d, "fire_at": at} for d, at in sorted(wanted - kept)]
    _insert(connection, t.deadlines, fresh)


def _move_effects(connection: Connection, commit: Commit) -> None:
    now = moment(commit)
    if commit.settles:
        done = {"which": commit.settles, "status": "done", "done_at": now, "error": None}
        connection.execute(_EFFECT, done)
    if commit.kills:
        reasons = {e.effect: e.reason for e in commit.events if isinstance(e, EffectDied)}
        dead = {"which": commit.kills, "status": "dead", "error": reasons.get(commit.kills)}
        connection.execute(_EFFECT, dead)
    if commit.revives:
        # What was sent and how often stays; only the time within which to give up begins anew.
        again = {"which": commit.revives, "status": "queued", "next_at": now, "first_at": None}
        connection.execute(_EFFECT.where(t.effects.c.status == "dead"), again)
