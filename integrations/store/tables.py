"""Tables (SQLAlchemy): the schema, without the meaning of what is stored."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from desk.values import aware

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def write_instant(instant: datetime) -> str:
    """Format an instant so that text order is time order: UTC, fixed width, microseconds."""
    return aware(instant).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def read_instant(raw: str) -> datetime:
    """Parse the format of `write_instant`."""
    return datetime.fromisoformat(raw)


class Instant(TypeDecorator[datetime]):
    """Column type: an aware UTC instant as sortable text, the same on every database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Format; raises ValueError for a naive instant."""
        del dialect
        return None if value is None else write_instant(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Parse."""
        del dialect
        return None if value is None else read_instant(value)


metadata = MetaData(naming_convention=NAMES)

paces = Table(
    "paces",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("free_at", Double, nullable=False),
)
"""Rate limiter state: when each name is free again, in seconds since 1970 by the database's clock."""

numbers = Table(
    "numbers",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("last", Integer, nullable=False),
)

writers = Table(
    "writers",
    metadata,
    Column("revision", String(32), primary_key=True),
    Column("oldest", String(32), nullable=False),
)
"""Oldest compatible writer: for a database's migration, the newest migration of the oldest version that may write it.
"""

desk_names = Table(
    "desk_names",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("since", Instant, nullable=False),
)
"""Names of the desk, the latest is the present one: what it wrote outside carries the name of its time."""

playbooks = Table(
    "playbooks",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("language_version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("playbook", String(100), nullable=False),
    Column("playbook_hash", ForeignKey("playbooks.hash"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("ending", String(100)),
    Column("ended_at", Instant),
    Column("goal_due_at", Instant),
    Column("goal_done_at", Instant),
    Column("seal", String(64)),
    Index("ix_cases_opened_at", "opened_at"),
    Index("ix_cases_ended_at", "ended_at"),
)

OPEN = text("ending IS NULL")
Index(
    "ix_cases_open",
    cases.c.opened_by,
    cases.c.opened_at,
    cases.c.id,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

AWAITED = text("goal_done_at IS NULL AND goal_due_at IS NOT NULL")
Index(
    "ix_cases_goal",
    cases.c.goal_due_at,
    cases.c.opened_at,
    cases.c.playbook,
    cases.c.goal_done_at,
    sqlite_where=AWAITED,
    postgresql_where=AWAITED,
)

events = Table(
    "events",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(64)),
)
"""`hash` proves that an event is unchanged, `seal` that the desk wrote it: it needs the deployment's key."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("case_id", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("duty", String(200), primary_key=True),
    Column("fire_at", Instant, nullable=False),
    Index("ix_deadlines_fire_at", "fire_at", "case_id"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String(40), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("account", String(200), primary_key=True, server_default=""),
)
"""An empty account is the one that the database took on: a version from before accounts wrote the row."""

accounts = Table(
    "accounts",
    metadata,
    Column("account", String(200), primary_key=True),
    Column("taken_at", Instant, nullable=False),
)
"""Ticket system accounts that this database took on."""

case_keys = Table(
    "case_keys",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("keep", String(60), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

vault = Table(
    "vault",
    metadata,
    Column("ref", String(64), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("keep", String(60), nullable=False),
    Column("field", String(100), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

digests = Table(
    "digests",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("field", String(100), nullable=False),
    Column("keep", String(60), nullable=False),
    Index("ix_digests_case_id", "case_id"),
)

effects = Table(
    "effects",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("lane", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("status", String(10), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("first_at", Instant),
    Column("sent_at", Instant),
    Column("body", LargeBinary, nullable=False),
    Column("prepared", LargeBinary),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)

QUEUED = text("status = 'queued'")
DEAD = text("status = 'dead'")
Index(
    "ix_effects_queued",
    effects.c.next_at,
    sqlite_where=QUEUED,
    postgresql_where=QUEUED,
)
Index(
    "ix_effects_lane",
    effects.c.lane,
    effects.c.seq,
    sqlite_where=QUEUED,
    postgresql_where=QUEUED,
)
Index("ix_effects_dead", effects.c.seq, sqlite_where=DEAD, postgresql_where=DEAD)
Index("ix_effects_case_id", effects.c.case_id)

effect_needs = Table(
    "effect_needs",
    metadata,
    Column("key", ForeignKey("effects.key"), primary_key=True),
    Column("need", String(200), primary_key=True),
)
