"""Names of the desk that this database belongs to: the present one, and those it had before."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
OLDEST = "0006"
"""Nothing is removed: version 0.1.0, whose newest migration this is, can still write."""

WITHOUT_A_NAME = "ato"
BEFORE = f"""
    INSERT INTO desk_names (name, since)
    SELECT '{WITHOUT_A_NAME}', since FROM (SELECT min(opened_at) AS since FROM cases) AS first WHERE since IS NOT NULL
"""  # noqa: S608 - a constant
"""A desk that has cases had no name until now."""


def upgrade() -> None:
    op.create_table(
        "desk_names",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_desk_names"),
    )
    op.execute(BEFORE)
    writers = sa.table("writers", sa.column("revision"), sa.column("oldest"))
    op.bulk_insert(writers, [{"revision": revision, "oldest": OLDEST}])
