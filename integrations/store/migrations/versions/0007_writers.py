"""Writer compatibility: which versions of the desk may write this database, for rolling upgrades."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
OLDEST = "0006"
"""Nothing is removed: the version with this newest migration can still write."""


def upgrade() -> None:
    writers = op.create_table(
        "writers",
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("oldest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_writers"),
    )
    op.bulk_insert(writers, [{"revision": revision, "oldest": OLDEST}])
