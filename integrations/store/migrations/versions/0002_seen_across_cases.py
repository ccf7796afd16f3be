"""Tables across cases: open duties, duty roster, look-ups, announcements. The bot fills `owed` at its start."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.String(27)


def upgrade() -> None:
    _extend_cases()
    _create_owed()
    _create_people()
    _create_announcements()


def _table(name: str, *parts: Any, key: tuple[str, ...], **options: Any) -> None:
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"), **options)


def _text(name: str, length: int, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=null)


def _instant(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, INSTANT, nullable=null)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _of_case(table: str) -> tuple[Any, Any]:
    link = sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id")
    return _text("case_id", 40), link


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _extend_cases() -> None:
    for name in ("goal_due_at", "goal_done_at"):
        op.add_column("cases", _instant(name, null=True))
    for name in ("opened_at", "ended_at"):
        op.create_index(f"ix_cases_{name}", "cases", [name])


def _create_owed() -> None:
    _table(
        "owed",
        *_of_case("owed"),
        _text("duty", 200),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("display", 40),
        _text("step", 100),
        _text("part", 100, null=True),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        _text("role", 100),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("press", sa.Text()),
        _text("claimed_by", 64, null=True),
        _text("held_by", 64, null=True),
        _text("opened_by", 64),
        _instant("opened_at"),
        _instant("due_at"),
        _flag("urgent"),
        _flag("waiting"),
        _flag("locked"),
        _flag("listed"),
        key=("case_id", "duty"),
    )
    for whose in ("role", "held_by", "opened_by"):
        _partial(f"ix_owed_{whose}", "owed", [whose, "due_at", "case_id"], "listed")


def _create_people() -> None:
    _table(
        "on_duty",
        _text("role", 100),
        _text("person", 64),
        _instant("since_at"),
        _instant("until_at", null=True),
        key=("role", "person"),
    )
    _table(
        "searches",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _text("person", 64),
        _text("kind", 40),
        _instant("at"),
        key=("id",),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_searches_person", "searches", ["person", "at"])


def _create_announcements() -> None:
    _table(
        "announcements",
        _text("key", 200),
        _text("inbox", 200),
        sa.Column("body", sa.Text(), nullable=False),
        _instant("at"),
        _instant("begun_at", null=True),
        _instant("done_at", null=True),
        key=("key",),
    )
    op.create_index("ix_announcements_inbox", "announcements", ["inbox", "at"])
    _partial("ix_announcements_unsaid", "announcements", ["at"], "done_at IS NULL")
    _table(
        "gathered",
        *_of_case("gathered"),
        _text("mark", 300),
        _text("key", 200),
        sa.ForeignKeyConstraint(["key"], ["announcements.key"], name="fk_gathered_key"),
        key=("case_id", "mark"),
    )
