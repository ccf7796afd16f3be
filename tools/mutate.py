"""Mutation testing of `desk/`: `python -m tools.mutate` puts in one-line faults and runs the fast tests against each.

A fault that no test notices survives and is printed as a diff. Lines are drawn by a seed, by default the first eight
hex digits of the commit, so that a draw can be repeated and a new commit gets a new one. The tests are run once without
a fault, which also shows the test files that run each line; those are asked first, the quickest before the others, and
the rest only when they notice nothing: a survivor survived every test. The working tree is copied; nothing in it is
changed. docs/decisions/0022-mutation-testing.md says why this is neither mutmut nor cosmic-ray.
"""

import argparse
import difflib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib.util import cache_from_source
from pathlib import Path
from queue import SimpleQueue

from tools.faults import Fault, applied, faults, is_valid

ROOT = Path(__file__).parents[1]
TESTS = ("tests/desk", "tests/wire", "tests/engine")
LIMIT = 900.0
"""Seconds a run of the tests may take; a fault that makes them hang counts as killed."""
NO_TESTS = (4, 5)
"""Exit codes of pytest for a wrong command line and for no tests: neither says anything about a fault."""
PROFILE = {"HYPOTHESIS_PROFILE": "mutate"}
"""A fault need not be shrunk to a small example, and the same examples are drawn each time."""


class CannotRun(Exception):
    """The tests cannot judge a fault; the message says why."""


@dataclass(frozen=True)
class Mutant:
    """One fault in one file, relative to the root."""

    file: str
    fault: Fault

    def __str__(self) -> str:
        """Format as `file:line: kind`."""
        return f"{self.file}:{self.fault.line}: {self.fault.kind}"


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: `killed`, `timeout` (killed, too) or `survived`, and the test that noticed it."""

    file: str
    line: int
    kind: str
    outcome: str
    by: str
    seconds: float
    diff: str


@dataclass(frozen=True)
class Covered:
    """Test files by source file and line, and how long each takes, as `tools.covered` writes them."""

    lines: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def rounds(self, mutant: Mutant) -> list[list[str]]:
        """Order the test files: those that run the line, else anything of its module; then all others."""
        module = self.lines.get(mutant.file, {})
        first = set(module.get(str(mutant.fault.line), ())) or {one for tests in module.values() for one in tests}
        quickest = sorted(self.seconds, key=self.seconds.__getitem__)
        both = [one for one in quickest if one in first], [one for one in quickest if one not in first]
        return [files for files in both if files]


def sources(root: Path) -> dict[str, str]:
    """Read every module of the desk, by its path."""
    return {file.relative_to(root).as_posix(): file.read_text("utf-8") for file in sorted(root.glob("desk/**/*.py"))}


def draw(texts: dict[str, str], seed: str, count: int) -> Iterator[Mutant]:
    """Draw `count` lines that can be faulty, and one valid fault for each."""
    by_line: dict[tuple[str, int], list[Fault]] = {}
    for file, text in texts.items():
        for fault in faults(text):
            by_line.setdefault((file, fault.line), []).append(fault)
    dice = random.Random(int(seed, 16))  # noqa: S311 - a draw that can be repeated
    places = sorted(by_line)
    dice.shuffle(places)
    for place in places:
        fault = dice.choice(by_line[place])
        if count > 0 and is_valid(texts[place[0]], fault):
            count -= 1
            yield Mutant(place[0], fault)


def diff(mutant: Mutant, text: str) -> str:
    """Show a mutant as a unified diff."""
    before, after = text.splitlines(), applied(text, mutant.fault).splitlines()
    return "\n".join(difflib.unified_diff(before, after, mutant.file, mutant.file, lineterm="", n=2))


# Running --------------------------------------------------------------------------------------


def copy_tree(root: Path, into: Path) -> Path:
    """Copy the tracked and new files of the working tree."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, into / name)
    return into


def run_tests(tree: Path, tests: Sequence[str], limit: float, *options: str, **more: str) -> tuple[str, str]:
    """Run the tests in a copy: `survived` when all pass, and which failed. `more` is environment.

    Raises CannotRun when there was nothing to run.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | more
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "-p", "no:cacheprovider", *options, *tests]
    with tempfile.TemporaryFile("w+") as output:
        try:
            done = subprocess.run(  # noqa: S603 - our own tests
                command, cwd=tree, stdout=output, stderr=output, timeout=limit, check=False, env=environment
            )
        except subprocess.TimeoutExpired:
            return "timeout", ""
        output.seek(0)
        said = output.read()
    if done.returncode in NO_TESTS:
        raise CannotRun(f"pytest ended with {done.returncode}:\n{said[-2000:]}")
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    return "killed" if done.returncode else "survived", failed[1] if failed else ""


def look(tree: Path, tests: Sequence[str], limit: float) -> Covered:
    """Run the tests without a fault and see what they cover. Raises CannotRun when they fail."""
    kept = tree.with_suffix(".json")
    if run_tests(tree, tests, limit, "-p", "tools.covered", COVERED=str(kept))[0] != "survived":
        raise CannotRun("The tests fail without any fault, or take longer than the limit: mend that first.")
    return Covered(**json.loads(kept.read_text("utf-8")))


def try_one(mutant: Mutant, tree: Path, rounds: Sequence[Sequence[str]], limit: float) -> Outcome:
    """Put a mutant into a copy, run the tests until one notices it, and put the file back."""
    file = tree / mutant.file
    text = file.read_text("utf-8")
    began, outcome, by = time.monotonic(), "survived", ""
    _write(file, applied(text, mutant.fault))
    try:
        for tests in rounds:
            if outcome == "survived":
                outcome, by = run_tests(tree, tests, limit, **PROFILE)
    finally:
        _write(file, text)
    seconds = round(time.monotonic() - began, 1)
    return Outcome(mutant.file, mutant.fault.line, mutant.fault.kind, outcome, by, seconds, diff(mutant, text))


def _write(file: Path, text: str) -> None:
    """Write a module and drop its bytecode, which is known by size and whole seconds only."""
    file.write_text(text, "utf-8")
    Path(cache_from_source(str(file))).unlink(missing_ok=True)


def try_all(mutants: Sequence[Mutant], tests: Sequence[str], jobs: int, limit: float) -> Iterator[Outcome]:
    """Try every mutant in `jobs` copies at once. Raises CannotRun when the tests fail without a fault."""
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder, ThreadPoolExecutor(jobs) as pool:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            trees.put(copy_tree(ROOT, Path(folder) / str(number)))
        first = trees.get()
        covered = look(first, tests, limit)
        trees.put(first)

        def one(mutant: Mutant) -> Outcome:
            tree = trees.get()
            try:
                return try_one(mutant, tree, covered.rounds(mutant), limit)
            finally:
                trees.put(tree)

        yield from pool.map(one, mutants)


# The command ----------------------------------------------------------------------------------


def _git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own words


def report(outcomes: Iterable[Outcome], seed: str, *, as_json: bool) -> int:
    """Print every outcome as it comes, then the survivors; 1 when there is one."""
    found = []
    for one in outcomes:
        found.append(one)
        words = f"{one.outcome:9}{one.seconds:6.1f} s  {one.file}:{one.line}: {one.kind}  {one.by}"
        print(words.rstrip(), file=sys.stderr, flush=True)
    left = [one for one in found if one.outcome == "survived"]
    if as_json:
        print(json.dumps({"seed": seed, "tried": len(found), "survived": len(left), "mutants": [*map(asdict, found)]}))
    else:
        print(*(f"\n{one.diff}" for one in left), sep="\n")
        print(f"\nSeed {seed}: {len(found) - len(left)} of {len(found)} killed, {len(left)} survived.")
    return 1 if left else 0


def main(given: Sequence[str] | None = None) -> int:
    """Draw mutants, then list or try them; exit code 1 when one survives, 2 when none could be tried."""
    parser = argparse.ArgumentParser(
        prog="tools.mutate", description="Put one-line faults into desk/ and see whether the fast tests notice."
    )
    parser.add_argument("--count", type=int, default=40, help="how many lines are drawn (40)")
    parser.add_argument("--seed", help="hex digits; left out, the first eight of the commit")
    parser.add_argument("--list", action="store_true", help="show what would be tried, and try nothing")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument("--jobs", type=int, default=2, help="how many are tried at once (2)")
    parser.add_argument("--limit", type=float, default=LIMIT, help=f"seconds a run of the tests may take ({LIMIT:.0f})")
    parser.add_argument("--tests", nargs="+", default=TESTS, help=f"what is run ({' '.join(TESTS)})")
    asked = parser.parse_args(given)
    seed = asked.seed or _git(ROOT, "rev-parse", "HEAD")[:8]
    texts = sources(ROOT)
    drawn = list(draw(texts, seed, asked.count))
    if asked.list:
        print(*(f"{one}\n{diff(one, texts[one.file])}\n" for one in drawn), f"Seed {seed}.", sep="\n")
        return 0
    try:
        return report(try_all(drawn, asked.tests, asked.jobs, asked.limit), seed, as_json=asked.json)
    except CannotRun as why:
        print(why, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
