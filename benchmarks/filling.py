"""Test data for benchmarks: plays two cases against the sandbox, then copies them row by row under new keys.

A copy reads, folds, decides and commits like any case: its values decrypt and the seal of its last event is valid.
Hashes between its events are those of the original, which only `ato audit` would report.
"""

import itertools
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.databases import select
from benchmarks.signed import FIRST_TICKET, case_id
from config.load import load
from integrations.store.chain import head_words
from integrations.store.tables import write_instant
from integrations.store.tallies import COUNT_ANEW
from integrations.store.vault import Vault
from ops.player import Player
from ops.stage import SANDBOX, Stage, stage
from ops.watching import Watcher

Row = dict[str, Any]

TO_THE_MOD, TO_ZENDESK = 3, 5
"""How many deeds of the branch `unchanged` bring a case to the MOD, and to a ticket."""
WITH_TICKET = 1_000_000
"""Copies of the case with a ticket have numbers from here on; those before wait for the MOD."""
TABLES = ("case_keys", "events", "vault", "digests", "deadlines", "owed", "tickets")
AGE, AHEAD = timedelta(hours=48), timedelta(hours=24)
LATE = timedelta(hours=1)
"""Copies were opened within AGE, and are due between LATE ago and AHEAD: one in 25 is late."""


def play(folder: Path) -> Path:
    """Play the two cases and return their database."""
    book = load(names=["mr_d"])["mr_d"]
    with stage({"ATO_PLAYBOOKS__NAMES": "mr_d"}) as built:
        for deeds in (TO_THE_MOD, TO_ZENDESK):
            player = Player(built, book)
            for deed in book.rehearsals["unchanged"].deeds[:deeds]:
                player.play(deed)
            Watcher(built).quiet()
        return _copy_of(built, folder / "played.sqlite3")


def _copy_of(built: Stage, file: Path) -> Path:
    assert built.bot
    built.bot.stop()
    with closing(sqlite3.connect(built.folder / "ato.sqlite3")) as there, closing(sqlite3.connect(file)) as here:
        there.backup(here)
    return file


@dataclass(frozen=True)
class Fill:
    """Number of copies per case."""

    for_mod: int = 0
    with_ticket: int = 0
    thin: int = 0
    """Further copies of the first case without events and personal values, only there to be scanned past."""
    thin_tables: tuple[str, ...] = ("digests", "deadlines", "owed")
    late: timedelta = LATE


def fill(played: Path, file: Path, what: Fill) -> Path:
    """Copy the database and fill it; the copies' numbers are those of `case_id`."""
    shutil.copy(played, file)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode=OFF")
        database.execute("PRAGMA synchronous=OFF")
        first, second = _templates(database)
        database.execute("BEGIN")
        database.execute("UPDATE deadlines SET fire_at = '9998-01-01T00:00:00.000000Z'")
        _write(database, first, range(what.for_mod), what.late)
        _write(database, second, range(WITH_TICKET, WITH_TICKET + what.with_ticket), what.late)
        thin = replace(first, rows={t: first.rows[t] for t in what.thin_tables})
        _write(database, thin, range(what.for_mod, what.for_mod + what.thin), what.late)
        database.execute("DELETE FROM tallies")
        database.execute(COUNT_ANEW)
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode=WAL")
    return file


def last_for_mod(database: str) -> str:
    """Return the last copy that waits for the MOD and has events; no measurement reaches it."""
    _, found = select(
        database,
        "SELECT max(id) FROM cases WHERE id < ? AND EXISTS (SELECT 1 FROM events WHERE case_id = id)",
        [case_id(WITH_TICKET)],
    )
    return str(found[0][0])


@dataclass(frozen=True)
class Template:
    """A played case as rows."""

    case: Row
    rows: dict[str, list[Row]]

    @property
    def refs(self) -> list[str]:
        """Return the references of its personal values."""
        return [row["ref"] for row in self.rows.get("vault", ())]


def _templates(database: sqlite3.Connection) -> list[Template]:
    cases = [dict(row) for row in database.execute("SELECT * FROM cases ORDER BY number")]
    return [
        Template(
            case,
            {
                table: [
                    dict(row)
                    for row in database.execute(
                        f"SELECT * FROM {table} WHERE case_id = ?",  # noqa: S608 - a name of ours
                        [case["id"]],
                    )
                ]
                for table in TABLES
            },
        )
        for case in cases
    ]


def _write(database: sqlite3.Connection, template: Template, numbers: range, late: timedelta) -> None:
    vault = Vault([SANDBOX["ATO_VAULT__KEYS"]], SANDBOX["ATO_VAULT__DIGEST_KEY"])
    now = datetime.now(UTC)
    _insert(database, "cases", (_case(template, n, numbers, vault, now) for n in numbers))
    for table, rows in template.rows.items():
        _insert(
            database,
            table,
            (_row(table, row, template, n, _due(n, numbers, now, late)) for n in numbers for row in rows),
        )


def _insert(database: sqlite3.Connection, table: str, rows: Iterator[Row]) -> None:
    first = next(rows, None)
    if first is None:
        return
    names = ", ".join(f'"{name}"' for name in first)
    marks = ", ".join("?" for _ in first)
    values: Iterable[tuple[Any, ...]] = (tuple(r.values()) for r in itertools.chain([first], rows))
    database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608


def _part(number: int, numbers: range) -> float:
    """Return this number's position in the range, 0 to 1."""
    return (number - numbers.start) / len(numbers)


def _case(template: Template, number: int, numbers: range, vault: Vault, now: datetime) -> Row:
    case, key = template.case, case_id(number)
    opened = write_instant(now - AGE * _part(number, numbers))
    seal = vault.vouch(*head_words(key, case["version"], case["head"]))
    return case | {"id": key, "number": 10 + number, "opened_at": opened, "seal": seal}


def _due(number: int, numbers: range, now: datetime, late: timedelta) -> str:
    return write_instant(now - late + (AHEAD + late) * _part(number, numbers))


def _row(table: str, row: Row, template: Template, number: int, due: str) -> Row:
    key = case_id(number)
    row = row | {"case_id": key}
    if table == "events":
        return row | {"body": _own(row["body"], template, key, number)}
    if table == "vault":
        return row | {"ref": _own_ref(row["ref"], number)}
    if table == "digests":
        return row | {"digest": _own_ref(row["digest"], number)}
    if table == "tickets":
        return row | {"ticket_id": str(FIRST_TICKET + number)}
    if table == "deadlines":
        return row | {"fire_at": due}
    return row | ({"due_at": due, "number": 10 + number} if table == "owed" else {})


def _own(body: str, template: Template, key: str, number: int) -> str:
    """Rewrite an event for a copy: key, values, ticket."""
    body = body.replace(template.case["id"], key)
    if '"playbook_hash"' in body:  # the event that opened it
        body = body.replace(f'"number":{template.case["number"]}', f'"number":{10 + number}')
    for ref in template.refs:
        body = body.replace(ref, _own_ref(ref, number))
    for row in template.rows["tickets"]:
        body = body.replace(f'"id":{row["ticket_id"]}', f'"id":{FIRST_TICKET + number}')
    return body


def _own_ref(ref: str, number: int) -> str:
    return f"{ref[:-12]}{number:012d}"
