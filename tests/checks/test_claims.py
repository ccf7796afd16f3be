"""What the documentation claims is proved: every row and promise names a test or a rehearsal, and it is there."""

import ast
import re
from pathlib import Path

import pytest

from config.marks import read_text

ROOT = Path(__file__).parents[2]
ROWS = [*(f"M{n}" for n in range(1, 117)), *(f"Q{n}" for n in range(1, 37))]
ACCEPTANCE = ROOT / "docs" / "acceptance.md"
OPEN = "not yet"
_SPAN = re.compile(r"`([^`\n]+)`")


def table() -> list[tuple[str, list[str]]]:
    """Give the rows of the acceptance page: an id, and the cells after it."""
    found = re.findall(r"^\| ([MQ]\d+) \|(.+)\|$", ACCEPTANCE.read_text("utf-8"), re.MULTILINE)
    return [(row, [cell.strip() for cell in rest.split("|")]) for row, rest in found]


def test_every_row_of_both_procedures_stands_once_and_in_order():
    assert [row for row, _ in table()] == ROWS


def names_of_tests(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions) and node.name.startswith("test_")}


def rehearsals() -> set[str]:
    folder = ROOT / "config" / "playbooks"
    found = {file.stem: read_text(file.read_text("utf-8"), file.name)[0] for file in folder.glob("*.yaml")}
    return {f"{name}/{branch}" for name, book in found.items() for branch in book.get("rehearsals", {})}


@pytest.mark.parametrize(("row", "cells"), table(), ids=lambda one: one if isinstance(one, str) else "")
def test_every_proof_of_a_row_is_there(row: str, cells: list[str]):
    proofs = _SPAN.findall(cells[-1])
    assert proofs or cells[-1].startswith(OPEN), f"{row} names neither a test nor “{OPEN}”"
    for proof in proofs:
        file, colons, name = proof.partition("::")
        if colons:
            path = ROOT / "tests" / file
            assert path.is_file(), f"{row}: there is no {path.relative_to(ROOT)}"
            assert name in names_of_tests(path), f"{row}: {file} has no {name}"
        else:
            assert proof in rehearsals(), f"{row}: there is no rehearsal {proof}"


# Claims and promises --------------------------------------------------------------------------------

CLAIMING = [ROOT / "docs" / name for name in ("threat-model.md", "reliability.md")]
_NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows(words: str) -> list[str]:
    """Give the rows of every table whose last column says what proves them."""
    tables = re.findall(r"^\|.+\| proved by \|\n\|[-|]+\|\n((?:\|.+\|\n)+)", words + "\n", re.MULTILINE)
    return [row for table in tables for row in table.splitlines()]


def promises(words: str) -> list[str]:
    """Give each promise with what belongs to it, up to the next one."""
    said = re.search(r"^## Promises\n(.+?)^## ", words, re.MULTILINE | re.DOTALL)
    return re.split(r"^(?=\*\*)", said[1], flags=re.MULTILINE)[1:] if said else []


def claims() -> list[str]:
    pages = [page.read_text("utf-8") for page in CLAIMING]
    return [claim for words in pages for claim in (*rows(words), *promises(words))]


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim[:40])
def test_every_claim_names_a_test_that_is_there(claim: str):
    cell = claim.rstrip("| \n").rpartition("|")[2] if claim.startswith("|") else claim
    named = _NAMED.findall(cell)
    assert named, claim
    for file, name in named:
        assert name in names_of_tests(ROOT / "tests" / file), f"{file} has no {name}: {claim}"


def test_every_table_of_claims_is_looked_at():
    counted = [(len(rows(page.read_text("utf-8"))), len(promises(page.read_text("utf-8")))) for page in CLAIMING]
    assert counted[0][0] >= 30
    assert counted[1] >= (26, 7)
    assert rows("| a | proved by |\n|---|---|\n| x | |") == ["| x | |"]
