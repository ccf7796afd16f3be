"""Tickets by account and number, and the accounts of the ticket system that this database took on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
OLDEST = "0006"
"""Only added to: version 0.1.0, whose newest migration this is, can still write; its tickets have an empty account."""


def upgrade() -> None:
    with op.batch_alter_table("tickets", recreate="auto") as tickets:
        tickets.add_column(sa.Column("account", sa.String(200), nullable=False, server_default=""))
        tickets.drop_constraint("pk_tickets", type_="primary")
        tickets.create_primary_key("pk_tickets", ["ticket_id", "account"])
    op.create_table(
        "accounts",
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("taken_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_accounts"),
    )
    writers = sa.table("writers", sa.column("revision", sa.String), sa.column("oldest", sa.String))
    op.bulk_insert(writers, [{"revision": revision, "oldest": OLDEST}])
