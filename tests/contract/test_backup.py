"""Copies of the database: made while it is used, checked, put back, and made before its tables are changed."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import Engine, MetaData, create_engine, insert, select, text
from typer.testing import CliRunner, Result

from desk.playbook.model import Playbook
from integrations.queue.embedded import EmbeddedQueue
from integrations.store import backup
from integrations.store.cases import StoredCases
from integrations.store.current import bring_up, is_current, revision_of
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database, read_url, worker_lock
from integrations.store.starting import CannotStart, newest
from integrations.store.upgrade import upgrade
from integrations.store.vault import Vault
from ops.cli import app
from ops.stage import SANDBOX
from tests.contract.making import KEY, Maker, card, ticket
from tests.contract.performing import Outside, running
from tests.fakes.clock import FakeClock
from tests.postgres import own_database

VERSIONS = sorted(
    file.name.partition("_")[0] for file in Path(backup.__file__).with_name("migrations").glob("versions/0*.py")
)
ZENDESK = {"ATO_ZENDESK__URL": "https://x.zendesk.example"}


def ato(database: Path, *words: object) -> Result:
    given = SANDBOX | ZENDESK | {"ATO_DATABASE_URL": f"sqlite:///{database}"}
    return CliRunner().invoke(app, [str(word) for word in words], env=given)


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as there:
        return there.execute(query).fetchall()


# Copies -------------------------------------------------------------------------------------------


async def test_a_copy_is_made_while_the_desk_works_and_put_back(
    keep: Maker, engine: Database, database: Path, tmp_path: Path
) -> None:
    kept = await keep.open(effects=[card("k1")])
    made = ato(database, "backup", tmp_path / "copy.db")
    assert made.exit_code == 0, made.output
    assert f"1 cases, tables at {newest()}. Checked whole." in made.output
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    await keep.open("02CASE")
    await engine.close()

    back = ato(database, "restore", tmp_path / "copy.db")
    assert back.exit_code == 0, back.output
    again = open_database(f"sqlite:///{database}")
    stored = StoredCases(again, Vault([KEY]))
    loaded = await stored.load("01CASE")
    assert loaded is not None
    assert loaded[0] == kept
    assert await stored.load("02CASE") is None
    assert await StoredEffects(again, Vault([KEY])).pending_count() == 1
    await again.close()
    (aside,) = database.parent.glob("desk.db.replaced-*Z")
    assert rows(aside, "SELECT count(*) FROM cases") == [(2,)]


def test_nothing_is_written_over(database: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    made = ato(database, "backup", tmp_path / "there")
    assert made.exit_code == 1
    assert "is there already, and nothing is written over" in made.output
    assert (tmp_path / "there").read_text() == "mine"


def test_a_folder_that_is_not_there_is_named_and_nothing_half_is_left(database: Path, tmp_path: Path) -> None:
    made = ato(database, "backup", tmp_path / "no" / "copy.db")
    assert made.exit_code == 1
    assert "could not be copied" in made.output
    assert list(tmp_path.glob("**/*.part")) == []


def test_a_running_bot_is_not_restored_under(database: Path, tmp_path: Path) -> None:
    assert ato(database, "backup", tmp_path / "copy.db").exit_code == 0
    path = worker_lock(f"sqlite:///{database}")
    assert path is not None
    with FileLock(path):
        back = ato(database, "restore", tmp_path / "copy.db")
    assert back.exit_code == 1
    assert "The bot works through" in back.output and "Stop it first" in back.output


@pytest.mark.parametrize("what", ["text", "other", "damaged", "newer"])
def test_what_is_no_copy_of_the_desk_is_refused_and_changes_nothing(what: str, database: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.db"
    if what == "text":
        file.write_text("no database at all")
    elif what == "other":
        with closing(sqlite3.connect(file)) as made:
            made.execute("CREATE TABLE x (y)")
    else:
        file.write_bytes(database.read_bytes())
        if what == "damaged":
            file.write_bytes(file.read_bytes()[:20_000])
        else:
            with closing(sqlite3.connect(file)) as made:
                made.execute("UPDATE alembic_version SET version_num = '9999'")
                made.commit()
    before = database.read_bytes()
    back = ato(database, "restore", file)
    assert back.exit_code == 1
    assert "Nothing was changed" in back.output
    assert database.read_bytes() == before


# Upgrades -----------------------------------------------------------------------------------------


def carry_over(old: Engine, new: Engine) -> None:
    """Put into an older schema everything of a newer one's data that it could hold."""
    there, here = MetaData(), MetaData()
    there.reflect(new)
    here.reflect(old)
    with new.connect() as source, old.begin() as target:
        for table in here.sorted_tables:
            if table.name in {"alembic_version", "writers"} or table.name.startswith("procrastinate"):
                continue
            target.execute(table.delete())
            columns = [there.tables[table.name].c[column.name] for column in table.c]
            found = [dict(row._mapping) for row in source.execute(select(*columns))]
            if found:
                target.execute(insert(table), found)


def older(url: str, revision: str, data: str) -> None:
    """Make a database as it was at a revision, with the data of today's."""
    upgrade(url, revision)
    old = create_engine(read_url(url))
    new = create_engine(read_url(data))
    carry_over(old, new)
    old.dispose()
    new.dispose()


@pytest.mark.parametrize("revision", VERSIONS[:-1])
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_an_upgrade_loses_no_open_case_and_no_queued_work(
    kind: str,
    revision: str,
    keep: Maker,
    engine: Database,
    database: Path,
    tmp_path: Path,
    clock: FakeClock,
) -> None:
    case = await keep.open(effects=[card("a1", "a"), card("a2", "a")])
    case = await keep.add(case, ticket(48213), deadlines=[keep.late(5)])
    await keep.open("02CASE", effects=[card("b1", "b", case="02CASE")])
    await engine.close()
    data = f"sqlite:///{database}"
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
        copied = await _upgraded(url, revision, data, case, keep, clock)
        assert copied is not None
        assert copied.name.startswith(f"old.db.at-{revision}-")
        assert backup.look(copied) == (revision, 2)
    else:
        with own_database() as url:
            await _upgraded(url, revision, data, case, keep, clock)


async def _upgraded(url: str, revision: str, data: str, case: object, keep: Maker, clock: FakeClock) -> Path | None:
    older(url, revision, data)
    assert revision_of(url) == revision
    copied = bring_up(url)
    assert revision_of(url) == newest()
    engine = open_database(url)
    try:
        await _whole(engine, case, keep, clock)
    finally:
        await engine.close()
    return copied


async def _whole(engine: Database, case: object, keep: Maker, clock: FakeClock) -> None:
    cases, effects = StoredCases(engine, Vault([KEY])), StoredEffects(engine, Vault([KEY]))
    loaded = await cases.load("01CASE")
    assert loaded is not None
    assert loaded[0] == case
    assert await cases.number() == 3
    assert await effects.pending_count() == 3
    assert await cases.due(keep.at(6), 9) == ["01CASE"]
    outside = Outside(Maker(cases, keep.playbook_hash, clock), loaded[0])
    async with running(EmbeddedQueue(effects, clock, outside.perform, idle=0.01)):
        await outside.until(lambda: len(outside.began) >= 3)
    assert [key for key in outside.began if key[0] == "a"][:2] == ["a1", "a2"]


def test_the_command_says_what_it_did_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'old.db'}", "0001")
    first, second = (ato(tmp_path / "old.db", "db", "upgrade") for _ in range(2))
    assert first.exit_code == 0, first.output
    assert "Copied first: " in first.output and f"was at 0001 and is at {newest()} now" in first.output
    assert "Nothing to do." in second.output


def test_a_newer_schema_is_left_alone(database: Path) -> None:
    with closing(sqlite3.connect(database)) as made:
        made.execute("UPDATE alembic_version SET version_num = '9999'")
        made.commit()
    told = ato(database, "db", "upgrade")
    assert told.exit_code == 1
    assert "was made by a newer version of ATO Desk" in told.output


def test_without_a_copy_nothing_is_upgraded(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    upgrade(f"sqlite:///{file}", "0001")
    with closing(sqlite3.connect(file)) as made:
        made.execute("DROP TABLE cases")
        made.commit()
    with pytest.raises(CannotStart, match="is not a database of the desk"):
        bring_up(f"sqlite:///{file}")
    assert revision_of(f"sqlite:///{file}") == "0001"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_a_version_goes_on_with_a_newer_database_that_names_it(
    kind: str, database: Path, playbook: Playbook, clock: FakeClock
) -> None:
    if kind == "sqlite":
        await _beside_a_newer(f"sqlite:///{database}", playbook, clock)
        return
    with own_database() as url:
        upgrade(url)
        await _beside_a_newer(url, playbook, clock)


async def _beside_a_newer(url: str, playbook: Playbook, clock: FakeClock) -> None:
    _next_version(url, "9998", oldest=newest())
    assert bring_up(url) is None
    assert is_current(url)
    assert revision_of(url) == "9998"
    opened = open_database(url)
    cases = StoredCases(opened, Vault([KEY]))
    case = await Maker(cases, await cases.remember_playbook(playbook), clock).open()
    assert (await cases.load(case.id))[0] == case
    await opened.close()
    _next_version(url, "9999", oldest="9998")
    assert not is_current(url)
    with pytest.raises(CannotStart, match="made by a newer version"):
        bring_up(url)


def _next_version(url: str, revision: str, *, oldest: str) -> None:
    """Do what the migration of a version to come does."""
    made = create_engine(read_url(url))
    with made.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})
        named = text("INSERT INTO writers (revision, oldest) VALUES (:at, :oldest)")
        connection.execute(named, {"at": revision, "oldest": oldest})
    made.dispose()


VERSION_BEFORE = "0006"
"""The newest migration of 0.1.0, the version that the change log names as the one before."""


def test_this_version_names_the_version_before(database: Path) -> None:
    with closing(sqlite3.connect(database)) as made:
        said = made.execute("SELECT oldest FROM writers WHERE revision = ?", [newest()]).fetchall()
    assert [one for (one,) in said] in ([newest()], [VERSION_BEFORE])


def test_postgresql_is_upgraded_when_somebody_has_a_copy() -> None:
    with own_database() as url:
        upgrade(url, "0003")
        given = SANDBOX | ZENDESK | {"ATO_DATABASE_URL": url}
        told = CliRunner().invoke(app, ["db", "upgrade"], env=given)
        assert told.exit_code == 1
        assert "pg_dump" in told.output
        assert revision_of(url) == "0003"
        told = CliRunner().invoke(app, ["db", "upgrade", "--backed-up"], env=given)
        assert told.exit_code == 0, told.output
        assert revision_of(url) == newest()
        copy = CliRunner().invoke(app, ["backup", "x"], env=given)
        assert copy.exit_code == 1
        assert "This is for SQLite" in copy.output
