"""Initial tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.String(27)


def upgrade() -> None:
    _create_cases()
    _create_events()
    _create_private()
    _create_look_ups()
    _create_effects()
    _create_effect_indexes()


def _table(name: str, *parts: Any, key: tuple[str, ...], **options: Any) -> None:
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"), **options)


def _text(name: str, length: int, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=null)


def _instant(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, INSTANT, nullable=null)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _of_case(table: str) -> tuple[Any, Any]:
    link = sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id")
    return _text("case_id", 40), link


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _create_cases() -> None:
    _table("numbers", _text("name", 20), _number("last"), key=("name",))
    op.execute("INSERT INTO numbers (name, last) VALUES ('case', 0)")
    _table(
        "playbooks",
        _text("hash", 64),
        _text("name", 100),
        _number("language_version"),
        sa.Column("body", sa.Text(), nullable=False),
        _instant("first_seen_at"),
        key=("hash",),
    )
    _table(
        "cases",
        _text("id", 40),
        _number("number"),
        _text("playbook", 100),
        _text("playbook_hash", 64),
        _number("version"),
        _text("head", 64),
        _instant("opened_at"),
        _text("opened_by", 64),
        _text("ending", 100, null=True),
        _instant("ended_at", null=True),
        sa.ForeignKeyConstraint(["playbook_hash"], ["playbooks.hash"], name="fk_cases_playbook_hash"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
        key=("id",),
    )
    _partial("ix_cases_open", "cases", ["opened_by", "opened_at", "id"], "ending IS NULL")


def _create_events() -> None:
    _table(
        "events",
        *_of_case("events"),
        _number("seq"),
        _instant("at"),
        _text("kind", 40),
        sa.Column("body", sa.Text(), nullable=False),
        _text("prev_hash", 64),
        _text("hash", 64),
        key=("case_id", "seq"),
    )
    _table("deliveries", _text("id", 200), _text("case_id", 40), _instant("at"), key=("id",))


def _create_private() -> None:
    _table(
        "case_keys",
        *_of_case("case_keys"),
        _text("keep", 60),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        key=("case_id", "keep"),
    )
    _table(
        "vault",
        _text("ref", 64),
        *_of_case("vault"),
        _text("keep", 60),
        _text("field", 100),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        key=("ref",),
    )
    op.create_index("ix_vault_case_id", "vault", ["case_id"])
    _table(
        "digests",
        _text("digest", 64),
        *_of_case("digests"),
        _number("seq"),
        _text("field", 100),
        _text("keep", 60),
        key=("digest", "case_id", "seq"),
    )
    op.create_index("ix_digests_case_id", "digests", ["case_id"])


def _create_look_ups() -> None:
    _table(
        "deadlines",
        *_of_case("deadlines"),
        _text("duty", 200),
        _instant("fire_at"),
        key=("case_id", "duty"),
    )
    op.create_index("ix_deadlines_fire_at", "deadlines", ["fire_at", "case_id"])
    _table(
        "tickets",
        _text("ticket_id", 40),
        *_of_case("tickets"),
        _text("name", 100),
        key=("ticket_id",),
    )


def _create_effects() -> None:
    _table(
        "effects",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        _text("key", 200),
        *_of_case("effects"),
        _text("lane", 200),
        _text("kind", 40),
        _text("status", 10),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        _number("attempts"),
        _instant("next_at"),
        _instant("first_at", null=True),
        _instant("sent_at", null=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("prepared", sa.LargeBinary()),
        sa.Column("error", sa.Text()),
        _instant("created_at"),
        _instant("done_at", null=True),
        sa.UniqueConstraint("key", name="uq_effects_key"),
        key=("seq",),
        sqlite_autoincrement=True,
    )
    _table(
        "effect_needs",
        _text("key", 200),
        _text("need", 200),
        sa.ForeignKeyConstraint(["key"], ["effects.key"], name="fk_effect_needs_key"),
        key=("key", "need"),
    )


def _create_effect_indexes() -> None:
    _partial("ix_effects_queued", "effects", ["next_at"], "status = 'queued'")
    _partial("ix_effects_lane", "effects", ["lane", "seq"], "status = 'queued'")
    _partial("ix_effects_dead", "effects", ["seq"], "status = 'dead'")
    op.create_index("ix_effects_case_id", "effects", ["case_id"])
