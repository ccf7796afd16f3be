"""Holdings: who has duties in open cases or opened them. Distinct people are found by steps through an index."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, tuple_

from integrations.store import across
from integrations.store import tables as t
from integrations.store.engine import Database

_o, _c = across.owed.c, t.cases.c
_HOLDER = (
    select(_o.held_by, _o.role)
    .where(across.HELD, tuple_(_o.held_by, _o.role) > tuple_(bindparam("person"), bindparam("role")))
    .order_by(_o.held_by, _o.role)
    .limit(1)
)
_HELD = (
    select(_o.case_id)
    .distinct()
    .where(
        across.HELD, _o.held_by == bindparam("person"), _o.role == bindparam("role"), _o.case_id > bindparam("after")
    )
    .order_by(_o.case_id)
    .limit(bindparam("most"))
)
_OPENER = select(func.min(_c.opened_by)).where(t.OPEN, _c.opened_by > bindparam("person"))
_OPENED = (
    select(_c.id)
    .where(t.OPEN, _c.opened_by == bindparam("person"), _c.id > bindparam("after"))
    .where(_c.playbook.in_(bindparam("playbooks", expanding=True)))
    .order_by(_c.id)
    .limit(bindparam("most"))
)


class StoredHoldings:
    """The holdings of one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def holders(self) -> Sequence[tuple[str, str]]:
        """Return each person who has a duty of open cases, with the role of the duty."""
        return [
            (held_by, role)
            for held_by, role in await self._database.read(lambda c: _steps(c, _HOLDER, "person", "role"))
        ]

    async def held(self, person: str, role: str, after: str, limit: int) -> Sequence[str]:
        """Return open cases in which this person has a duty of this role, in order, from the one after `after`."""
        about = {"person": person, "role": role, "after": after, "most": limit}
        return [row.case_id for row in await self._database.rows(_HELD, about)]

    async def openers(self) -> Sequence[str]:
        """Return everybody who opened a case that is open."""
        return [opener for (opener,) in await self._database.read(lambda c: _steps(c, _OPENER, "person"))]

    async def opened(self, person: str, playbooks: Collection[str], after: str, limit: int) -> Sequence[str]:
        """Return open cases of these playbooks that this person opened, in order, from the one after `after`."""
        about = {"person": person, "playbooks": sorted(playbooks), "after": after, "most": limit}
        return [row.id for row in await self._database.rows(_OPENED, about)]


def _steps(connection: Connection, following: Select[Any], *names: str) -> list[tuple[str, ...]]:
    """Return distinct values in order, each found by an index from the one before."""
    found: list[tuple[str, ...]] = []
    at: tuple[str, ...] = ("",) * len(names)
    while (row := connection.execute(following, dict(zip(names, at, strict=True))).first()) and row[0] is not None:
        at = tuple(row)
        found.append(at)
    return found
