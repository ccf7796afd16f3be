"""`python -m benchmarks`: measures everything, prints the table and one JSON line for each figure."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks import bursting, living, starting, ticking
from benchmarks.answering import Answering
from benchmarks.figures import Figure, show
from benchmarks.filling import play
from benchmarks.running import BenchFailed, Ground, Loader, ground

Part = Callable[[Ground, bool], list[Figure]]


def _answering(made: Ground, short: bool) -> Answering:
    loader = Loader(made.start("benchmarks.load"))
    played = made.folder / "played.sqlite3"
    return Answering(made, loader, played, 3 if short else 5, 400 if short else 2000)


PARTS: dict[str, Part] = {
    "command": lambda made, short: _answering(made, short).commands(),
    "click": lambda made, short: _answering(made, short).clicks(0 if short else 7600),
    "webhook": lambda made, short: _answering(made, short).webhooks(),
    "screens": lambda made, short: _answering(made, short).screens(10_000 if short else 100_000),
    "tick": lambda made, short: ticking.measure(made, made.folder / "played.sqlite3", short=short),
    "start": lambda made, short: starting.measure(made, short=short),
    "life": lambda _, short: living.measure(short=short),
    "burst": lambda _, short: [] if short else bursting.measure(),
}


def measure(names: list[str], short: bool) -> Iterator[Figure]:
    """Measure part after part; each begins with nothing running beside it."""
    with ground() as made:
        play(made.folder)
        for name in names:
            since = time.monotonic()
            try:
                for figure in PARTS[name](made, short):
                    print(figure.line(), flush=True)
                    yield figure
            finally:
                for process in list(made.started):
                    made.end(process)
            print(f"{name}: {time.monotonic() - since:.0f} s", file=sys.stderr)


def main() -> int:
    """Give 1 when a figure falls below two thirds of its aim, or could not be measured."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; left out, all")
    parser.add_argument("--short", action="store_true", help="fewer rounds and smaller databases")
    asked = parser.parse_args()
    try:
        figures = list(measure(asked.parts or list(PARTS), asked.short))
    except BenchFailed as failed:
        print(f"This was not measured: {failed}", file=sys.stderr)
        return 1
    show(figures, sys.stderr)
    return 1 if any(one.fails for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
