"""Roster of people in the database, so that all replicas know at once who has which role."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
OLDEST = "0006"
"""Nothing is removed: the version before keeps people in its memory and writes beside this one."""

HELD = sa.text("held_by IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "user_groups",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("listed_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_groups"),
    )
    op.create_table(
        "members",
        sa.Column("group_id", sa.String(100), nullable=False),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "person", name="pk_members"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("zone", sa.String(100), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_owed_held", "owed", ["held_by", "role", "case_id"], sqlite_where=HELD, postgresql_where=HELD)
    op.execute(
        "INSERT INTO numbers (name, last) SELECT 'roster', 0"
        " WHERE NOT EXISTS (SELECT 1 FROM numbers WHERE name = 'roster')"
    )
    op.execute(f"INSERT INTO writers (revision, oldest) VALUES ('{revision}', '{OLDEST}')")  # noqa: S608
