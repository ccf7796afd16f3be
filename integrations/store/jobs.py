"""Job notifications: tells a job queue of new and freed effects within a decision's transaction. It knows no queue."""

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
    """A queue whose jobs are in the same database: both methods take part in the caller's transaction."""

    def put(self, connection: Connection, places: Sequence[Place]) -> None:
        """Add a job for each effect."""
        ...

    def hurry(self, connection: Connection, lanes: Collection[str]) -> None:
        """Make the jobs of these lanes run now."""
        ...


def follow(connection: Connection, jobs: Jobs, commit: Commit) -> None:
    """Add jobs for new and revived effects, and wake what waited for the settled one."""
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
