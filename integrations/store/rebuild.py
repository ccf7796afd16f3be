"""Rebuild of the worklist table from the cases: once, at the first start after an upgrade."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, bindparam, exists, select, update

from desk.cards.worklist import goal, owed
from desk.case.situation import Situation
from desk.service.ports import Commit
from integrations.store import across
from integrations.store import tables as t
from integrations.store.board import goal_row, write_owed
from integrations.store.cases import StoredCases
from integrations.store.engine import Database
from integrations.store.tallies import count_anew

_EMPTY = select(~exists().select_from(across.owed))
_OPEN = select(t.cases.c.id).where(t.OPEN).order_by(t.cases.c.id)
_GOAL = update(t.cases).where(t.cases.c.id == bindparam("case"), t.cases.c.version == bindparam("seen"))


async def rebuild_owed(database: Database, cases: StoredCases, now: datetime) -> int:
    """Write every open case's duties when the table is empty; return the number of cases.

    One transaction holds all of it, so that an interrupted start begins again.
    """
    if not await database.scalar(_EMPTY):
        return 0
    keys = [row.id for row in await database.rows(_OPEN)]
    commits = [commit for key in keys if (commit := await _commit_of(cases, key, now))]
    await database.write(partial(_write_all, commits))
    return len(commits)


def _write_all(commits: Sequence[Commit], connection: Connection) -> None:
    for commit in commits:
        _write(connection, commit)
    count_anew(connection)


async def _commit_of(cases: StoredCases, key: str, now: datetime) -> Commit | None:
    found = await cases.load(key)
    if found is None:
        return None
    return Commit(found[0], (), (), (), "", owed=owed(Situation(*found, now)), goal=goal(*found))


def _write(connection: Connection, commit: Commit) -> None:
    """Write one case's rows, unless the case was changed meanwhile: the change has written them."""
    which = {"case": commit.case.id, "seen": commit.case.version}
    same = connection.execute(_GOAL, {**which, **goal_row(commit.goal)})
    if same.rowcount == 1:
        write_owed(connection, commit, new=False)
