"""Keeps who is on duty, and logs who looked up customers. It decides nothing."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from integrations.store import across
from integrations.store.engine import reading, writing

_d, _s = across.on_duty.c, across.searches.c


class StoredShifts:
    """Who is on duty, in one database."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an opened database; the caller closes it."""
        self._engine = engine

    async def on_duty(self) -> Mapping[str, frozenset[str]]:
        """Give who is on duty by role; a role whose people never used the switch is missing."""
        async with reading(self._engine) as connection:
            rows = (await connection.execute(select(across.on_duty))).all()
        there: dict[str, set[str]] = {}
        for row in rows:
            there.setdefault(row.role, set()).update([] if row.until_at else [row.person])
        return {role: frozenset(people) for role, people in there.items()}

    async def begin(self, person: str, roles: Collection[str], now: datetime) -> None:
        """Somebody is on duty in these roles from now on, and in no other."""
        rows = [{"role": role, "person": person, "since_at": now} for role in sorted(roles)]
        async with writing(self._engine) as connection:
            await connection.execute(delete(across.on_duty).where(_d.person == person))
            if rows:
                await connection.execute(insert(across.on_duty), rows)

    async def end(self, person: str, roles: Collection[str], now: datetime) -> None:
        """Somebody is on duty no longer; that these roles use the switch stays known."""
        mine = (_d.person == person) & _d.until_at.is_(None)
        async with writing(self._engine) as connection:
            await connection.execute(update(across.on_duty).where(mine).values(until_at=now))
            known = select(_d.role).where(_d.person == person)
            missing = sorted(set(roles) - set((await connection.execute(known)).scalars()))
            rows = [{"role": r, "person": person, "since_at": now, "until_at": now} for r in missing]  # fmt: skip
            if rows:
                await connection.execute(insert(across.on_duty), rows)


class StoredSearches:
    """The log of look-ups: who, of which kind, when; never what was looked for."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an opened database; the caller closes it."""
        self._engine = engine

    async def note(self, person: str, kind: str, now: datetime, since: datetime) -> int:
        """Log a look-up and say how many this person has made since then, this one included."""
        mine = (_s.person == person) & (_s.at >= since)
        async with writing(self._engine) as connection:
            row = {"person": person, "kind": kind, "at": now}
            await connection.execute(insert(across.searches), row)
            count = select(func.count()).select_from(across.searches).where(mine)
            return int((await connection.execute(count)).scalar_one())
