"""Every branch of every playbook does what its expected trace says; nothing can be taken out of a playbook unseen."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.lint import lint
from config.load import PLAYBOOKS, load, parse
from config.marks import Problem, Source, Where, read
from config.placeholders import put_in
from desk.playbook.model import Playbook
from ops.rehearse import unplayed
from tests.desk.trace import trace

EXPECTED = Path(__file__).parent / "expected"
SWITCHED_ON = {"mr_d": {"back_office": "http", "google_chat": "on"}}
"""Everything an installation may switch on is on, so that nothing hides behind a switch."""
BOOKS = dict(load(PLAYBOOKS, (), SWITCHED_ON))
NAMES = [(book, name) for book in sorted(BOOKS) for name in BOOKS[book].rehearsals]


@cache
def expected(book: str, name: str) -> list[str]:
    return (EXPECTED / f"{book}.{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("book", "name"), NAMES)
def test_a_branch_does_what_its_trace_says(book: str, name: str) -> None:
    lines = list(trace(BOOKS[book], BOOKS[book].rehearsals[name]))
    if os.environ.get("ATO_WRITE_TRACES"):
        EXPECTED.mkdir(exist_ok=True)
        (EXPECTED / f"{book}.{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "\n".join(lines).splitlines() == expected(book, name)


@pytest.mark.parametrize("book", sorted(BOOKS))
def test_every_branch_is_played_to_its_end(book: str) -> None:
    assert list(unplayed(BOOKS[book])) == []
    assert [name for name, one in BOOKS[book].rehearsals.items() if not one.expect["ending"]] == []


def test_a_branch_that_nobody_plays_is_named() -> None:
    less = BOOKS["mr_d"].model_copy(update={"rehearsals": {"false_alarm": BOOKS["mr_d"].rehearsals["false_alarm"]}})
    left = list(unplayed(less))
    assert {"mr_d/reactivate:stays", "mr_d/call.feedback", "mr_d/call:no_answer"} <= set(left)
    assert "mr_d/suspend:not_a_takeover" not in left


def mutants(raw: dict[str, Any]) -> Iterator[tuple[Where, dict[str, Any]]]:
    """Take out, one at a time, each effect, outcome, text, part and deadline; what is not on the way to it is shared."""
    for path in _removable(raw):
        yield path, _without(raw, path)


def _without(data: Any, path: Where) -> Any:
    copied = data.copy()
    if len(path) == 1:
        del copied[path[0]]
    else:
        copied[path[0]] = _without(data[path[0]], path[1:])
    return copied


def _removable(raw: dict[str, Any]) -> Iterator[Where]:
    for name, step in raw["steps"].items():
        if step.get("enabled") in (False, "false"):
            continue
        yield from _of_piece(("steps", name), step)
        for kind in ("outcomes", "parts"):
            for inner, piece in (step.get(kind) or {}).items():
                yield ("steps", name, kind, inner)
                if kind == "outcomes" or piece.get("enabled") not in (False, "false"):
                    yield from _of_piece(("steps", name, kind, inner), piece or {})


def _of_piece(path: Where, piece: dict[str, Any]) -> Iterator[Where]:
    yield from ((*path, "due") for _ in range("due" in piece))
    for kind in ("does", "says", "shows", "chase"):
        found = piece.get(kind) or []
        yield from ((*path, kind, index) for index in range(len(found) if isinstance(found, list) else 0))


def seen(book: str, mutant: dict[str, Any], path: Where) -> bool:
    """Say whether a check or a test notices: the loader refuses it, or a branch's trace differs.

    It is over with the first that does, so what is likely to notice soonest is asked first.
    """
    _, source = original(book)
    filled, unfilled = put_in(mutant, source, SWITCHED_ON.get(book, {}))
    changed, wrong = parse(filled, source)
    if changed is None or _refused((*unfilled, *wrong)):
        return True
    nearest = sorted(BOOKS[book].rehearsals, key=lambda name: _first(book, name, path))
    return any(_differs(changed, book, name) for name in nearest) or _refused(lint(changed, source))


@cache
def original(book: str) -> tuple[dict[str, Any], Source]:
    return read(PLAYBOOKS / f"{book}.yaml")


def _refused(problems: Iterable[Problem]) -> bool:
    return any(not problem.warning for problem in problems)


def _first(book: str, name: str, path: Where) -> int:
    """Find the line of a branch's trace that first has to do with a piece; a branch without one is played last."""
    _, step, kind, inner, *_ = (*map(str, path), "", "")
    piece = {"outcomes": rf"{step} {inner}", "parts": rf"{step}\.{inner}"}.get(kind, step)
    did = re.compile(rf"(\w+|  owed): {piece}\b")
    lines = expected(book, name)
    return next((at for at, line in enumerate(lines) if did.match(line)), sys.maxsize)


def _differs(changed: Playbook, book: str, name: str) -> bool:
    wanted = iter(expected(book, name))
    if name not in changed.rehearsals:
        return True
    for line in trace(changed, changed.rehearsals[name]):
        if any(part != next(wanted, None) for part in line.splitlines() or [""]):
            return True
    return next(wanted, None) is not None


PIECES = 8
"""The work is cut so that both cores share it."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("piece", range(PIECES))
@pytest.mark.parametrize("book", sorted(BOOKS))
def test_nothing_can_be_taken_out_unseen(book: str, piece: int) -> None:
    mine = list(mutants(original(book)[0]))[piece::PIECES]
    assert mine
    assert [path for path, mutant in mine if not seen(book, mutant, path)] == []


def test_what_changes_nothing_is_not_taken_for_seen() -> None:
    raw, _ = original("qualia_connect")
    assert not seen("qualia_connect", raw, ("steps", raw["opens_with"]))
