"""`make prove`: tests that take longer than a change should wait for; each whole run adds a line to docs/prove.md."""

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

KEPT = Path(__file__).parents[1] / "docs" / "prove.md"


class Seen:
    """What became of each test, and the figures it gave."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts: Counter[str] = Counter()
        self.figures: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once: as it ended, or as it failed before or after."""
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.outcome] += 1
        if report.when == "call":
            self.figures += [f"{name}: {value}" for name, value in report.user_properties]


def main(options: list[str]) -> int:
    """Run them; with options of pytest's it is not a whole run, and nothing is kept."""
    seen, began = Seen(), time.monotonic()
    ended = int(pytest.main(["-m", "prove", *options], [seen]))
    if not options and seen.counts:
        with KEPT.open("a", encoding="utf-8") as kept:
            kept.write(line(seen, datetime.now(UTC), commit(), time.monotonic() - began))
    return ended


def line(seen: Seen, at: datetime, of: str, seconds: float) -> str:
    """Give the row of a run."""
    counted = ", ".join(f"{number} {outcome}" for outcome, number in sorted(seen.counts.items()))
    cells = (f"{at:%Y-%m-%d %H:%M}", of, counted, f"{seconds / 60:.0f}", "<br>".join(seen.figures))
    return f"| {' | '.join(cells)} |\n"


def commit() -> str:
    """Name the commit, with a plus where something is not committed."""
    words = ["git", "describe", "--always", "--exclude=*", "--dirty=+"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - no word from outside
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
