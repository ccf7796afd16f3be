"""Tables of procrastinate 3.10, the work queue on PostgreSQL. SQLite needs none of them."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SCHEMA = Path(__file__).with_name("0004_procrastinate_3_10.sql")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    # Straight to the driver: the functions hold colons and percent signs that are nobody's parameters.
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(SCHEMA.read_text(encoding="utf-8"))
    for name, columns in (
        ("ix_ato_jobs_lock", "lock, priority, id"),
        ("ix_ato_jobs_effect", "(args->>'key')"),
    ):
        op.execute(sa.text(f"CREATE INDEX {name} ON procrastinate_jobs ({columns}) WHERE status IN ('todo', 'doing')"))
