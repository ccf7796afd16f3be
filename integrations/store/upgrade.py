"""Schema upgrade (Alembic) within this process. It knows where the migrations are, not what they do."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event

from integrations.store.alone import number_of
from integrations.store.engine import read_url

UPGRADE = "upgrade"
"""Lock name of an upgrade: replicas may start at the same time."""
_MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(database_url: str, revision: str = "head") -> None:
    """Create or upgrade the tables in one transaction; idempotent."""
    engine = create_engine(read_url(database_url))
    if engine.dialect.name == "sqlite":
        _own_transactions(engine)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number_of(UPGRADE)})")
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def _own_transactions(engine: Engine) -> None:
    """Run an SQLite upgrade in one transaction, and let a concurrent one wait for it."""

    @event.listens_for(engine, "connect")
    def _connect(connection: object, record: object) -> None:
        del record
        connection.isolation_level = None  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout=30000")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
