"""Every branch of every playbook does what its expected trace says; nothing can be taken out of a playbook unseen."""

import copy
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import PLAYBOOKS, check, load
from desk.playbook.model import Playbook
from ops.rehearse import unplayed
from tests.desk.trace import trace

EXPECTED = Path(__file__).parent / "expected"
SWITCHED_ON = {"mr_d": {"back_office": "http", "google_chat": "on"}}
"""Everything an installation may switch on is on, so that nothing hides behind a switch."""
BOOKS = dict(load(PLAYBOOKS, (), SWITCHED_ON))
NAMES = [(book, name) for book in sorted(BOOKS) for name in BOOKS[book].rehearsals]


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
    less = BOOKS["mr_d"].model_copy(
        update={"rehearsals": {"false_alarm": BOOKS["mr_d"].rehearsals["false_alarm"]}}
    )
    left = list(unplayed(less))
    assert {"mr_d/reactivate:stays", "mr_d/call.feedback", "mr_d/call:no_answer"} <= set(left)
    assert "mr_d/suspend:not_a_takeover" not in left


def mutants(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Take out, one at a time, each effect, outcome, text, part and deadline."""
    for path in _removable(raw):
        mutant = copy.deepcopy(raw)
        inner: Any = mutant
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        yield ".".join(map(str, path)), mutant


def _removable(raw: dict[str, Any]) -> Iterator[list[Any]]:
    for name, step in raw["steps"].items():
        if step.get("enabled") in (False, "false"):
            continue
        yield from _of_piece(["steps", name], step)
        for kind in ("outcomes", "parts"):
            for inner, piece in (step.get(kind) or {}).items():
                yield ["steps", name, kind, inner]
                if kind == "outcomes" or piece.get("enabled") not in (False, "false"):
                    yield from _of_piece(["steps", name, kind, inner], piece or {})


def _of_piece(path: list[Any], piece: dict[str, Any]) -> Iterator[list[Any]]:
    yield from ([*path, "due"] for _ in range("due" in piece))
    for kind in ("does", "says", "shows", "chase"):
        found = piece.get(kind) or []
        yield from (
            [*path, kind, index] for index in range(len(found) if isinstance(found, list) else 0)
        )


def seen(mutant: dict[str, Any], book: str, step: str, folder: Path) -> bool:
    """Say whether a check or a test notices: the loader refuses it, or a branch's trace differs."""
    file = folder / f"{book}.yaml"
    file.write_text(json.dumps(mutant), encoding="utf-8")  # JSON is YAML
    checked = check(file, SWITCHED_ON.get(book, {}))
    if not checked.sound or checked.playbook is None:
        return True
    return any(_differs(checked.playbook, book, name) for name in _nearest(book, step))


def _nearest(book: str, step: str) -> list[str]:
    """Name the rehearsals, first those whose trace does something with this step."""
    return sorted(BOOKS[book].rehearsals, key=lambda name: not _done_in(book, name, step))


@cache
def _done_in(book: str, name: str, step: str) -> bool:
    did = re.compile(rf"\w+: {step}\b")
    return any(did.match(line) for line in expected(book, name))


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
def test_nothing_can_be_taken_out_unseen(book: str, piece: int, tmp_path: Path) -> None:
    raw = yaml.safe_load((PLAYBOOKS / f"{book}.yaml").read_text(encoding="utf-8"))
    mine = list(mutants(raw))[piece::PIECES]
    assert mine
    assert [
        path for path, mutant in mine if not seen(mutant, book, path.split(".")[1], tmp_path)
    ] == []
