"""Whether a database has today's tables, asked without loading the migration tool, which a running bot never needs.

An upgrade runs in a process of its own, so that its 10 MB and 0.2 s are not the bot's.
"""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from integrations.store.engine import read_url

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
    """Make or upgrade the tables where that is needed; raises CalledProcessError with the tool's words."""
    if is_current(database_url):
        return
    subprocess.run(  # noqa: S603 - our own program; the address goes in by its input, not by its arguments
        [sys.executable, "-c", UPGRADE], input=database_url, text=True, check=True
    )
