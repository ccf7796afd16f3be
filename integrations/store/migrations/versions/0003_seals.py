"""Seals (HMAC) on events and on the end of each case's chain: proof that the desk wrote them.

Cases from before have none. `ato audit verify` says so of them; they go on all the same.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for table in ("cases", "events"):
        op.add_column(table, sa.Column("seal", sa.String(64), nullable=True))
