"""Write probe of a database: begins a transaction and rolls it back."""

import sqlite3
import stat

from sqlalchemy import create_engine, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from integrations.store.engine import database_file, read_url


def why_not_writable(database_url: str) -> str | None:
    """Return why the database cannot be written, or None when it can."""
    try:
        file = database_file(database_url)
        if file is not None and (reason := _file_refuses(database_url)):
            return reason
        engine = create_engine(read_url(database_url))
    except ArgumentError:
        return "ATO_DATABASE_URL is not an address of a database"
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
            connection.rollback()
    except DBAPIError as wrong:
        return str(wrong.orig).splitlines()[0]
    except sqlite3.Error as wrong:
        return str(wrong)
    finally:
        engine.dispose()
    return None


def _file_refuses(database_url: str) -> str | None:
    """Return which file or folder is read-only: root could write it, and the desk does not run as root."""
    file = database_file(database_url)
    if file is None:
        return None
    if not file.exists():
        return f"{file} is not there; the first start of `ato serve` makes it"
    for path in (file, file.parent):
        if not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            return f"{path} is read-only"
    return None
