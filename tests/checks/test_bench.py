"""How benchmarks judge and keep what they measured. What they measure is measured by `make bench`, not here."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks import databases, history
from benchmarks.__main__ import PARTS, SHORT
from benchmarks.answering import Answering
from benchmarks.databases import copied, select
from benchmarks.figures import Aim, Figure, Rounds, at_best, better, interleave
from integrations.store.upgrade import upgrade
from tests.postgres import need_postgres


def figure(ratio: float, way: str = "≥", of: float = 0.6) -> Figure:
    return Figure("a click", 5.0, "ms", 2.0, ratio, Aim(way, of))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "met", "fails"),
    [
        (figure(0.61), True, False),
        (figure(0.41), False, False),
        (figure(0.39), False, True),
        (figure(1.9, "≤", 2), True, False),
        (figure(2.9, "≤", 2), False, False),
        (figure(3.1, "≤", 2), False, True),
        (Figure("told only", 5.0, "ms"), True, False),
    ],
)
def test_two_thirds_of_an_aim_are_the_least(one: Figure, met: bool, fails: bool) -> None:
    assert (one.met, one.fails) == (met, fails)


def test_of_two_measurements_the_one_nearer_to_its_aim_counts() -> None:
    assert better(figure(0.3), figure(0.5)).ratio == 0.5
    assert better(figure(0.5), figure(0.3)).ratio == 0.5
    assert better(figure(2, "≤", 2), figure(4, "≤", 2)).ratio == 2


def test_a_short_run_believes_the_best_round() -> None:
    rounds = Rounds([4.0, 5.0], [2.0, 2.0])
    assert at_best(rounds.figure("a click", "ms", Aim("≥", 0.6), "", faster_is="less")).ratio == 0.5
    assert at_best(rounds.figure("a screen", "ms", Aim("≤", 2), "", faster_is="less")).ratio == 2
    assert at_best(figure(0.3)).ratio == 0.3


def test_rounds_take_turns_and_give_the_middle_one() -> None:
    asked: list[str] = []

    def measured(name: str, values: list[float]) -> float:
        asked.append(name)
        return values.pop()

    ours, limit = [4.0, 2.0, 8.0], [1.0, 1.0, 2.0]
    found = interleave(3, lambda _: measured("ours", ours), lambda _: measured("limit", limit))
    assert asked == ["ours", "limit", "limit", "ours", "ours", "limit"]
    kept = found.figure("a click", "ms", Aim("≥", 0.6), "one insert", faster_is="less")
    assert (kept.value, kept.limit, kept.ratio, kept.spread) == (4.0, 1.0, 0.25, (0.25, 0.5))
    assert Rounds([2.0], [1.0]).figure("more", "/s", Aim("≥", 0.6), "").ratio == 2


def test_a_run_is_one_line_of_the_history(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    for _ in range(2):
        history.keep([figure(0.123456), Figure("seconds", 1.5, "s")], file)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [one["figures"] for one in lines] == [{"a click": [5.0, 0.1235], "seconds": [1.5]}] * 2
    assert datetime.fromisoformat(lines[0]["at"]) <= datetime.now(UTC)


def test_the_history_that_is_kept_can_be_read() -> None:
    for line in history.FILE.read_text(encoding="utf-8").splitlines():
        kept = json.loads(line)
        assert datetime.fromisoformat(kept["at"]).tzinfo is not None
        assert "one case's life, processor seconds" in kept["figures"]


def test_a_postgresql_copy_holds_what_the_file_holds(tmp_path: Path) -> None:
    need_postgres()
    file = tmp_path / "some.sqlite3"
    upgrade(f"sqlite:///{file}")
    with sqlite3.connect(file) as some:
        some.execute("INSERT INTO deliveries VALUES ('d1', 'C1', '2025-03-03T09:00:00.000000Z')")
        some.execute("INSERT INTO searches (person, kind, at) VALUES ('U1', 'find', '2025-03-03T09:00:00.000000Z')")
    some.close()
    with copied(file) as made:
        for words in (
            "SELECT * FROM deliveries WHERE id = ?",
            "SELECT * FROM searches WHERE person = ?",
        ):
            about = ["d1" if "deliveries" in words else "U1"]
            assert select(made, words, about) == select(str(file), words, about)
            assert len(select(made, words, about)[1]) == 1


def test_without_a_server_a_click_on_postgresql_is_left_out_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(databases, "SERVER", "postgresql://postgres@127.0.0.1:1/test")
    nothing: Any = None
    assert Answering(nothing, nothing, nothing, 1, 5).clicks_on_postgres(9) == []
    assert "left out: no PostgreSQL at ATO_TEST_POSTGRES_URL" in capsys.readouterr().err


def test_a_short_run_measures_parts_there_are() -> None:
    assert set(SHORT) < set(PARTS)
