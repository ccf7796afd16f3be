"""What is over its time goes by itself, what is on hold stays, and a copy that is put back brings nobody's values with it."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from desk.case import events as ev
from desk.case.commands import Erase, Hold
from desk.case.state import Case
from desk.case.work_events import CardShown
from desk.playbook.model import Playbook
from desk.service.engine import Engine
from desk.values import BOT, Person
from handlers.ticks.retention import on_retention
from integrations.store import tables as t
from integrations.store.cases import StoredCases
from integrations.store.engine import Database
from integrations.store.erasing import StoredRetention
from tests.contract.making import EMAIL, NAME, Maker
from tests.contract.test_backup import ato
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.tickets import FakeTickets

BOSS = Person(id="ULEAD001", roles=frozenset({"cs_agent"}))

both = pytest.mark.parametrize("address", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def playbook() -> Playbook:
    """A small playbook that keeps names for a month and everything else for a year."""
    return Playbook.model_validate(
        {
            "playbook": "small",
            "title": {"en": "Small"},
            "brand": "Small",
            "opens_with": "receive",
            "roles": {"cs_agent": {"title": "Agent"}},
            "fields": {"name": {"type": "name", "title": "Name", "personal": True, "keep": "short"}},
            "steps": {"receive": {"title": "Receive", "owner": "cs_agent"}},
            "retention": {"short": "30d", "case": "365d"},
        }
    )


@pytest.fixture
async def desk(stored: StoredCases, playbook: Playbook, keep: Maker, clock: FakeClock) -> Engine:
    return Engine(
        cases=stored,
        tickets=FakeTickets(),
        chat=FakeChat(),
        clock=clock,
        playbooks={"small": playbook},
        hashes={"small": keep.playbook_hash},
    )


async def ended(keep: Maker, name: str) -> Case:
    case = await keep.open(name)
    return await keep.add(case, ev.CaseEnded(at=keep.clock.now(), by="U1", ending="done"))


async def values(cases: StoredCases, name: str) -> tuple[object, object]:
    found = await cases.load(name)
    assert found is not None
    return found[0].value("name"), found[0].value("email")


async def classes(engine: Database, case: str) -> Sequence[str]:
    query = select(t.case_keys.c.keep).where(t.case_keys.c.case_id == case)
    return sorted(row.keep for row in await engine.rows(query))


@both
async def test_each_class_goes_when_its_time_is_over(
    desk: Engine, keep: Maker, stored: StoredCases, engine: Database, clock: FakeClock
) -> None:
    await ended(keep, "01A")
    await keep.open("01B")
    retention = StoredRetention(engine)
    clock.move(timedelta(days=29))
    assert await on_retention(desk, retention) == 0
    clock.move(timedelta(days=1))
    assert await on_retention(desk, retention) == 1
    assert await values(stored, "01A") == (None, EMAIL)
    assert await on_retention(desk, retention) == 0
    clock.move(timedelta(days=335))
    assert await on_retention(desk, retention) == 1
    assert await values(stored, "01A") == (None, None)
    assert not {"case", "short"} & set(await classes(engine, "01A"))
    assert await values(stored, "01B") == (NAME, EMAIL)


@both
async def test_a_case_on_hold_stays_and_is_not_asked_about_again_and_again(
    desk: Engine, keep: Maker, stored: StoredCases, engine: Database, clock: FakeClock
) -> None:
    await ended(keep, "01A")
    await desk.accept(Hold(case="01A", delivery="", by=BOSS, reason="a claim"))
    clock.move(timedelta(days=400))
    before = (await stored.load("01A"))[0].version
    assert await on_retention(desk, StoredRetention(engine)) == 0
    assert (await stored.load("01A"))[0].version == before
    assert await values(stored, "01A") == (NAME, EMAIL)


@both
async def test_more_cases_than_are_looked_up_at_a_time_all_go(
    desk: Engine,
    keep: Maker,
    engine: Database,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("handlers.ticks.retention.AT_ONCE", 2)
    for name in ("01A", "01B", "01C", "01D", "01E"):
        await ended(keep, name)
    clock.move(timedelta(days=31))
    assert await on_retention(desk, StoredRetention(engine)) == 5


@both
async def test_the_events_and_the_keys_go_in_one_transaction(
    desk: Engine, keep: Maker, engine: Database, stored: StoredCases
) -> None:
    """What the same decision asks for can be done: it is sealed under a key of after the erasing."""
    case = await ended(keep, "01A")
    await keep.add(
        case,
        CardShown(
            at=keep.clock.now(), by="ATO", effect="x", inbox="role:cs_agent", channel="C1", ts="1.1", version=1, url=""
        ),
    )
    answer = await desk.accept(Erase(case="01A", delivery="", by=BOT))
    assert answer.refusal is None
    assert answer.case.erased == ("case", "short")
    assert await classes(engine, "01A") == ["work"]
    assert await values(stored, "01A") == (None, None)


async def test_a_copy_that_is_put_back_is_erased_again(
    desk: Engine, keep: Maker, engine: Database, database: Path, tmp_path: Path
) -> None:
    await ended(keep, "01A")
    await ended(keep, "01B")
    assert ato(database, "backup", tmp_path / "copy.db").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as there:
        keys = [row[0] for row in there.execute("SELECT wrapped FROM case_keys WHERE case_id = '01A'")]
    await desk.accept(Erase(case="01A", delivery="", by=BOT))
    await engine.close()
    back = ato(database, "restore", tmp_path / "copy.db")
    assert back.exit_code == 0, back.output
    assert "Erased anew in 1 cases" in back.output
    left = await asyncio.to_thread(database.read_bytes)
    assert keys
    assert not [key for key in keys if key in left]
    with closing(sqlite3.connect(database)) as there:
        cases = {row[0] for row in there.execute("SELECT case_id FROM case_keys")}
    assert cases == {"01B"}


async def test_a_replaced_database_that_cannot_be_read_is_said(
    keep: Maker, engine: Database, database: Path, tmp_path: Path
) -> None:
    await ended(keep, "01A")
    assert ato(database, "backup", tmp_path / "copy.db").exit_code == 0
    await engine.close()
    await asyncio.to_thread(database.write_bytes, b"no database any more" * 500)
    back = ato(database, "restore", tmp_path / "copy.db")
    assert back.exit_code == 0, back.output
    assert "repeat `ato erase`" in back.output
