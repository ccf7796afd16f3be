"""Schema version check without loading Alembic, which a running bot never needs.

An upgrade runs in a process of its own, so that its 10 MB and 0.2 s are not the bot's.
"""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from integrations.store.backup import before_upgrade
from integrations.store.engine import CONNECT_POSTGRES, database_file, read_url, without_password
from integrations.store.starting import CannotStart, newest

UPGRADE = "import sys; from integrations.store.upgrade import upgrade; upgrade(sys.stdin.read())"


_REVISION = "SELECT version_num FROM alembic_version"
_OLDEST = "SELECT oldest FROM writers WHERE revision = (SELECT version_num FROM alembic_version)"


def revision_of(database_url: str) -> str | None:
    """Return the migration of a database, None when it has no tables; raises CannotStart when it does not answer."""
    return _asked(database_url, _REVISION)


def may_write(database_url: str, found: str) -> bool:
    """Return whether this version may write a database at the migration `found`.

    It may when that is our own migration, or a newer one that permits ours. Raises CannotStart when it does not answer.
    """
    if found <= newest():
        return found == newest()
    oldest = _asked(database_url, _OLDEST)
    return oldest is not None and oldest <= newest()


def _asked(database_url: str, words: str) -> str | None:
    """Query one string; None where there is no such table or row. Raises CannotStart."""
    url = read_url(database_url)
    sqlite = url.get_backend_name() == "sqlite"
    try:
        engine = create_engine(
            read_url(database_url),
            connect_args={} if sqlite else CONNECT_POSTGRES,
        )
    except ImportError as missing:
        raise CannotStart(
            f"PostgreSQL needs the package {missing.name}, which is not installed. "
            "Install ATO Desk with its extra: pip install 'ato-desk[postgres]'."
        ) from None
    try:
        with engine.connect() as connection:
            found = connection.execute(text(words)).scalar()
            return None if found is None else str(found)
    except OperationalError as error:
        if sqlite:
            return None
        raise CannotStart(
            f"The database {without_password(database_url)} does not answer: {_reason(error)}. Nothing was changed."
        ) from None
    except DatabaseError:
        return None
    finally:
        engine.dispose()


def is_empty(database_url: str) -> bool:
    """Return whether there is no table at all; raises CannotStart when the database does not answer."""
    revision_of(database_url)  # says in a sentence what is wrong
    engine = create_engine(read_url(database_url))
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def is_current(database_url: str) -> bool:
    """Return whether this version may write the tables as they are; False when the database does not answer."""
    try:
        found = revision_of(database_url)
        return found is not None and may_write(database_url, found)
    except CannotStart:
        return False


def bring_up(database_url: str) -> Path | None:
    """Create or upgrade the tables where needed; raises CannotStart with the last line of the tool.

    An SQLite database with tables is backed up beside itself first; returns the path of the backup.
    """
    _prepare(database_url)
    found = revision_of(database_url)
    if found is not None and may_write(database_url, found):
        return None
    if found is not None and found > newest():
        raise CannotStart(
            f"The database {without_password(database_url)} was made by a newer version of ATO Desk (its tables are at "
            f"{found}, this version knows {newest()}). Nothing was changed. Start the newer version, or restore a "
            "backup from before the upgrade."
        )
    copied = _copied(database_url, found)
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
            f"The database {without_password(database_url)} cannot be brought up to date: {words}. Nothing was changed."
        )
    return copied


def _copied(database_url: str, found: str | None) -> Path | None:
    """Back up SQLite before a migration. PostgreSQL migrates in one transaction, and has backups of its own."""
    if found is None or database_file(database_url) is None:
        return None
    return before_upgrade(database_url, found).file


def _prepare(database_url: str) -> None:
    """Validate the URL and create the folder of an SQLite file; raises CannotStart."""
    try:
        file, kind = database_file(database_url), read_url(database_url).get_backend_name()
    except ArgumentError:
        raise CannotStart("ATO_DATABASE_URL is not an address of a database.") from None
    if kind == "postgresql":
        return
    if file is None:
        raise CannotStart(
            "ATO_DATABASE_URL must name an SQLite file, such as sqlite:///./var/ato.sqlite3, "
            "or a PostgreSQL database, such as postgresql://ato:<password>@db.example:5432/ato."
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"The folder of the database, {file.parent}, cannot be made: {error.strerror}.") from None


def _reason(error: OperationalError) -> str:
    """Return the first line of the driver's error."""
    return (str(error.orig).strip().splitlines() or ["no reason was given"])[0].rstrip(".")
