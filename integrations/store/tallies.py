"""Tallies of opened cases and reached goals by quarter of an hour: a day's figures are read from 96 rows.

A quarter of an hour, because every zone's midnight is the beginning of one. Tallies are updated in the transaction that
changes a case, so they cannot go stale; they can be recounted from the cases at any time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, bindparam, func, select, text

from integrations.store import tables as t

tallies = Table(
    "tallies",
    t.metadata,
    Column("playbook", String(100), primary_key=True),
    Column("slot", String(16), primary_key=True),
    Column("opened", Integer, nullable=False),
    Column("in_time", Integer, nullable=False),
    Column("done", Integer, nullable=False),
)

QUARTER = timedelta(minutes=15)

COUNT_ANEW = """
    INSERT INTO tallies (playbook, slot, opened, in_time, done)
    SELECT playbook, substr(opened_at, 1, 14) || CASE
            WHEN substr(opened_at, 15, 2) < '15' THEN '00' WHEN substr(opened_at, 15, 2) < '30' THEN '15'
            WHEN substr(opened_at, 15, 2) < '45' THEN '30' ELSE '45' END,
        count(*), sum(CASE WHEN goal_done_at <= goal_due_at THEN 1 ELSE 0 END),
        sum(CASE WHEN goal_done_at IS NOT NULL THEN 1 ELSE 0 END)
    FROM cases GROUP BY 1, 2
"""
_ADD = text("""
    INSERT INTO tallies (playbook, slot, opened, in_time, done) VALUES (:playbook, :slot, :opened, :in_time, :done)
    ON CONFLICT (playbook, slot) DO UPDATE SET opened = tallies.opened + excluded.opened,
        in_time = tallies.in_time + excluded.in_time, done = tallies.done + excluded.done
""")
_a = tallies.c
OF_DAY = select(
    func.coalesce(func.sum(_a.opened), 0).label("opened"),
    func.coalesce(func.sum(_a.in_time), 0).label("in_time"),
    func.coalesce(func.sum(_a.done), 0).label("done"),
).where(_a.playbook.in_(bindparam("playbooks", expanding=True)), _a.slot >= bindparam("slot"))


def slot_of(at: datetime) -> str:
    """Return the quarter of an hour of an instant, such as 2026-11-28T07:45."""
    written = t.write_instant(at)
    return f"{written[:14]}{int(written[14:16]) // 15 * 15:02}"


def next_quarter(at: datetime) -> datetime:
    """Return the start of the first full quarter of an hour at or after an instant."""
    over = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - over + QUARTER if over else at


def count(connection: Connection, playbook: str, opened_at: datetime, now: Any, before: Sequence[Any]) -> None:
    """Count a new case, or a goal that is reached, moved or lifted; `before` is its previous row, if any."""
    good, done = _goal(now["goal_due_at"], now["goal_done_at"])
    was_good, was_done = _goal(before[0].goal_due_at, before[0].goal_done_at) if before else (0, 0)
    found = {"opened": 0 if before else 1, "in_time": good - was_good, "done": done - was_done}
    if any(found.values()):
        connection.execute(_ADD, {"playbook": playbook, "slot": slot_of(opened_at), **found})


def _goal(due_at: datetime | None, done_at: datetime | None) -> tuple[int, int]:
    return int(bool(due_at and done_at and done_at <= due_at)), int(done_at is not None)


def count_anew(connection: Connection) -> None:
    """Recount all tallies."""
    connection.execute(text("DELETE FROM tallies"))
    connection.execute(text(COUNT_ANEW))
