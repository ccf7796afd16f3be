"""Whether a database has today's tables, asked without loading the migration tool, which a running bot never needs.

An upgrade runs in a process of its own, so that its 10 MB and 0.2 s are not the bot's.
"""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import ArgumentError, DatabaseError

from integrations.store.engine import database_file, read_url


class CannotStart(Exception):
    """Something the bot stands on is not there; the sentence says what, and what to do."""


UPGRADE = "import sys; from integrations.store.upgrade import upgrade; upgrade(sys.stdin.read())"


def newest() -> str:
    """Name the newest migration that comes with this version."""
    files = (Path(__file__).with_name("migrations") / "versions").glob("[0-9]*.py")
    return max(file.name.partition("_")[0] for file in files)


def is_current(database_url: str) -> bool:
    """Say whether the tables are today's; a database that does not answer is not."""
    engine = create_engine(read_url(database_url, asynchronous=False))
    try:
        with engine.connect() as connection:
            kept = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return bool(kept == newest())
    except DatabaseError:
        return False
    finally:
        engine.dispose()


def bring_up(database_url: str) -> None:
    """Make or upgrade the tables where that is needed; raises CannotStart with the tool's last words."""
    file = _file(database_url)
    if is_current(database_url):
        return
    done = subprocess.run(  # noqa: S603 - our own program; the address goes in by its input, not by its arguments
        [sys.executable, "-c", UPGRADE],
        input=database_url,
        text=True,
        check=False,
        capture_output=True,
    )
    if done.returncode != 0:
        words = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise CannotStart(
            f"The database {file} cannot be brought up to date: {words}. Nothing was changed."
        )


def _file(database_url: str) -> Path:
    """Name the database's file and make its folder; raises CannotStart for anything but SQLite."""
    try:
        file = database_file(database_url)
    except ArgumentError:
        raise CannotStart("ATO_DATABASE_URL is not an address of a database.") from None
    if file is None:
        raise CannotStart(
            "ATO_DATABASE_URL must name an SQLite file, such as sqlite+aiosqlite:///./var/ato.sqlite3."
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"The folder of the database, {file.parent}, cannot be made: {error.strerror}."
        ) from None
    return file
