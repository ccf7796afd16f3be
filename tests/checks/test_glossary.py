"""The glossary names what is there: each term its file, and the file defines the name."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "glossary.md"
_ROW = re.compile(r"^\| (?P<term>[^|]+) \| (?P<words>[^|]+) \| `(?P<name>\w+)` in `(?P<path>[^`]+)` \|$")


def rows() -> list[re.Match[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    found = [_ROW.match(line) for line in lines]
    assert all(found), [line for line, row in zip(lines, found, strict=True) if not row]
    return [row for row in found if row]


def defined(source: str) -> set[str]:
    """Give the names that a module defines at its top; an import defines nothing."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["term"])
def test_every_term_is_defined_where_the_glossary_says(row: re.Match[str]):
    file = ROOT / row["path"]
    assert file.is_file(), f"{row['term']}: there is no {row['path']}"
    assert row["name"] in defined(file.read_text("utf-8")), f"{row['term']}: {row['path']} defines no {row['name']}"


def test_terms_stand_once_and_in_order():
    terms = [row["term"].casefold() for row in rows()]
    assert terms == sorted(set(terms))


def test_the_nouns_of_the_house_are_in_the_glossary():
    nouns = (ROOT / "docs" / "design.md").read_text("utf-8").partition("## Seven nouns")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (\w+) \| [^|]+ \| `", nouns, re.MULTILINE)
    assert len(found) == 7
    assert set(found) <= {row["term"] for row in rows()}


def test_the_glossary_is_a_page_of_the_documentation():
    nav = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2]
    assert "glossary.md" in str(yaml.safe_load(nav))


@pytest.mark.parametrize("source", ["from desk.values import Line", "def f():\n    Line = 1", "Lines = 1"])
def test_a_name_that_is_not_defined_would_be_noticed(source: str):
    assert "Line" not in defined(source)
