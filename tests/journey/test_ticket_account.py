"""A desk and its Zendesk account: another one does not start, and a database of before takes its own on first."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ops.stage import Stage
from tests.journey.scene import DATA, Scene, eventually


@contextmanager
def stopped(stage: Stage) -> Iterator[None]:
    """Stop the bot, and start it with the stage's settings afterwards."""
    assert stage.bot is not None
    stage.bot.stop()
    yield
    stage.start_bot()


def refused(stage: Stage) -> str:
    """Start the bot, which does not start, and give its last words."""
    stage.spawn_bot()
    assert stage.bot is not None
    assert stage.bot.popen.wait(20) != 0
    stage.bot.ended()
    return stage.bot.log.read_text()


def before_accounts(stage: Stage, ticket: int | None = None) -> None:
    """Turn the database into one that was upgraded; with a ticket, its number becomes this one."""
    with sqlite3.connect(stage.folder / "ato.sqlite3") as database:
        database.execute("DELETE FROM accounts")
        database.execute("UPDATE tickets SET account = ''")
        if ticket:
            database.execute("UPDATE tickets SET ticket_id = ?", [str(ticket)])
    database.close()


@pytest.fixture
def elsewhere(scene: Scene) -> Iterator[Stage]:
    """The stage's settings with another account: the same host by another name."""
    here = scene.stage.urls["zendesk"]
    scene.stage.extra["ATO_ZENDESK__URL"] = here.replace("127.0.0.1", "localhost")
    yield scene.stage
    scene.stage.extra.pop("ATO_ZENDESK__URL", None)


def test_a_database_pointed_at_another_account_does_not_start(scene: Scene, elsewhere: Stage) -> None:
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    before = case.ticket()
    with stopped(elsewhere):
        told = refused(elsewhere)
        assert "tickets are in the Zendesk account 127.0.0.1, and ATO_ZENDESK__URL names localhost" in told
        assert "Nothing was written, and the database is as it was." in told
        elsewhere.extra.pop("ATO_ZENDESK__URL")
    assert case.ticket() == before


def test_an_upgraded_database_takes_the_account_on_and_goes_on(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    with stopped(scene.stage):
        before_accounts(scene.stage)
    moved = {"by": "Priya Naidoo", "status": "pending"}
    scene.control("POST", f"/zendesk/tickets/{case.ticket()['id']}/move", json=moved)
    case.card(DATA, "pending")
    with sqlite3.connect(scene.stage.folder / "ato.sqlite3") as database:
        assert database.execute("SELECT account FROM accounts").fetchall() == [("127.0.0.1",)]
        assert database.execute("SELECT DISTINCT account FROM tickets").fetchall() == [("127.0.0.1",)]
    database.close()


def test_an_upgraded_database_whose_ticket_is_another_one_there_does_not_start(scene: Scene) -> None:
    made = {"by": "Lerato Mokoena", "subject": "Late rider", "comment": "Where is it?", "form": "Customer Query"}
    other = scene.control("POST", "/zendesk/tickets", json=made)
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    assert scene.stage.bot is not None
    scene.stage.bot.stop()
    with sqlite3.connect(scene.stage.folder / "ato.sqlite3") as database:
        kept = database.execute("SELECT * FROM tickets").fetchall()
        database.execute("DELETE FROM tickets WHERE case_id <> ?", [case.id])
    before_accounts(scene.stage, other["id"])
    assert f"Ticket #{other['id']} of this database is another ticket" in refused(scene.stage)
    with sqlite3.connect(scene.stage.folder / "ato.sqlite3") as database:
        database.execute("DELETE FROM tickets")
        database.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?)", kept)
    database.close()
    scene.stage.start_bot()


def test_while_zendesk_is_down_an_upgraded_database_starts_and_writes_later(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    earlier = len(case.ticket()["comments"])
    scene.fault("zendesk", "down")
    with stopped(scene.stage):
        before_accounts(scene.stage)
    scene.command("mod", f"note {case.name} The customer called again.")
    scene.mend()
    eventually(lambda: len(case.ticket()["comments"]) > earlier, "the note follows", 60)
    assert "called again" in json.dumps(case.ticket())
