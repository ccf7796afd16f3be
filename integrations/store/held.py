"""Keeps two connections of an SQLite database open for what a click does: one that looks, one that writes.

Taking a connection out of the pool, beginning SQLAlchemy's transaction and giving both back takes longer than reading a
case. These two are never given back: they are closed with the engine, after any error, and when the file is not the one
they opened. Everything here runs inside `greenlet_spawn`, in one go but for BEGIN and COMMIT.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from weakref import ref

from sqlalchemy import Connection, Engine, event

from desk.service.ports import Conflict, Repeated
from integrations.store import swift

T = TypeVar("T")


class Held:
    """One connection of an engine, opened when it is first used."""

    def __init__(self, engine: Engine, file: Path | None, prepare: str = "") -> None:
        """Belong to an engine; `file` is None for a database in memory. `prepare` is a statement for its beginning."""
        self._engine, self._prepare = ref(engine), prepare
        self._file = str(file) if file else ""
        self._open: tuple[Connection, int | None] | None = None
        event.listen(engine, "engine_disposed", lambda _: self.close())

    def connection(self) -> Connection:
        """Give the connection; one to a file that was moved away is closed first: what it kept, nobody would find."""
        inode = inode_of(self._file)
        if self._open and self._file and not same(self._open[1], inode):
            self.close()
        if self._open is None:
            engine = self._engine()
            assert engine is not None
            made = engine.connect().execution_options(reads=True)
            made.detach()
            if self._prepare:
                made.exec_driver_sql(self._prepare)
            if self._open is not None:  # opening gave others room to open theirs: one is enough
                made.close()
                return self._open[0]
            self._open = made, inode
        return self._open[0]

    def close(self) -> None:
        """Close it for good; the next use opens another."""
        held, self._open = self._open, None
        if held is not None:
            held[0].close()


def inode_of(file: str | Path) -> int | None:
    """Name what stands under a file's name now, or None when nothing does."""
    try:
        return os.stat(file).st_ino if file else None
    except OSError:
        return None


def same(opened: int | None, now: int | None) -> bool:
    """Say whether a name still means the file that was opened; two absent files are not one."""
    return opened is not None and opened == now


class Pair:
    """The two connections of an engine."""

    def __init__(self, engine: Engine, file: Path | None) -> None:
        """Belong to an engine."""
        self._looks, self._writes = Held(engine, file), Held(engine, file, swift.NO_WAIT)

    def look(self, work: Callable[[Connection], T]) -> T:
        """Run what only looks; each of its statements sees the newest commit."""
        sound = False
        try:
            found = work(self._looks.connection())
            sound = True
        finally:
            if not sound:
                self._looks.close()
        return found

    def keep(self, work: Callable[[Connection], T]) -> T:
        """Run a transaction: all of it is kept when `work` returns, nothing when it raises. One at a time."""
        connection, sound = self._writes.connection(), False
        try:
            swift.begin(connection)
            result = work(connection)
            swift.commit(connection)
            sound = True
        except (Conflict, Repeated):
            swift.rollback(connection)
            sound = True
            raise
        finally:
            if not sound:
                self._writes.close()
        return result
