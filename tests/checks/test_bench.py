"""How benchmarks judge and keep what they measured. What they measure is measured by `make bench`, not here."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import history
from benchmarks.__main__ import PARTS, SHORT
from benchmarks.figures import Aim, Figure, Rounds, at_best, better, interleave


def figure(ratio: float, way: str = "≥", of: float = 0.6) -> Figure:
    return Figure("a click", 5.0, "ms", 2.0, ratio, Aim(way, of))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "met", "fails"),
    [
        (figure(0.61), True, False), (figure(0.41), False, False), (figure(0.39), False, True),
        (figure(1.9, "≤", 2), True, False), (figure(2.9, "≤", 2), False, False), (figure(3.1, "≤", 2), False, True),
        (Figure("told only", 5.0, "ms"), True, False),
    ],
)  # fmt: skip
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


def test_a_short_run_measures_parts_there_are() -> None:
    assert set(SHORT) < set(PARTS)
