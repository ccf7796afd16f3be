"""Tallies and indexes for a day's figures, so that no case's row is read for them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

LATE = sa.text("listed AND NOT waiting")
AWAITED = sa.text("goal_done_at IS NULL AND goal_due_at IS NOT NULL")
COUNTED = """
    INSERT INTO tallies (playbook, slot, opened, in_time, done)
    SELECT playbook, substr(opened_at, 1, 14) || CASE
            WHEN substr(opened_at, 15, 2) < '15' THEN '00' WHEN substr(opened_at, 15, 2) < '30' THEN '15'
            WHEN substr(opened_at, 15, 2) < '45' THEN '30' ELSE '45' END,
        count(*), sum(CASE WHEN goal_done_at <= goal_due_at THEN 1 ELSE 0 END),
        sum(CASE WHEN goal_done_at IS NOT NULL THEN 1 ELSE 0 END)
    FROM cases GROUP BY 1, 2
"""


def upgrade() -> None:
    numbers = [sa.Column(name, sa.Integer(), nullable=False) for name in ("opened", "in_time", "done")]
    op.create_table(
        "tallies",
        sa.Column("playbook", sa.String(100), nullable=False),
        sa.Column("slot", sa.String(16), nullable=False),
        *numbers,
        sa.PrimaryKeyConstraint("playbook", "slot", name="pk_tallies"),
    )
    op.execute(COUNTED)
    op.create_index("ix_owed_late", "owed", ["role", "due_at"], sqlite_where=LATE, postgresql_where=LATE)
    op.create_index(
        "ix_cases_goal",
        "cases",
        ["goal_due_at", "opened_at", "playbook", "goal_done_at"],
        sqlite_where=AWAITED,
        postgresql_where=AWAITED,
    )
