"""Some seconds of faults and kills in every build: nothing lost, doubled or disordered, and it stops when it is told to."""

import pytest

from ops.stage import stage
from tools.torture.run import EXTRA, Report, Torture, Wish


@pytest.fixture(scope="module")
def report() -> Report:
    with stage(EXTRA, bot=False) as built:
        return Torture(built, Wish(minutes=0.4, seed=11)).run()


@pytest.mark.timeout(360)
def test_a_short_torture_does_no_damage(report: Report) -> None:
    figures = report.figures()
    assert figures["sentences"] == {"lost": [], "doubled": [], "disordered": [], "astray": []}


@pytest.mark.timeout(360)
def test_it_was_torture(report: Report) -> None:
    assert report.kills.all >= 3
    assert report.kills.in_flight >= 1
    assert sum(report.faults.values()) >= 3
    assert report.cases >= 4
    assert report.acts >= 10


@pytest.mark.timeout(360)
def test_told_to_stop_it_stops_within_ten_seconds(report: Report) -> None:
    assert report.seconds_to_stop < 10
