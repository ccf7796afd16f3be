"""Key rotation: rewraps the cases' keys with a new deployment key. No value is touched; the desk may run meanwhile."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from integrations.store import tables as t
from integrations.store.engine import Database
from integrations.store.vault import Vault

BATCH = 500
"""Keys in one transaction: short enough for others not to wait long."""

_k = t.case_keys.c
_WRAP = (
    update(t.case_keys)
    .where(_k.case_id == bindparam("c"), _k.keep == bindparam("k"), _k.wrapped == bindparam("old"))
    .values(wrapped=bindparam("new"))
)


async def rewrap(database: Database, vault: Vault, batch: int = BATCH) -> int:
    """Wrap every case's key with the newest deployment key, and return their number.

    A key added or destroyed meanwhile is left as it is. Raises ValueError when no deployment key opens one of them
    (nothing of its batch is changed then), and StoreGone when the database does not answer.
    """
    done, after = 0, ("", "")
    while True:
        query = select(_k.case_id, _k.keep, _k.wrapped).where(_later(after)).order_by(_k.case_id, _k.keep).limit(batch)
        rows = await database.rows(query)
        if not rows:
            return done
        for row in rows:
            vault.key(row.wrapped)
        anew = [{"c": row.case_id, "k": row.keep, "old": row.wrapped, "new": vault.rewrap(row.wrapped)} for row in rows]
        await database.write(partial(_change, anew))
        done, after = done + len(rows), (rows[-1].case_id, rows[-1].keep)


def _change(anew: Sequence[Mapping[str, Any]], connection: Connection) -> None:
    connection.execute(_WRAP, anew)


def _later(after: tuple[str, str]) -> ColumnElement[bool]:
    case, keep = after
    return (_k.case_id > case) | ((_k.case_id == case) & (_k.keep > keep))
