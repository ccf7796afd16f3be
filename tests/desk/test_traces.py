"""Every branch of every playbook does what its expected trace says; nothing can be taken out of a playbook unseen."""

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import PLAYBOOKS, check, load
from desk.playbook import Playbook
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


def seen(mutant: dict[str, Any], book: str, folder: Path) -> bool:
    """Say whether a check or a test notices: the loader refuses it, or a branch's trace differs."""
    file = folder / f"{book}.yaml"
    file.write_text(yaml.safe_dump(mutant, allow_unicode=True, sort_keys=False), encoding="utf-8")
    checked = check(file, SWITCHED_ON.get(book, {}))
    if not checked.sound or checked.playbook is None:
        return True
    return any(_differs(checked.playbook, book, name) for name in BOOKS[book].rehearsals)


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
    assert [path for path, mutant in mine if not seen(mutant, book, tmp_path)] == []
