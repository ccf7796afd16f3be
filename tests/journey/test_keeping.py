"""A desk that is kept for years: given-up work is tried again from the terminal, figures go out, a playbook changes while cases run."""

import csv
import json
import shutil
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from ops.cli import app
from ops.exits import WRONG
from tests.journey.scene import DATA, MOD, SECURITY, CaseInPlay, Scene, about, eventually, words
from tests.journey.test_gone import restore_form
from tests.lending import Lent

SHORT = Path(__file__).with_name("playbooks") / "short.yaml"
OLD, NEW = "The note of {case}.", "What was found is in {case}."


@pytest.fixture(scope="module")
def scene(lent: Lent, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("keeping")
    shutil.copy(SHORT, folder)
    extra = {"ATO_PLAYBOOKS__FOLDER": str(folder), "ATO_PLAYBOOKS__NAMES": "short"}
    return Scene(lent.fresh(extra))


def ato(scene: Scene, *words_: str) -> Result:
    return CliRunner().invoke(app, list(words_), env=scene.stage.environment())


def opened(scene: Scene) -> CaseInPlay:
    told = scene.command("agent")
    case = CaseInPlay(scene, about(told["view"])["case"], modals={"agent": told["view"]})
    case.submit("agent", {"customer_id": "2048811"})
    case.name = words(case.modals["agent"]).split()[1]
    return case


def suspended(scene: Scene) -> CaseInPlay:
    case = opened(scene)
    case.click("mod", "do:suspend:suspended")
    case.card(SECURITY)
    return case


def finished(case: CaseInPlay) -> list[str]:
    """Play a suspended case to its end, and give the first line of each note on its ticket."""
    case.card(SECURITY)
    case.click("security", "part:flag:acknowledged")
    case.click("data", "do:note:noted")
    case.card_of("agent", "Closed", "Food Management Group")
    return [comment["body"].splitlines()[0] for comment in case.ticket()["comments"]]


def test_given_up_work_is_listed_tried_again_and_taken_as_done_by_hand(scene: Scene) -> None:
    scene.control("POST", "/zendesk/settings", json={"remove_form": "Customer Query"})
    first, second = opened(scene), opened(scene)
    for case in (first, second):
        case.click("mod", "do:suspend:suspended")
        case.card(MOD, "The ticket was not created.")
    told = ato(scene, "effects", "list")
    assert told.exit_code == WRONG
    assert "2 given up" in told.output
    assert "There is no ticket form “Customer Query”" in told.output
    assert "Try: ato effects list" in ato(scene, "effects", "retry", "no/such/work").output
    keys = [line.strip() for line in told.output.splitlines() if line.startswith("  ") and "/" in line.split(" ")[2]]
    by_case = {key.split("/")[0]: key for key in keys}
    restore_form(scene)
    assert ato(scene, "effects", "retry", by_case[first.id]).exit_code == 0
    assert first.ticket()["form"] == "Customer Query"
    made = scene.control(
        "POST",
        "/zendesk/tickets",
        json={
            "by": "Lerato Mokoena",
            "subject": "By hand",
            "comment": "Suspended.",
            "public": False,
            "group": "CS Data Compliance",
            "status": "open",
        },
    )
    refused = ato(scene, "effects", "by-hand", by_case[second.id], "--reference", "soon")
    assert "Write the number of the ticket you made" in refused.output
    by_hand = ("effects", "by-hand", by_case[second.id], "--reference", str(made["id"]))
    asked = ato(scene, *by_hand)
    assert asked.exit_code and "Requester: Lerato Mokoena" in asked.output
    mark = asked.output.split("--confirmed ")[1].split()[0]
    assert ato(scene, *by_hand, "--confirmed", mark).exit_code == 0
    second.card(MOD, f"#{made['id']}>", "CS Data Compliance")
    assert ato(scene, "effects", "list").output.startswith("0 given up")


def test_a_changed_playbook_is_for_new_cases_and_running_ones_keep_theirs(scene: Scene, tmp_path: Path) -> None:
    before = suspended(scene)
    assert scene.stage.bot is not None
    scene.stage.bot.stop()
    file = Path(scene.stage.extra["ATO_PLAYBOOKS__FOLDER"]) / "short.yaml"
    changed = (
        file.read_text("utf-8").replace(OLD, NEW).replace("title: Leave the note", "title: Write down the findings")
    )
    file.write_text(changed, "utf-8")
    scene.stage.start_bot()
    after = suspended(scene)
    notes = {case.name: finished(case)[-1] for case in (before, after)}
    assert notes == {
        before.name: OLD.format(case=before.name),
        after.name: NEW.format(case=after.name),
    }
    said = {case.name: json.dumps(case.cards(DATA)) for case in (before, after)}
    assert "Write down the findings" not in said[before.name]

    done = ato(scene, "export", "--to", str(tmp_path))
    assert done.exit_code == 0, done.output
    cases = {one["case"]: one for one in csv.DictReader((tmp_path / "cases.csv").read_text("utf-8").splitlines())}
    assert cases[before.name]["playbook_hash"] != cases[after.name]["playbook_hash"]
    assert cases[before.name]["ending"] == "completed"
    steps = list(csv.DictReader((tmp_path / "steps.csv").read_text("utf-8").splitlines()))
    titles = {one["case"]: one["title"] for one in steps if one["step"] == "note" and one["case"] in notes}
    assert titles == {before.name: "Leave the note", after.name: "Write down the findings"}
    assert all(one["done_at"] for one in steps if one["case"] in notes)
    assert "2048811" not in (tmp_path / "cases.csv").read_text("utf-8") + (tmp_path / "steps.csv").read_text("utf-8")


def test_what_was_done_is_logged_and_counted_without_values(scene: Scene) -> None:
    log = (scene.stage.folder / "bot.log").read_text("utf-8")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    kept = [one for one in lines if one["event"] == "kept"]
    tried = [one for one in lines if one["event"] == "effect"]
    assert any(one["steps"] == ["suspend"] or "suspend" in one["steps"] for one in kept)
    assert {one["delivery"] for one in kept if one["delivery"]}
    assert {"done", "dead"} <= {one["outcome"] for one in tried}
    assert all(one["case"] and one["effect"] and one["kind"] for one in tried)
    assert "2048811" not in log
    figures = httpx.get(f"{scene.stage.bot_url}/metrics").text
    for line in (
        'ato_cases_closed_total{ending="completed",playbook="short"} 2.0',
        'ato_steps_total{playbook="short",step="note",what="completed"} 2.0',
        'ato_step_seconds_count{playbook="short",step="suspend"} 1.0',
        'ato_escalated_seconds_count{playbook="short"} 1.0',
        'ato_case_seconds_count{playbook="short"} 2.0',
        'ato_effects_total{kind="update_ticket",outcome="done"} 2.0',
    ):
        assert line in figures, line
    assert 'ato_door_seconds_count{door="slack",status="200"}' in figures
    eventually(lambda: "ato_watchdog_well" in figures, "the watchdog's figures")
