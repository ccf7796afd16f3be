"""Online backup and restore of an SQLite database. It knows no table but Alembic's.

It uses SQLite's own backup, page by page in one transaction: https://www.sqlite.org/backup.html. Encrypted values stay
encrypted: without the vault's keys a backup shows no customer.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from integrations.store.engine import database_file, worker_lock
from integrations.store.erasing import GONE
from integrations.store.starting import CannotStart, newest
from integrations.store.vault import WORK

BESIDE = ("-wal", "-shm")
"""Suffixes of SQLite's files beside a database that is or was in use."""


@dataclass(frozen=True)
class Copied:
    """A backup: its path, size in bytes, migration, and number of cases."""

    file: Path
    size: int
    revision: str
    cases: int
    erased: int | None = 0
    """After a restore: number of cases erased again; None when the replaced database cannot be read."""


def copy(database_url: str, target: Path) -> Copied:
    """Back up the database to a new file with mode 0600; raises CannotStart, and leaves no partial file."""
    source = _file(database_url)
    if target.exists():
        raise CannotStart(f"{target} is there already, and nothing is written over. Nothing was copied.")
    if not source.exists():
        raise CannotStart(f"There is no database {source} yet, so there is nothing to copy.")
    half = target.with_name(f"{target.name}.part")
    try:
        os.close(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        with (
            closing(sqlite3.connect(source, timeout=30)) as there,
            closing(sqlite3.connect(half)) as here,
        ):
            there.backup(here)
        found = look(half)
        half.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise CannotStart(
            f"The database {source} could not be copied to {target}: {_words(error)}. The database was not changed."
        ) from None
    finally:
        half.unlink(missing_ok=True)
    return Copied(target, target.stat().st_size, *found)


def look(file: Path) -> tuple[str, int]:
    """Return a file's migration and number of cases; raises CannotStart when it is no intact database of the desk."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as there:
            (sound,) = there.execute("PRAGMA integrity_check(1)").fetchone()
            if sound != "ok":
                raise CannotStart(f"{file} is damaged: {sound}. Nothing was changed.")
            (revision,) = there.execute("SELECT version_num FROM alembic_version").fetchone()
            (cases,) = there.execute("SELECT count(*) FROM cases").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise CannotStart(f"{file} is not a database of the desk: {_words(error)}. Nothing was changed.") from None
    return str(revision), int(cases)


def put_back(database_url: str, source: Path) -> tuple[Copied, Path | None]:
    """Restore a backup; return it and the path of the replaced database. Raises CannotStart.

    The bot must not run: the holder of its lock is named. A backup of an older version is upgraded at the next start.
    """
    file = _file(database_url)
    if not source.is_file():
        raise CannotStart(f"There is no file {source}. Nothing was changed.")
    revision, cases = look(source)
    if revision > newest():
        raise CannotStart(
            f"{source} was made by a newer version of ATO Desk (its tables are at {revision}, this version knows"
            f" {newest()}). Nothing was changed."
        )
    with _alone(database_url, file):
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.restored")
        fresh.unlink(missing_ok=True)
        copied = copy(f"sqlite:///{source.absolute()}", fresh)
        aside = _set_aside(file) if file.exists() else None
        erased = 0 if aside is None else _erase_again(aside, fresh)
        fresh.rename(file)
    return Copied(file, copied.size, revision, cases, erased), aside


def before_upgrade(database_url: str, revision: str) -> Copied:
    """Back up a database beside itself before a migration; raises CannotStart, and then nothing may be changed."""
    file = _file(database_url)
    return copy(database_url, file.with_name(f"{file.name}.at-{revision}-{_stamp()}"))


@contextmanager
def _alone(database_url: str, file: Path) -> Iterator[None]:
    """Hold the worker lock, so that no bot works on this database meanwhile."""
    path = worker_lock(database_url)
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise CannotStart(
            f"The bot works through {file} (it holds {path}). Nothing was changed. Stop it first."
        ) from None
    try:
        yield
    finally:
        lock.release()


def _set_aside(file: Path) -> Path:
    """Move a database with its WAL files out of the way; nothing is deleted."""
    aside = file.with_name(f"{file.name}.replaced-{_stamp()}")
    for end in ("", *BESIDE):
        part = file.with_name(file.name + end)
        if part.exists():
            part.rename(aside.with_name(aside.name + end))
    return aside


def _erase_again(old: Path, fresh: Path) -> int | None:
    """Repeat in the backup the erasures since it was made.

    Returns the number of cases; None when the replaced database cannot be read any more.
    """
    try:
        with closing(sqlite3.connect(old)) as there:
            gone = there.execute("SELECT case_id, body FROM events WHERE kind = 'case_erased'").fetchall()
    except sqlite3.Error:
        return None
    with closing(sqlite3.connect(fresh)) as here:
        here.execute("PRAGMA secure_delete=ON")
        with here:
            for case, body in gone:
                for keep in (*json.loads(body)["data"]["keep"], WORK):
                    _destroy(here, case, keep)
    return len({case for case, _ in gone})


def _destroy(here: sqlite3.Connection, case: str, keep: str) -> None:
    for table in ("case_keys", "vault", "digests"):
        here.execute(f"DELETE FROM {table} WHERE case_id = ? AND keep = ?", (case, keep))  # noqa: S608 - our own names
    if keep == WORK:
        dead = "UPDATE effects SET status = 'dead', error = ? WHERE case_id = ? AND status = 'queued'"
        here.execute(dead, (GONE, case))


def _file(database_url: str) -> Path:
    file = database_file(database_url)
    if file is None:
        raise CannotStart(
            "This is for SQLite. PostgreSQL has tools of its own: pg_dump --format=custom makes a copy while the bot "
            "runs, pg_restore puts it back. Nothing was done."
        )
    return file


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
