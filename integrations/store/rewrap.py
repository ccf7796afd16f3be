"""Wraps the keys of cases anew when the deployment's key is exchanged. No value is touched, and the desk may run meanwhile."""

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from integrations.store import tables as t
from integrations.store.engine import reading, writing
from integrations.store.vault import Vault

BATCH = 500
"""Keys in one transaction: nobody else waits long."""

_k = t.case_keys.c


async def rewrap(engine: AsyncEngine, vault: Vault, batch: int = BATCH) -> int:
    """Wrap every case's key with the newest deployment key, and say how many there are.

    A key that came or was destroyed meanwhile is left as it is. Raises ValueError when no deployment key opens one of
    them (nothing of its batch is changed then), and StoreGone when the database does not answer.
    """
    done, after = 0, ("", "")
    changed = (
        update(t.case_keys)
        .where(_k.case_id == bindparam("c"), _k.keep == bindparam("k"), _k.wrapped == bindparam("old"))
        .values(wrapped=bindparam("new"))
    )  # fmt: skip
    while True:
        query = (
            select(_k.case_id, _k.keep, _k.wrapped)
            .where(_later(after))
            .order_by(_k.case_id, _k.keep)
            .limit(batch)
        )
        async with reading(engine) as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            return done
        for row in rows:
            vault.key(row.wrapped)
        anew = [
            {"c": row.case_id, "k": row.keep, "old": row.wrapped, "new": vault.rewrap(row.wrapped)}
            for row in rows
        ]
        async with writing(engine) as connection:
            await connection.execute(changed, anew)
        done, after = done + len(rows), (rows[-1].case_id, rows[-1].keep)


def _later(after: tuple[str, str]) -> ColumnElement[bool]:
    case, keep = after
    return (_k.case_id > case) | ((_k.case_id == case) & (_k.keep > keep))
