"""Every rehearsal is played, with the log at its most talkative and trouble on the way: what is personal is found only where people have to read it.

The rehearsals' personal values are exchanged for others that stand nowhere else, and a note brings words that nobody would use.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.cli import app
from tests.journey.leaking import (
    BOOKS,
    MARKS,
    NOTED,
    UNMARKED,
    WROTE,
    Left,
    found_in,
    marked,
    played,
    unpacked,
)


@pytest.fixture(scope="module")
def left() -> Iterator[Left]:
    every = {name: [one.deeds for one in book.rehearsals.values()] for name, book in BOOKS.items()}
    with played({}, every) as all_of_it:
        yield all_of_it


def test_every_personal_answer_of_the_rehearsals_is_marked() -> None:
    plain = {
        (name, field)
        for name, book in BOOKS.items()
        for one in book.rehearsals.values()
        for deed in one.deeds
        for field, raw in deed.fill.items()
        if book.fields[field].personal and marked(deed, book).fill[field] == raw
    }
    assert plain == UNMARKED


def test_marked_values_are_found_only_where_they_belong(left: Left, tmp_path: Path) -> None:
    """The positive first: where people work they are all there, or the rest would prove nothing."""
    there = found_in(left.private() + left.tickets)
    assert {
        "NalediQzwort",
        "qz.werner.vanwyk@example.com",
        "Quilwort",
        "198.51.100.77",
        "27825557142",
        "390669827234",
        *NOTED,
    } <= set(there)
    assert len(there) > len(MARKS) / 2, set(MARKS) - set(there)
    assert "Quaggavlei" in found_in(json.dumps(left.asked)), "it was typed, and nobody is shown it"
    assert len(left.files("bot.log")) > 20_000
    assert len(left.files("ato.sqlite3*")) > 500_000
    ran = [
        CliRunner().invoke(app, typed, env=left.environment)
        for typed in (
            ["audit", "verify"],
            ["effects", "list"],
            ["export", "--to", str(tmp_path)],
            ["audit", "export", left.case, "--to", str(tmp_path / "plain.zip")],
            ["audit", "export", left.case, "--to", str(tmp_path / "full.zip"), "--personal"],
            ["backup", str(tmp_path / "copy.sqlite3")],
        )
    ]
    assert [one.exit_code for one in ran] == [0, 0, 0, 0, 0, 0]
    assert {*NOTED, WROTE["email"]} <= set(found_in(unpacked(tmp_path / "full.zip")))
    copy = (tmp_path / "copy.sqlite3").read_bytes()
    assert len(copy) > 500_000
    reports = b"".join(file.read_bytes() for file in tmp_path.glob("*.csv"))
    nowhere = {
        "the database": left.files("ato.sqlite3*"),
        "a copy of the database": copy,
        "the log": left.files("bot.log"),
        "the figures": left.figures,
        "public channels": left.public(),
        "Slack's metadata": left.metadata(),
        "what the terminal says": "".join(one.output for one in ran),
        "the company's reports": reports,
        "an audit export that was not asked for values": unpacked(tmp_path / "plain.zip"),
    }
    assert {name: found for name, words in nowhere.items() if (found := found_in(words))} == {}


def test_a_ticket_holds_nobody_of_the_other_procedure(left: Left) -> None:
    """The customers of the two are different people, so what crosses over shows."""
    mine = [{one for one in MARKS if name in one} for name in ("AnnaQzwort", "NalediQzwort")]
    qualia, mr_d = (
        {*mine[0], "BianchiQzwort", "CarloQzwort", "NeriQzwort"},
        {*mine[1], "MahlanguQzwort", "WernerQzwort"},
    )
    told = [set(found_in(json.dumps(one), qualia | mr_d)) for one in json.loads(left.tickets)]
    assert any(one & qualia for one in told)
    assert any(one & mr_d for one in told)
    assert [one for one in told if one & qualia and one & mr_d] == []


def test_the_search_finds_what_it_looks_for(left: Left) -> None:
    for words in (
        json.dumps({"event_payload": {"key": "NalediQzwort"}}),
        "text=Hi+NalediQzwort%21",
        '{"body": "Hello\\nNalediQzwort_"}',
    ):
        assert found_in(words) == ["NalediQzwort"]
    assert found_in("q=qz.anna.bianchi%40example.com") == ["qz.anna.bianchi@example.com"]
    assert found_in('"a\\n3059111"') == ["3059111"]
    assert found_in("93059111 3059111f") == []
    assert left.metadata().count("event_payload") > 20
    assert left.metadata().count("step") > 20
    assert left.public() != "[]"
    assert len(MARKS) > 20
