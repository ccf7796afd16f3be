"""History of benchmark runs: one JSON line per complete run, for trends."""

import json
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure

FILE = Path(__file__).with_name("history.jsonl")


def line(figures: Iterable[Figure], at: datetime, commit: str) -> str:
    """Format a run: time, commit, and each figure's value with its ratio if any."""
    kept = {one.name: [_short(one.value), *([] if one.ratio is None else [_short(one.ratio)])] for one in figures}
    about = {"at": at.isoformat(timespec="seconds"), "commit": commit, "figures": kept}
    return json.dumps(about, ensure_ascii=False)


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def keep(figures: Iterable[Figure], file: Path = FILE) -> None:
    """Append the run that just ended."""
    with file.open("a", encoding="utf-8") as kept:
        kept.write(line(figures, datetime.now(UTC), _commit()) + "\n")


def _commit() -> str:
    """Return the measured commit, with `+` for a modified tree; empty when unknown."""
    words = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    done = subprocess.run(  # noqa: S603 - our own words
        words, capture_output=True, text=True, check=False, cwd=FILE.parent
    )
    return done.stdout.strip()
