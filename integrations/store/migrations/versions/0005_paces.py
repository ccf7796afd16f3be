"""Rate limiter state for all replicas. A single process keeps it in memory, and this table empty."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("free_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_paces"),
    )
