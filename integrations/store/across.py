"""Tables across cases: open duties (`owed`), duty roster, look-up log, announcements, and who is in which user group.

None of them holds a customer's data, and all but the look-up log could be rebuilt from the events.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from integrations.store.tables import Instant, metadata

owed = Table(
    "owed",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("duty", String(200), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("display", String(40), nullable=False),
    Column("step", String(100), nullable=False),
    Column("part", String(100)),
    Column("occurrence", Integer, nullable=False),
    Column("role", String(100), nullable=False),
    Column("title", Text, nullable=False),
    Column("press", Text),
    Column("claimed_by", String(64)),
    Column("held_by", String(64)),
    Column("opened_by", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("listed", Boolean, nullable=False),
)
"""One row for each open duty. A missing due time is stored as the end of time, so that one index gives the order."""

LISTED = text("listed")
for _whose in ("role", "held_by", "opened_by"):
    Index(
        f"ix_owed_{_whose}",
        owed.c[_whose],
        owed.c.due_at,
        owed.c.case_id,
        sqlite_where=LISTED,
        postgresql_where=LISTED,
    )

RUNNING = text("listed AND NOT waiting")
Index(
    "ix_owed_late",
    owed.c.role,
    owed.c.due_at,
    sqlite_where=RUNNING,
    postgresql_where=RUNNING,
)
"""All that counting what is late needs: nothing is read beside it."""

HELD = text("held_by IS NOT NULL")
Index("ix_owed_held", owed.c.held_by, owed.c.role, owed.c.case_id, sqlite_where=HELD, postgresql_where=HELD)
"""Whose cases pass on when somebody leaves, also where the duty is not listed."""

on_duty = Table(
    "on_duty",
    metadata,
    Column("role", String(100), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("since_at", Instant, nullable=False),
    Column("until_at", Instant),
)
"""Duty roster, present and past: a role whose people never used the switch has no row at all."""

searches = Table(
    "searches",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_searches_person", "person", "at"),
    sqlite_autoincrement=True,
)

announcements = Table(
    "announcements",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("inbox", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("begun_at", Instant),
    Column("done_at", Instant),
    Index("ix_announcements_inbox", "inbox", "at"),
)

UNSAID = text("done_at IS NULL")
Index(
    "ix_announcements_unsaid",
    announcements.c.at,
    sqlite_where=UNSAID,
    postgresql_where=UNSAID,
)

gathered = Table(
    "gathered",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("mark", String(300), primary_key=True),
    Column("key", ForeignKey("announcements.key"), nullable=False),
)
"""The reminders that an announcement covers: their cases do not send them again."""

user_groups = Table(
    "user_groups",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("listed_at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
)
"""The groups of the roles: the stamp of the newest whole list (microseconds, by the vendor), and why the last reading
failed.
"""

members = Table(
    "members",
    metadata,
    Column("group_id", String(100), primary_key=True),
    Column("person", String(100), primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("stamp", BigInteger, nullable=False),
)
"""Who is in a group, and who was taken out since its newest whole list, each with the stamp of that knowledge."""

people = Table(
    "people",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("standing", String(20), nullable=False),
    Column("name", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("zone", String(100), nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("agent", String(64), nullable=False, server_default=""),
)
"""Accounts of whoever is in a group or named in the settings."""
