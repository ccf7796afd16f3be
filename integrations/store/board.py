"""Worklist storage: open duties across cases. Every query follows an index and has a limit."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, delete, func, insert, select

from desk.cards.worklist import Figures, Goal, Owed, Press
from desk.service.ports import Commit
from integrations.store import across
from integrations.store import tables as t
from integrations.store.engine import Database
from integrations.store.tallies import OF_DAY, next_quarter, slot_of

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The due time of what has none: it sorts last."""

_o, _c = across.owed.c, t.cases.c


def _first(*where: Any) -> Select[Any]:
    return select(across.owed).where(*where, across.LISTED).order_by(_o.due_at, _o.case_id).limit(bindparam("most"))


_OF_ROLE = _first(_o.role == bindparam("whose"))
_HELD_BY = _first(_o.held_by == bindparam("whose"))
_OPENED_BY = _first(_o.opened_by == bindparam("whose"), _o.held_by.is_distinct_from(bindparam("whose")))
_LATE = select(func.count()).where(_o.role == bindparam("whose"), _o.due_at < bindparam("now"), across.RUNNING)
_IN_TIME = case((_c.goal_done_at <= _c.goal_due_at, 1), else_=0)
_OF = _c.playbook.in_(bindparam("playbooks", expanding=True))
_BEFORE_QUARTER = select(
    func.count().label("opened"),
    func.coalesce(func.sum(_IN_TIME), 0).label("in_time"),
    func.count(_c.goal_done_at).label("done"),
).where(_c.opened_at >= bindparam("since"), _c.opened_at < bindparam("quarter"), _OF)
_OVERDUE = select(func.count()).where(
    _c.goal_due_at < bindparam("now"), _c.opened_at >= bindparam("since"), _OF, t.AWAITED
)
_KEPT = select(across.owed).where(_o.case_id == bindparam("id"))
_FORGET = delete(across.owed).where(_o.case_id == bindparam("id"), _o.duty == bindparam("which"))

_STANDING = (
    select(_c.playbook, _o.step, func.count(_o.case_id.distinct()))
    .join_from(across.owed, t.cases, _c.id == _o.case_id)
    .where(across.LISTED)
    .group_by(_c.playbook, _o.step)
)


class StoredBoard:
    """The worklist of one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def standing(self) -> dict[tuple[str, str], int]:
        """Count cases by playbook and current step."""
        found = await self._database.rows(_STANDING)
        return {(playbook, step): count for playbook, step, count in found}

    async def owed_by_role(self, roles: Collection[str], limit: int) -> Sequence[Owed]:
        """Return the duties of these roles by due time; those without one come last."""
        # Role by role: SQLite would sort all that several roles owe together, however little is asked for.
        found = await self._database.read(
            lambda c: [one for role in sorted(roles) for one in _list(c, _OF_ROLE, role, limit)]
        )
        return sorted(found, key=lambda one: (one.due_at or NEVER, one.case))[:limit]

    async def owed_by_person(self, person: str, limit: int) -> Sequence[Owed]:
        """Return the duties claimed by this person, by due time."""
        return await self._database.read(lambda c: _list(c, _HELD_BY, person, limit))

    async def opened_by(self, person: str, limit: int) -> Sequence[Owed]:
        """Return others' duties in the open cases this person opened, by due time."""
        return await self._database.read(lambda c: _list(c, _OPENED_BY, person, limit))

    async def figures(
        self, roles: Collection[str], playbooks: Collection[str], since: datetime, now: datetime
    ) -> Figures:
        """Count the cases of these playbooks opened since then, and the late duties of these roles."""
        return await self._database.read(lambda c: _figures(c, sorted(roles), sorted(playbooks), since, now))


def _figures(connection: Connection, roles: list[str], playbooks: list[str], since: datetime, now: datetime) -> Figures:
    days = _of_day(connection, playbooks, since)
    about = {"since": since, "now": now, "playbooks": playbooks}
    overdue = connection.execute(_OVERDUE, about).scalar_one()
    late = sum(connection.execute(_LATE, {"whose": role, "now": now}).scalar_one() for role in roles)
    opened, in_time, done = (sum(one) for one in zip(*days, strict=True))
    return Figures(opened=opened, in_time=in_time, of=done + overdue, late=late)


def _of_day(connection: Connection, playbooks: list[str], since: datetime) -> list[tuple[int, int, int]]:
    """Count whole quarters of an hour from their tallies, and cases opened before the first of them one by one."""
    quarter = next_quarter(since)
    of_day = {"playbooks": playbooks, "slot": slot_of(quarter)}
    found = [connection.execute(OF_DAY, of_day).one()]
    if quarter > since:
        first = {"playbooks": playbooks, "since": since, "quarter": quarter}
        found.append(connection.execute(_BEFORE_QUARTER, first).one())
    return [(one.opened, one.in_time, one.done) for one in found]


def _list(connection: Connection, query: Select[Any], whose: str, limit: int) -> list[Owed]:
    found = connection.execute(query, {"whose": whose, "most": limit})
    return [_read(row) for row in found.mappings()]


def _read(row: Any) -> Owed:
    plain = {name: row[name] for name in row if name not in {"case_id", "title", "press", "due_at"}}
    press = json.loads(row["press"]) if row["press"] else None
    return Owed(
        **plain,
        case=row["case_id"],
        title=json.loads(row["title"]),
        press=Press(**press) if press else None,
        due_at=None if row["due_at"] == NEVER else row["due_at"],
    )


def _row(one: Owed) -> dict[str, Any]:
    row = dict(vars(one))
    press = one.press and vars(one.press)
    return row | {
        "case_id": row.pop("case"),
        "title": json.dumps(one.title, ensure_ascii=False, sort_keys=True),
        "press": json.dumps(press, ensure_ascii=False, sort_keys=True) if press else None,
        "due_at": one.due_at or NEVER,
    }


def goal_row(goal: Goal | None) -> dict[str, datetime | None]:
    """Return the columns of a case for its time goal."""
    if goal is None:
        return {"goal_due_at": None, "goal_done_at": None}
    return {"goal_due_at": goal.due_at, "goal_done_at": goal.done_at}


def write_owed(connection: Connection, commit: Commit, *, new: bool) -> None:
    """Replace a case's open duties, touching only the rows that changed."""
    wanted = {one.duty: _row(one) for one in commit.owed}
    kept = {} if new else _duties(connection, commit.case.id)
    same = {duty for duty, row in wanted.items() if row == kept.get(duty)}
    if gone := sorted(kept.keys() - same):
        connection.execute(_FORGET, [{"id": commit.case.id, "which": duty} for duty in gone])
    if fresh := [row for duty, row in sorted(wanted.items()) if duty not in same]:
        connection.execute(insert(across.owed), fresh)


def _duties(connection: Connection, case: str) -> dict[str, dict[str, Any]]:
    """Read a case's rows by duty."""
    found = connection.execute(_KEPT, {"id": case}).mappings()
    return {row["duty"]: dict(row) for row in found}
