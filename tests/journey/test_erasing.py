"""A closed case is erased from the terminal: nothing personal is left in the database's bytes or in Slack, and the rest still counts."""

import csv
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from config.load import load
from desk.playbook.model import Deed
from ops.cli import app
from ops.exits import WRONG
from ops.player import Player
from tests.journey.scene import DATA, Scene, eventually, private, words
from tests.lending import Lent

MARKS = {
    "name": "Quillonia",
    "surname": "Zemberwick",
    "email": "quillonia.zemberwick@example.com",
    "phone": "082 555 0199",
    "customer_id": "2048811",
}
SEEN = ("Quillonia", "Zemberwick", "quillonia.zemberwick", "555 0199", "825550199", "198.51.100.77")
LOGS = "\n".join(f"18:{n % 60:02d} DFD-77118 R 412.00 from 198.51.100.77 to a new address" for n in range(48))


@dataclass
class Closed:
    """A case that was played to its end, and what was there before anything was erased."""

    scene: Scene
    keys: tuple[bytes, ...]

    def ato(self, *typed: str) -> Result:
        return CliRunner().invoke(app, list(typed), env=self.scene.stage.environment())

    @property
    def database(self) -> Path:
        return self.scene.stage.folder / "ato.sqlite3"

    def rows(self, table: str) -> int:
        with sqlite3.connect(self.database) as there:
            return int(there.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - the test's own

    def in_slack(self) -> str:
        """Everything that stands in Slack but what people themselves typed."""
        return json.dumps(self.scene.control("GET", "/slack/state"), ensure_ascii=False)

    def bytes(self) -> bytes:
        """The database's own files."""
        return b"".join(
            file.read_bytes()
            for file in sorted(self.database.parent.glob("ato.sqlite3*"))
            if not file.name.endswith("-shm")
        )


@pytest.fixture(scope="module")
def closed(lent: Lent) -> Closed:
    book = load(names=["mr_d"])["mr_d"]
    built = lent.fresh()
    player = Player(built, book)
    for deed in book.rehearsals["unchanged"].deeds:
        player.play(marked(deed))
    scene = Scene(built)
    eventually(lambda: "closed" in words(scene.channel(DATA)[0]), "the case is closed")
    with sqlite3.connect(built.folder / "ato.sqlite3") as there:
        keys = tuple(row[0] for row in there.execute("SELECT wrapped FROM case_keys"))
    return Closed(scene, keys)


def marked(deed: Deed) -> Deed:
    """The same deed about somebody whose values are found wherever they are."""
    fill = {name: MARKS.get(name, value) for name, value in deed.fill.items()}
    return deed.model_copy(update={"fill": fill | ({"logs": LOGS} if "logs" in fill else {})})


def test_before_it_is_erased_the_case_is_full_of_them(closed: Closed) -> None:
    there = closed.in_slack()
    assert all(mark in there for mark in ("Quillonia", "Zemberwick", "quillonia.zemberwick"))
    assert closed.keys
    assert all(key in closed.bytes() for key in closed.keys)


def test_first_it_is_said_what_would_go(closed: Closed) -> None:
    before = closed.rows("vault")
    told = closed.ato("erase", "ATO-1")
    assert told.exit_code == 0, told.output
    assert "personal values and" in told.output
    assert "Nothing was changed." in told.output
    assert told.output.count("Redact in Zendesk:") == 2
    assert closed.rows("vault") == before


def test_on_hold_nothing_goes(closed: Closed) -> None:
    assert closed.ato("hold", "ATO-1", "--reason", "a claim is open").exit_code == 0
    refused = closed.ato("erase", "ATO-1", "--yes")
    assert (refused.exit_code, "legal hold" in refused.output) == (WRONG, True)
    assert closed.rows("vault")
    assert closed.ato("release", "ATO-1").exit_code == 0


def test_erased_nothing_is_left_in_the_database_or_in_slack(closed: Closed) -> None:
    told = closed.ato("erase", "ATO-1", "--yes")
    assert told.exit_code == 0, told.output
    assert "are gone for good" in told.output
    left = closed.bytes()
    assert not [key for key in closed.keys if key in left]
    assert (closed.rows("vault"), closed.rows("digests")) == (0, 0)
    eventually(lambda: not [mark for mark in SEEN if mark in closed.in_slack()], "Slack is written over", 40)
    state = closed.scene.control("GET", "/slack/state")
    assert not [file for file in state["files"] if file["name"].startswith("ATO-1")]
    assert not closed.scene.stage.bot or closed.ato("effects", "list").exit_code == 0


def test_the_chain_still_fits_and_figures_still_count_it(closed: Closed, tmp_path: Path) -> None:
    told = closed.ato("audit", "verify")
    assert "0 cases not whole" in told.output
    assert closed.ato("export", "--to", str(tmp_path)).exit_code == 0
    (row,) = csv.DictReader((tmp_path / "cases.csv").read_text("utf-8").splitlines())
    assert (row["case"], row["ending"]) == ("ATO-1", "completed")


def test_whoever_looks_finds_a_case_without_a_customer(closed: Closed) -> None:
    told = private(closed.scene.command("mod", f"find {MARKS['email']}"))
    assert "ATO-1" not in told
    shown = json.dumps(closed.scene.command("data", "ATO-1"), ensure_ascii=False)
    assert "[erased]" in shown
    assert not [mark for mark in SEEN if mark in shown]


def test_again_there_is_nothing_to_erase_and_an_unknown_case_is_named(closed: Closed) -> None:
    assert "0 personal values" in closed.ato("erase", "ATO-1").output
    unknown = closed.ato("erase", "ATO-99", "--yes")
    assert (unknown.exit_code, "There is no case ATO-99." in unknown.output) == (WRONG, True)
