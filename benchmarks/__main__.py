"""`python -m benchmarks`: measures everything, prints the table and one JSON line for each figure."""

import argparse
import sys
import time
from collections.abc import Callable

from benchmarks import bursting, history, living, starting, tapping, ticking
from benchmarks.answering import Answering
from benchmarks.figures import Figure, at_best, better, show
from benchmarks.filling import play
from benchmarks.running import BenchFailed, Ground, Loader, ground

Part = Callable[[Ground, bool], list[Figure]]


def _answering(made: Ground, short: bool) -> Answering:
    loader = Loader(made.start("benchmarks.load"))
    played = made.folder / "played.sqlite3"
    return Answering(made, loader, played, 3 if short else 5, 400 if short else 2000, short)


PARTS: dict[str, Part] = {
    "command": lambda made, short: _answering(made, short).commands(),
    "click": lambda made, short: _answering(made, short).clicks(*((10_000,) if short else (100_000, 7600))),
    "postgres": lambda made, short: _answering(made, short).clicks_on_postgres(10_000 if short else 100_000),
    "webhook": lambda made, short: _answering(made, short).webhooks(),
    "screens": lambda made, short: _answering(made, short).screens(10_000 if short else 100_000),
    "tick": lambda made, short: ticking.measure(made, made.folder / "played.sqlite3", short=short),
    "start": lambda made, short: starting.measure(made, short=short),
    "life": lambda _, short: living.measure(short=short),
    "tap": lambda made, _: tapping.measure(made.folder / "played.sqlite3", made.folder / "tap.sqlite3"),
    "burst": lambda _, short: [] if short else bursting.measure(),
}
SHORT = ("command", "click", "webhook", "screens", "tick")
"""What a short run measures: only what is compared with something measured right beside it, and stands clear of two
thirds of its aim."""
TRIES = 3
"""How often a short run measures a part in which a figure fails, before it is believed."""


def measure(names: list[str], short: bool) -> list[Figure]:
    """Run the parts in order."""
    figures: list[Figure] = []
    with ground() as made:
        play(made.folder)
        for name in names:
            since = time.monotonic()
            figures += _part(made, name, short)
            print(f"{name}: {time.monotonic() - since:.0f} s", file=sys.stderr)
    return figures


def _part(made: Ground, name: str, short: bool) -> list[Figure]:
    """Measure a part; if a figure fails, measure again in a short run and keep the better."""
    found = _once(made, name, short)
    for _ in range(TRIES - 1 if short else 0):
        if any(one.fails for one in found):
            found = [better(*pair) for pair in zip(found, _once(made, name, short), strict=True)]
    for figure in found:
        print(figure.line(), flush=True)
    return found


def _once(made: Ground, name: str, short: bool) -> list[Figure]:
    """Measure a part once, with nothing running before or after."""
    try:
        found = PARTS[name](made, short)
        return [at_best(one) for one in found] if short else found
    finally:
        for process in list(made.started):
            made.end(process)
        for file in made.folder.iterdir():  # the log of a database that is gone would be taken for the next one's
            if file.name != "played.sqlite3":
                file.unlink()


def main() -> int:
    """Exit 1 when a figure is below two thirds of its aim or could not be measured."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; left out, all")
    parser.add_argument("--short", action="store_true", help="fewer rounds and smaller databases")
    asked = parser.parse_args()
    every = list(SHORT if asked.short else PARTS)
    try:
        figures = measure(asked.parts or every, asked.short)
    except BenchFailed as failed:
        print(f"This was not measured: {failed}", file=sys.stderr)
        return 1
    show(figures, sys.stderr)
    if not (asked.short or asked.parts):
        history.keep(figures)
    return 1 if any(one.fails for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
