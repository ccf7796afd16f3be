"""The lesson of `docs/playbooks.md`, done as a team lead would do it: a deadline, a text and a branch, then rehearsed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LESSON = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8").partition("## The language")[0]


def ato(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the lesson writes it."""
    command = [sys.executable, "-m", "ops.cli", *words]
    return subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
        env={**os.environ, "NO_COLOR": "1"},
    )


def after(heading: str, fence: str) -> list[str]:
    """Give the blocks of one kind below a heading of the lesson."""
    part = LESSON.split(f"### {heading}\n")[1].split("\n### ")[0]
    return re.findall(rf"```{fence}\n(.*?)```", part, re.DOTALL)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The copy the lesson begins with."""
    assert "cp config/playbooks/mr_d.yaml mine/mr_d.yaml" in after("Before you begin", "sh")[0]
    copy = tmp_path / "mr_d.yaml"
    copy.write_text((ROOT / "config/playbooks/mr_d.yaml").read_text("utf-8"), "utf-8")
    return copy


def change(file: Path, old: str, new: str) -> int:
    """Change something that stands there once, and give its line."""
    words = file.read_text("utf-8")
    assert words.count(old) == 1, f"{old!r} stands there {words.count(old)} times"
    file.write_text(words.replace(old, new), "utf-8")
    return words[: words.index(old)].count("\n") + 1


def test_the_copy_is_right_and_a_mistake_is_told_with_its_line(mine: Path) -> None:
    assert "1 checked: 0 wrong, 0 warnings" in ato("playbook", "check", str(mine)).stdout
    words = mine.read_text("utf-8")
    wrong = words.replace("{after: 15m, tell: team_lead}", "{after: 15m, tell: team_led}", 1)
    mine.write_text(wrong, "utf-8")
    told = ato("playbook", "check", str(mine))
    line = words[: words.index("{after: 15m, tell: team_lead}")].count("\n") + 1
    assert told.returncode == 1
    sentence = after("Before you begin", "text")[0].strip().partition(": ")[2]
    assert f"{mine}:{line}: {sentence}" in told.stdout + told.stderr


def test_a_deadline_a_text_and_a_branch_are_changed_and_rehearsed(mine: Path) -> None:
    due = re.search(r"due: \{.*\}", after("Change a deadline", "yaml")[0])
    assert due is not None
    words = mine.read_text("utf-8")
    start = words.index("\n  suspend:\n")
    assert due[0] in words[start:]
    mine.write_text(words[:start] + words[start:].replace(due[0], due[0].replace("15m", "10m"), 1), "utf-8")
    change(
        mine,
        "  cannot_assist: \"Explain to the customer that we won't",
        "  cannot_assist: \"Tell the customer kindly that we won't",
    )
    added = after("Change a branch", "yaml")[0].removeprefix("steps:\n")
    change(mine, "\n  verify_standard:\n    sop: 3", f"\n{added}\n  verify_standard:\n    sop: 3")
    assert ato("playbook", "check", str(mine)).returncode == 0
    assert "Look at it together with the MOD" in ato("playbook", "draw", str(mine)).stdout

    lines = after("Rehearse it", "text")[1]
    where = mine.read_text("utf-8").index("\n  unchanged:\n")
    before, rest = mine.read_text("utf-8")[:where], mine.read_text("utf-8")[where:]
    old = next(one for one in rest.splitlines() if "who: mod, step: suspend, outcome: suspended" in one)
    mine.write_text(before + rest.replace(old, f"{lines.splitlines()[0]}\n{old}", 1), "utf-8")
    again = ato("rehearse", str(mine), "--branch", "unchanged")
    assert (again.returncode, "1 as written, 0 not" in again.stdout) == (0, True), again.stdout
