"""Tells a queue of jobs, within the transaction of a decision, which work came and which may now go on. It knows no queue."""

from collections.abc import Collection, Sequence
from typing import Protocol

from sqlalchemy import Connection, bindparam, select

from desk.service.ports import Commit
from integrations.store import tables as t
from integrations.store.effects import Place

_e, _n = t.effects.c, t.effect_needs.c
_PLACE = select(_e.key, _e.lane, _e.urgent).where(_e.key == bindparam("which"))
_FREED = (
    select(_e.lane)
    .join_from(t.effects, t.effect_needs, _n.key == _e.key)
    .where(_n.need == bindparam("which"), _e.status == "queued")
)


class Jobs(Protocol):
    """A queue whose jobs stand in the same database. Both happen when the transaction is kept, or not at all."""

    def put(self, connection: Connection, places: Sequence[Place]) -> None:
        """Add a job for each effect."""
        ...

    def hurry(self, connection: Connection, lanes: Collection[str]) -> None:
        """Have these lanes looked at now, whenever they were to be looked at."""
        ...


def follow(connection: Connection, jobs: Jobs, commit: Commit) -> None:
    """Add jobs for the effects that came or were revived, and free what waited for the one that was settled."""
    places: list[Place] = [(one.key, one.lane, one.urgent) for one in commit.effects]
    lanes: set[str] = set()
    if commit.revives:
        places += _places(connection, commit.revives)
        lanes |= {lane for _, lane, _ in places}
    if commit.settles:
        lanes |= {lane for _, lane, _ in _places(connection, commit.settles)}
        lanes |= set(connection.scalars(_FREED, {"which": commit.settles}))
    if places:
        jobs.put(connection, places)
    if lanes:
        jobs.hurry(connection, lanes)


def _places(connection: Connection, key: str) -> list[Place]:
    found = connection.execute(_PLACE, {"which": key})
    return [(row.key, row.lane, row.urgent) for row in found]
