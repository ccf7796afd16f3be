"""Duty roster and look-up log storage. It makes no decisions."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from integrations.store import across
from integrations.store.engine import Database

_d, _s = across.on_duty.c, across.searches.c


class StoredShifts:
    """The duty roster of one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def on_duty(self) -> Mapping[str, frozenset[str]]:
        """Return who is on duty by role; a role whose people never used the switch is missing."""
        rows = await self._database.rows(select(across.on_duty))
        there: dict[str, set[str]] = {}
        for row in rows:
            there.setdefault(row.role, set()).update([] if row.until_at else [row.person])
        return {role: frozenset(people) for role, people in there.items()}

    async def begin(self, person: str, roles: Collection[str], now: datetime) -> None:
        """Put a person on duty in these roles, and in no other."""
        rows = [{"role": role, "person": person, "since_at": now} for role in sorted(roles)]

        def replace(connection: Connection) -> None:
            connection.execute(delete(across.on_duty).where(_d.person == person))
            if rows:
                connection.execute(insert(across.on_duty), rows)

        await self._database.write(replace)

    async def end(self, person: str, roles: Collection[str], now: datetime) -> None:
        """Take a person off duty; that these roles use the switch stays known."""

        def leave(connection: Connection) -> None:
            mine = (_d.person == person) & _d.until_at.is_(None)
            connection.execute(update(across.on_duty).where(mine).values(until_at=now))
            known = connection.scalars(select(_d.role).where(_d.person == person))
            about = {"person": person, "since_at": now, "until_at": now}
            if rows := [{"role": role, **about} for role in sorted(set(roles) - set(known))]:
                connection.execute(insert(across.on_duty), rows)

        await self._database.write(leave)


class StoredSearches:
    """Audit log of look-ups: who, which kind, when; never the search term."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def note(self, person: str, kind: str, now: datetime, since: datetime) -> int:
        """Log a look-up; return how many this person has made since `since`, this one included."""
        mine = (_s.person == person) & (_s.at >= since)
        count = select(func.count()).select_from(across.searches).where(mine)

        def add(connection: Connection) -> int:
            row = {"person": person, "kind": kind, "at": now}
            connection.execute(insert(across.searches), row)
            return connection.execute(count).scalar_one()

        return await self._database.write(add)
