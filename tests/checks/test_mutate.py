"""The mutator: which faults it finds in a line, that each is one line, and that a draw can be repeated."""

from pathlib import Path

import pytest

from tools import mutate
from tools.faults import applied, faults, is_valid
from tools.mutate import CannotRun, Mutant, diff, draw, run_tests, sources, try_one

FIELD_OF = '''"""A sentence with 1 and True."""

def late(now: int, due: int = 2) -> bool | None:
    """Say 3 things."""
    assert now > 0
    log.info("%s", 1 + 1)
    return now > due
'''


def changed(line: str) -> set[str]:
    """Give what a line can become."""
    return {applied(line, one) for one in faults(line) if is_valid(line, one)}


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("x = a == b", {"x = a != b"}),
        ("x = a < b <= c", {"x = a <= b <= c", "x = a < b < c"}),
        ("x = a not in b", {"x = a in b"}),
        ("x = a is not None", {"x = a is None"}),
        ("x = a and b or c", {"x = a or b or c", "x = a and b and c"}),
        ("x = not a", {"x = a"}),
        ("x = a - b", {"x = a + b"}),
        ("x = a & b", {"x = a | b"}),
        ("x = True", {"x = False"}),
        ("x = 30", {"x = 31"}),
        ("x = min(a, b)", {"x = max(a, b)", "x = min(a, )"}),
        ("x = f(a, b=c)", {"x = f(b=c)", "x = f(a, )"}),
        ("x = a if b else c", {"x = a if not b else c"}),
        ("x = [a for a in b if a.c]", {"x = [a for a in b if not a.c]"}),
        (
            "x = “é” if False else 0".replace("“", '"').replace("”", '"'),
            {'x = "é" if True else 0', 'x = "é" if False else 1'},
        ),
        ("x: Literal[1] = f(a)", set()),
        ('x = f"{a + 1}"', set()),
    ],
)
def test_a_line_has_these_faults(line: str, becomes: set[str]):
    assert changed(line) == becomes


def test_docstrings_annotations_assertions_and_log_calls_are_left_alone():
    lines = {one.line for one in faults(FIELD_OF)}
    assert lines == {3, 7}
    assert {applied(FIELD_OF, one).splitlines()[6].strip() for one in faults(FIELD_OF) if one.line == 7} == {
        "return now >= due",
        "return None",
    }


def test_an_operator_at_the_beginning_of_a_line_is_found():
    text = "x = (\n    a\n    and b\n)"
    assert [applied(text, one) for one in faults(text)] == ["x = (\n    a\n    or b\n)"]


def test_a_draw_is_the_same_for_the_same_seed_and_every_mutant_is_one_line():
    texts = sources(mutate.ROOT)
    first = list(draw(texts, "edc18fc0", 25))
    assert first == list(draw(texts, "edc18fc0", 25))
    assert first != list(draw(texts, "edc18fc1", 25))
    assert len({(one.file, one.fault.line) for one in first}) == 25
    for one in first:
        shown = diff(one, texts[one.file]).splitlines()[2:]
        assert [line[0] for line in shown if line[0] in "+-"] == ["-", "+"]


@pytest.mark.parametrize(
    ("test", "outcome", "limit"),
    [
        ("assert late(3, 3) is False", "killed", 60),
        ("assert late(4, 3)", "survived", 60),
        ("while late(3, 3): pass", "timeout", 2),
    ],
)
def test_a_mutant_is_killed_by_a_test_that_notices_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, test: str, outcome: str, limit: float
):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # pytest starts in a second
    (tmp_path / "clock.py").write_text("def late(now, due):\n    return now > due\n")
    (tmp_path / "test_clock.py").write_text(f"from clock import late\n\ndef test_late():\n    {test}\n")
    (tmp_path / "test_easy.py").write_text("def test_easy():\n    pass\n")
    text = (tmp_path / "clock.py").read_text()
    mutant = Mutant("clock.py", next(one for one in faults(text) if one.new == ">="))
    found = try_one(mutant, tmp_path, [["test_easy.py"], ["test_clock.py"]], limit)
    assert (found.outcome, found.by) == (outcome, "test_clock.py::test_late" if outcome == "killed" else "")
    assert (tmp_path / "clock.py").read_text() == text


def test_a_run_without_tests_judges_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    with pytest.raises(CannotRun):
        run_tests(tmp_path, ["test_nothing.py"], 60)
