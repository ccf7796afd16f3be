"""The `ato` command: exit codes mean something, and an error ends with the command to try next."""

import gc
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.load import PLAYBOOKS, check
from config.settings_pages import example_page
from ops.cli import app
from ops.draw import draw
from ops.exits import UNSET, USAGE, WRONG

ato = CliRunner()


def test_the_desks_own_playbooks_are_checked_by_default():
    done = ato.invoke(app, ["playbook", "check"])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1].endswith(": 0 wrong, 0 warnings")


def test_a_wrong_playbook_is_named_by_file_and_line(tmp_path: Path):
    words = (PLAYBOOKS / "mr_d.yaml").read_text("utf-8").replace("owner: cs_agent", "owner: cs_agnt", 1)
    file = tmp_path / "mr_d.yaml"
    file.write_text(words, "utf-8")
    done = ato.invoke(app, ["playbook", "check", str(file)])
    assert done.exit_code == WRONG
    line = next(at for at, one in enumerate(words.splitlines(), 1) if "cs_agnt" in one)
    assert f"mr_d.yaml:{line}: there is no role “cs_agnt”. Did you mean “cs_agent”?" in done.output
    assert done.output.splitlines()[-1].startswith("Try: ")


def test_an_empty_folder_is_not_a_success(tmp_path: Path):
    done = ato.invoke(app, ["playbook", "check", str(tmp_path)])
    assert done.exit_code == WRONG
    assert "There is no playbook" in done.output


def test_drawing_what_is_not_there_names_the_next_command():
    done = ato.invoke(app, ["playbook", "draw", "mr_x"])
    assert done.exit_code == WRONG
    assert "Try: ato playbook check" in done.output


def test_a_rehearsal_of_nothing_is_a_misuse():
    done = ato.invoke(app, ["rehearse"])
    assert done.exit_code == USAGE
    assert "Try: ato rehearse --all" in done.output


@pytest.mark.parametrize("command", [["serve"], ["settings", "check"]])
def test_missing_settings_are_told_all_at_once(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.environ", {})
    done = ato.invoke(app, command)
    assert done.exit_code == UNSET
    assert "ATO_SLACK__TOKEN is missing." in done.output
    assert "ATO_VAULT__KEYS is missing." in done.output
    assert done.output.splitlines()[-1].startswith("Try: ato settings check")


def test_the_pages_about_settings_are_written(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    assert ato.invoke(app, ["settings", "write", str(tmp_path)]).exit_code == 0
    assert (tmp_path / ".env.example").read_text("utf-8") == example_page()


def test_a_drawing_shows_every_step_with_its_owner_every_branch_and_every_ending():
    playbook = check(PLAYBOOKS / "mr_d.yaml").playbook
    assert playbook is not None
    drawn = draw(playbook)
    assert drawn.startswith("flowchart TD\n")
    for name in playbook.steps:
        assert f"  s_{name}[" in drawn
    for name in {o.ends for step in playbook.steps.values() for o in step.outcomes.values() if o.ends}:
        assert f"  s_end_{name}([" in drawn
    assert "  s_locate -->|" in drawn
    assert drawn.count('"') % 2 == 0


def test_a_start_that_fails_leaves_the_search_for_cycles_on():
    failed = ato.invoke(app, ["serve"], env={"ATO_VAULT__KEYS": "short"})
    assert failed.exit_code == UNSET
    assert gc.isenabled()
