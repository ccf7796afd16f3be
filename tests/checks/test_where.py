""" "Where does it go?": every path and test the page names is in the tree, and every change has both."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "where-does-it-go.md"

_PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w.-]+\.md|\.env\.example)`")
_FAILS = re.compile(r"^Fails first: `([\w/.-]+)::(\w+)`$", re.MULTILINE)
_CHANGES = re.split(r"^## \d+\. ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]

each_change = pytest.mark.parametrize("change", _CHANGES, ids=lambda one: one.partition("\n")[0])


def test_there_are_twenty_changes_numbered_in_order():
    numbers = re.findall(r"^## (\d+)\. ", PAGE.read_text("utf-8"), re.MULTILINE)
    assert numbers == [str(n) for n in range(1, 21)]


@each_change
def test_every_path_of_a_change_is_in_the_tree(change: str):
    named = _PATH.findall(change)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


@each_change
def test_every_change_begins_with_a_file_or_folder_and_numbers_its_steps(change: str):
    steps = re.findall(r"^(\d+)\. (\S+)", change, re.MULTILINE)
    assert [number for number, _ in steps] == [str(n) for n in range(1, len(steps) + 1)]
    assert len(steps) >= 2
    assert _PATH.match(steps[0][1])


@each_change
def test_every_change_names_one_test_that_is_there(change: str):
    [(file, name)] = _FAILS.findall(change)
    assert re.search(rf"^ *(?:async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)
