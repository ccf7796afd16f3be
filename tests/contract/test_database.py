"""What the database promises beyond the contract of every store."""

import asyncio
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event, text

from desk.case import events as ev
from desk.case.work_events import EffectDoneByHand
from desk.playbook.model import Playbook
from desk.service.ports import StoreGone
from desk.values import Fact
from handlers.ticks.housekeeping import on_housekeeping
from integrations.store import cases as queries
from integrations.store.cases import StoredCases
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database, set_up
from integrations.store.litter import StoredLitter
from integrations.store.playbooks import playbook_hash
from integrations.store.shifts import StoredSearches
from integrations.store.tables import metadata
from integrations.store.upgrade import upgrade
from integrations.store.vault import Vault
from tests.contract.making import (
    EMAIL,
    KEY,
    NAME,
    PHONE,
    Maker,
    card,
    ended,
    plan_of,
    ticket,
    whole,
)
from tests.fakes.clock import START


class TestDatabase:
    async def test_cases_are_there_after_a_restart(
        self, keep: Maker, engine: Database, database: Path, playbook: Playbook
    ) -> None:
        kept = await keep.open(effects=[card("k")], delivery="d1")
        await engine.close()
        again = open_database(f"sqlite:///{database}")
        cases = StoredCases(again, Vault([KEY]))
        assert await cases.load("01CASE") == (kept, playbook)
        assert await cases.seen("d1")
        assert await StoredEffects(again, Vault([KEY])).pending_count() == 1
        await again.close()

    async def test_a_crash_inside_a_commit_leaves_nothing(
        self, keep: Maker, stored: StoredCases, engine: Database, database: Path
    ) -> None:
        case = await keep.open()
        before = _rows(database)
        for table in (
            "events",
            "vault",
            "digests",
            "effects",
            "effect_needs",
            "deadlines",
            "tickets",
        ):
            with _crash_at(engine, f"INSERT INTO {table}"), pytest.raises(ZeroDivisionError):
                await keep.add(
                    case,
                    keep.customer(),
                    ticket(7),
                    delivery="d",
                    deadlines=[keep.late(1)],
                    effects=[card("k", needs=("j",))],
                )
            assert _rows(database) == before
        assert (await stored.load("01CASE"))[0] == case

    async def test_whoever_is_cancelled_leaves_all_or_nothing_and_hurts_nobody(
        self, keep: Maker, stored: StoredCases, effects: StoredEffects
    ) -> None:
        case, kept = await keep.open(), 0
        for turns in range(0, 60, 2):
            wanted = card(f"k{turns}", f"lane{turns}")
            task = asyncio.create_task(keep.add(case, keep.claimed(), effects=[wanted]))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            found, _ = await stored.load("01CASE")
            assert found.version - case.version == (await effects.pending_count()) - kept
            case, kept = found, await effects.pending_count()
        await keep.add(case, ended())
        assert await whole(stored)

    async def test_no_personal_value_stands_in_the_file(
        self, keep: Maker, effects: StoredEffects, database: Path
    ) -> None:
        items = {"name": Fact(value=NAME, personal=True)}
        escalated = ev.Escalated(at=START, by="U1", post="p", step="s", part="q", items=items)
        by_hand = EffectDoneByHand(at=START, by="U1", effect="k", reference=Fact(value=EMAIL, personal=True))
        planned = card("k", "lane-of-case")
        case = await keep.open(effects=[planned.model_copy(update={"inbox": f"person:{PHONE}"})])
        await keep.add(case, escalated, by_hand)
        await effects.prepare("k", f"to {EMAIL}".encode(), 1, START)
        kept = b"".join(file.read_bytes() for file in database.parent.glob("desk.db*"))
        assert b"lane-of-case" in kept
        for secret in (EMAIL, PHONE, PHONE[1:], NAME, "Thandi", KEY):
            assert secret.encode() not in kept

    async def test_erasing_destroys_one_class_and_the_chain_still_holds(
        self, keep: Maker, stored: StoredCases, effects: StoredEffects
    ) -> None:
        case = await keep.open(effects=[card("k")])
        await stored.erase("01CASE", "short")
        found, _ = await stored.load("01CASE")
        assert found.facts["name"] == Fact(erased=True, personal=True)
        assert found.facts["email"] == case.facts["email"]
        assert await effects.effect("k") is None
        assert [dead.error for dead in await effects.dead()] == ["the case was erased"]
        await stored.erase("01CASE", "case")
        found, _ = await stored.load("01CASE")
        assert found.facts["email"] == found.facts["phone"] == Fact(erased=True, personal=True)
        assert found.facts["orders"].value == ["DFD-1", "DFD-2"]
        assert await stored.find("email", EMAIL) == []
        assert await whole(stored)

    async def test_a_case_goes_on_after_erasing(self, keep: Maker, stored: StoredCases) -> None:
        case = await keep.open()
        await stored.erase("01CASE", "case")
        case, _ = await stored.load("01CASE")
        kept = await keep.add(case, keep.customer(), effects=[card("k")])
        assert (await stored.load("01CASE"))[0] == kept

    async def test_a_playbook_is_kept_once_and_a_running_case_keeps_its_own(
        self, keep: Maker, stored: StoredCases, playbook: Playbook
    ) -> None:
        await keep.open()
        changed = playbook.model_copy(update={"brand": "Other"})
        names = [await stored.remember_playbook(one) for one in (playbook, changed, changed)]
        assert names == [playbook_hash(playbook), playbook_hash(changed), playbook_hash(changed)]
        assert (await stored.load("01CASE"))[1].brand == "Small"

    async def test_a_case_on_a_playbook_nobody_remembered_is_a_bug(self, stored: StoredCases, keep: Maker) -> None:
        with pytest.raises(LookupError):
            await Maker(stored, "unknown", keep.clock).open()

    async def test_a_database_that_is_gone_says_so_and_is_found_again(
        self, keep: Maker, stored: StoredCases, database: Path
    ) -> None:
        case = await keep.open()
        away = [(file, file.with_name(f"away-{file.name}")) for file in database.parent.glob("desk*")]
        for file, other in away:
            file.rename(other)
        for attempt in (stored.load("01CASE"), stored.number(), keep.add(case, keep.claimed())):
            with pytest.raises(StoreGone):
                await attempt
        assert list(database.parent.glob("desk*")) == []
        for file, other in away:
            other.rename(file)
        assert (await stored.load("01CASE"))[0] == case

    async def test_a_database_that_goes_while_it_is_opened_is_gone(
        self, keep: Maker, stored: StoredCases, engine: Database, database: Path
    ) -> None:
        await keep.open()
        engine.reader.dispose()
        away = database.with_name(f"away-{database.name}")

        def leaves(*_: object) -> None:
            if database.exists():
                database.rename(away)

        for first in (leaves, set_up):  # set up, then gone before anything else
            if event.contains(engine.reader, "connect", first):
                event.remove(engine.reader, "connect", first)
            event.listen(engine.reader, "connect", first, insert=True)
        for _ in range(2):
            with pytest.raises(StoreGone):
                await stored.seen("d1")
        event.remove(engine.reader, "connect", leaves)
        away.rename(database)
        assert not await stored.seen("d1")

    async def test_whoever_has_the_lock_is_waited_for_and_holds_nobody_else_up(
        self, keep: Maker, stored: StoredCases, database: Path
    ) -> None:
        case = await keep.open()
        other = sqlite3.connect(database, isolation_level=None)
        for _ in range(2):
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(keep.add(case, keep.claimed()))
            for _ in range(100):
                await asyncio.sleep(0)
            assert (await stored.load("01CASE"))[0] == case
            assert not waiting.done()
            other.execute("COMMIT")
            case = await waiting
        other.close()
        assert (await stored.load("01CASE"))[0] == case

    @pytest.mark.parametrize("ailment", ["PRAGMA query_only=ON", "PRAGMA max_page_count=1"])
    async def test_a_full_or_read_only_disk_keeps_nothing_and_says_so(
        self, keep: Maker, stored: StoredCases, engine: Database, ailment: str
    ) -> None:
        case = await keep.open()
        event.listen(engine.writer, "checkout", lambda c, *_: c.cursor().execute(ailment))
        big = {"logs": Fact(value="x" * 200_000)}
        with pytest.raises(StoreGone):
            await keep.add(case, ev.FactsRecorded(at=START, by="U1", facts=big))
        assert (await stored.load("01CASE"))[0] == case

    async def test_a_damaged_file_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "desk.db").write_bytes(b"this is no database" * 500)
        engine = open_database(f"sqlite:///{tmp_path}/desk.db")
        with pytest.raises(StoreGone):
            await StoredCases(engine, Vault([KEY])).load("01CASE")
        await engine.close()

    async def test_sqlite_holds_every_commit_to_the_disk(self, engine: Database) -> None:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        said = await engine.write(lambda c: [c.scalar(text(f"PRAGMA {name}")) for name in asked])
        assert said == ["wal", 2, 1, 30000]

    async def test_what_is_due_is_read_from_an_index(self, engine: Database) -> None:
        plan = await plan_of(engine, queries._DUE, now=START, most=9)
        assert "ix_deadlines_fire_at (fire_at<?)" in plan
        assert "SCAN" not in plan

    def test_the_migrations_make_exactly_the_tables(self, database: Path) -> None:
        upgrade(f"sqlite:///{database}")
        engine = create_engine(f"sqlite:///{database}")
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        engine.dispose()


def _rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read all the tables, beside the desk's own connection."""
    connection = sqlite3.connect(database)
    read = {
        table: connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our own names
        for table in metadata.tables
    }
    connection.close()
    return read


class _crash_at:  # noqa: N801 - reads like a verb
    """Raise in the middle of a transaction, before the statement that starts with these words."""

    def __init__(self, engine: Database, words: str) -> None:
        self.engine, self.words = engine.writer, words

    def __enter__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self._crash)

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._crash)

    def _crash(self, _c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(self.words):
            raise ZeroDivisionError


async def test_old_deliveries_and_look_ups_go_and_the_rest_stays(
    keep: Maker, stored: StoredCases, engine: Database
) -> None:
    """Housekeeping removes no case and no event."""
    await keep.open(delivery="old")
    searches = StoredSearches(engine)
    await searches.note("U1", "email", keep.clock.now(), START)
    keep.clock.move(timedelta(days=31))
    await keep.open("01B", delivery="new")
    assert await on_housekeeping(StoredLitter(engine), keep.clock) == 1
    assert [await stored.seen(one) for one in ("old", "new")] == [False, True]
    keep.clock.move(timedelta(days=400))
    assert await on_housekeeping(StoredLitter(engine), keep.clock) == 2
    assert await whole(stored)


async def test_reading_waits_for_no_writer_and_all_connections_are_closed(engine: Database) -> None:
    opened: list[object] = []
    for one in (engine.reader, engine.writer):
        event.listen(one, "connect", lambda made, _: opened.append(made))
        event.listen(one, "close", lambda made, _: opened.remove(made))
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold(_: Connection) -> bool:
        loop.call_soon_threadsafe(begun.set)
        return go_on.wait(10)

    holding = asyncio.create_task(engine.write(hold))
    await begun.wait()
    found = await asyncio.gather(*[engine.scalar(text("SELECT 1")) for _ in range(20)])
    assert found == [1] * 20
    assert not holding.done()
    go_on.set()
    assert await holding
    assert 2 <= len(opened) <= 5
    await engine.close()
    assert opened == []


async def test_whoever_is_cancelled_waits_for_a_transaction_that_has_begun(
    engine: Database,
) -> None:
    begun, go_on, kept = asyncio.Event(), threading.Event(), []
    loop = asyncio.get_running_loop()

    def hold(connection: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        connection.execute(text("UPDATE numbers SET last = last + 7"))
        kept.append(True)

    first, second = (asyncio.create_task(engine.write(hold)) for _ in range(2))
    await begun.wait()
    for task in (first, second):
        task.cancel()
    await asyncio.wait([second], timeout=10)
    assert second.cancelled()
    assert not first.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert kept == [True]
    assert await engine.scalar(text("SELECT last FROM numbers")) == 7
