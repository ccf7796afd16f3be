"""A database says which versions of the desk may write it, so that the version before goes on beside this one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
OLDEST = "0006"
"""Nothing is taken away: the version whose newest migration this is writes as before."""


def upgrade() -> None:
    writers = op.create_table(
        "writers",
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("oldest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_writers"),
    )
    op.bulk_insert(writers, [{"revision": revision, "oldest": OLDEST}])
