"""Roster storage: who is in which user group, for all replicas. The pure rules it is given decide what is newer.

A person's command holds the revision until it is committed, so that none is committed beside a change of roles.
"""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from desk.service.ports import Conflict
from desk.service.roster import Group, Membership, Profile, Roster
from integrations.store import across
from integrations.store import tables as t
from integrations.store.engine import Database

_n, _g, _m, _p = t.numbers.c, across.user_groups.c, across.members.c, across.people.c
_REVISION = select(_n.last).where(_n.name == "roster")
_HELD = _REVISION.with_for_update(read=True)
_LOCKED = _REVISION.with_for_update()
_NEXT = update(t.numbers).where(_n.name == "roster").values(last=_n.last + 1)
_GROUP = select(across.user_groups).where(_g.id == bindparam("group"))
_MEMBERS = select(across.members).where(_m.group_id == bindparam("group"))
_PERSON = select(across.people).where(_p.id == bindparam("person"))


def holds(connection: Connection, revision: int) -> None:
    """Hold the roster as a decision used it until the transaction ends; raises Conflict when it has moved on."""
    if connection.scalar(_HELD) != revision:
        raise Conflict(f"roster {revision}")


class StoredRoster:
    """The roster of one database."""

    def __init__(self, database: Database) -> None:
        """Use an opened database; the caller closes it."""
        self._database = database

    async def revision(self) -> int:
        """Return the roster's revision."""
        return int(await self._database.scalar(_REVISION))

    async def load(self) -> Roster:
        """Return the whole roster. What changes while it is read has a later revision, and is read again."""
        return await self._database.read(_load)

    async def change_group(self, group: str, change: Callable[[Group], Group]) -> None:
        """Apply a pure change to a group, in one transaction."""
        await self._database.write(lambda c: _change_group(c, group, change))

    async def change_person(self, person: str, change: Callable[[Profile | None], Profile]) -> None:
        """Apply a pure change to an account, in one transaction."""
        await self._database.write(lambda c: _change_person(c, person, change))

    async def forget_people(self, keep: Collection[str], before: int) -> None:
        """Delete the accounts of all others that were last seen before this stamp."""
        found = await self._database.rows(select(_p.id).where(_p.seen < before))
        if others := sorted({row.id for row in found} - set(keep)):
            await self._database.write(lambda c: c.execute(delete(across.people).where(_p.id.in_(others))))


def _load(connection: Connection) -> Roster:
    revision = connection.scalar(_REVISION)
    members: dict[str, dict[str, Membership]] = {}
    for row in connection.execute(select(across.members)):
        members.setdefault(row.group_id, {})[row.person] = Membership(row.present, row.stamp)
    groups = {
        row.id: Group(row.listed_at, members.get(row.id, {}), row.problem)
        for row in connection.execute(select(across.user_groups))
    }
    people = {row.id: _profile(row) for row in connection.execute(select(across.people))}
    return Roster(int(revision or 0), groups, people)


def _profile(row: Any) -> Profile:
    return Profile(row.standing, row.name, row.language, row.zone, row.updated, row.seen, row.agent)


def _change_group(connection: Connection, name: str, change: Callable[[Group], Group]) -> None:
    connection.execute(_LOCKED)
    row = connection.execute(_GROUP, {"group": name}).first()
    found = connection.execute(_MEMBERS, {"group": name})
    members = {one.person: Membership(one.present, one.stamp) for one in found}
    before = Group(row.listed_at, members, row.problem) if row else Group(0, members)
    after = change(before)
    words = {"listed_at": after.listed_at, "problem": after.problem}
    if row is None:
        connection.execute(insert(across.user_groups), {"id": name, **words})
    elif (before.listed_at, before.problem) != (after.listed_at, after.problem):
        connection.execute(update(across.user_groups).where(_g.id == name).values(words))
    _write_members(connection, name, before, after)
    if row is None or _shown(before) != _shown(after):
        connection.execute(_NEXT)


def _shown(group: Group) -> tuple[object, ...]:
    """Return what somebody could notice of a group."""
    return (group.people, group.problem, group.listed_at > 0)


def _write_members(connection: Connection, group: str, before: Group, after: Group) -> None:
    gone = [p for p, one in before.members.items() if after.members.get(p) != one]
    fresh = [(p, one) for p, one in after.members.items() if before.members.get(p) != one]
    if gone:
        where = tuple_(_m.group_id, _m.person).in_([(group, person) for person in gone])
        connection.execute(delete(across.members).where(where))
    if fresh:
        rows = [{"group_id": group, "person": p, "present": one.present, "stamp": one.at} for p, one in fresh]
        connection.execute(insert(across.members), rows)


def _change_person(connection: Connection, person: str, change: Callable[[Profile | None], Profile]) -> None:
    connection.execute(_LOCKED)
    row = connection.execute(_PERSON, {"person": person}).first()
    before = _profile(row) if row else None
    after = change(before)
    if after == before:
        return
    words = vars(after)
    if before is None:
        connection.execute(insert(across.people), {"id": person, **words})
    else:
        connection.execute(update(across.people).where(_p.id == person).values(words))
    if before is None or _seen(before) != _seen(after):
        connection.execute(_NEXT)


def _seen(profile: Profile) -> tuple[str, ...]:
    return (profile.standing, profile.name, profile.language, profile.zone, profile.agent)
