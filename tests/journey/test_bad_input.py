"""What nobody should send or leave out: each gets an answer that says what to do, and nothing accepted is half done."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.journey.letters import FORM, attempts, mod_hears, payload, pressed, said_to, send
from tests.journey.scene import (
    DATA,
    MOD,
    NALEDI,
    CaseInPlay,
    Scene,
    about,
    buttons,
    eventually,
    words,
)

SERVE = [sys.executable, "-m", "ops.cli", "serve"]


# Bodies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"payload=%7Bnot", FORM),
        (b"{oops", "application/json"),
        (b"[1, 2]", "application/json"),
        (b"\xff\xfe\x00", "application/octet-stream"),
    ],
    ids=["form", "json", "list", "bytes"],
)
def test_a_body_without_shape_is_said_to_be_none_of_slacks(scene: Scene, raw: bytes, kind: str) -> None:
    answer = send(scene, raw, kind)
    assert answer.status_code == 400
    assert answer.json() == {"error": "This body is not one of Slack's. Nothing was kept."}


def test_a_body_that_is_too_large_is_refused_unread(scene: Scene) -> None:
    for address in ("/slack/events", "/zendesk/webhook"):
        answer = httpx.post(f"{scene.stage.bot_url}{address}", content=b"x" * 1_200_000)
        assert answer.status_code == 413
        assert "Nothing was kept." in answer.json()["error"]


@pytest.mark.parametrize(
    ("action", "value"),
    [("launch:rockets", "1"), ("do:suspend:suspended", "no case"), ("retry", "")],
)
def test_a_button_nobody_drew_is_answered_privately(scene: Scene, action: str, value: str) -> None:
    before = len(mod_hears(scene))
    assert send(scene, pressed(action, value)).status_code == 200
    told = eventually(lambda: mod_hears(scene)[before:], "a private word")
    assert told == [
        "I could not read that: the button or form may be from an older version. Nothing was changed. "
        "Type /ato to go on."
    ]


def test_a_button_of_another_desks_case_is_answered_privately(scene: Scene) -> None:
    before = len(mod_hears(scene))
    send(scene, pressed("do:suspend:suspended", "01JD0000000000000000000099|1"))
    told = eventually(lambda: mod_hears(scene)[before:], "a private word")
    assert told == ["I do not know this case. It may belong to another desk."]


def test_a_form_nobody_drew_says_so_in_its_place(scene: Scene) -> None:
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "form",
        "private_metadata": "other",
        "blocks": [],
        "state": {"values": {}},
    }
    sent = payload(type="view_submission", user={"id": "UAGENT01"}, trigger_id=uuid4().hex, view=view)
    answer = send(scene, sent).json()
    assert "I could not read that" in words(answer["view"])


# Signatures ---------------------------------------------------------------------------------------


def test_a_forged_or_old_click_changes_nothing(scene: Scene) -> None:
    case = scene.case_with_mod()
    card = case.card(MOD)
    forged = case.press("mod", card, "do:suspend:suspended", forge=True)
    old = case.press("mod", card, "do:suspend:suspended", age=400)
    assert [forged["status"], old["status"]] == [401, 401]
    assert scene.tickets(case.name) == []
    assert "do:suspend:suspended" in buttons(case.card(MOD))


def test_a_refused_body_is_not_written_into_the_log(scene: Scene) -> None:
    told = scene.command("agent")
    case = CaseInPlay(scene, about(told["view"])["case"], modals={"agent": told["view"]})
    case.submit("agent", NALEDI | {"surname": "Unmistakable"}, age=400)
    assert scene.stage.bot is not None
    assert "Unmistakable" not in scene.stage.bot.log.read_text()


def test_an_unsigned_webhook_is_refused_with_a_hint(mended: Scene) -> None:
    case = mended.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    for how in ({"forge": True}, {"age_seconds": 400}):
        mended.control("POST", "/zendesk/deliveries", json={"mode": "normal", **how})
        moved = {"by": "Priya Naidoo", "status": "pending"}
        mended.control("POST", f"/zendesk/tickets/{case.ticket()['id']}/move", json=moved)
        last = eventually(lambda: attempts(mended), "an attempt to deliver")[0]
        assert last["status_code"] == 401
        assert "Check that the bot has this webhook's signing secret" in last["answer"]
        mended.control(
            "POST",
            "/zendesk/tickets/{}/move".format(case.ticket()["id"]),
            json=moved | {"status": "open"},
        )


# Cards that are out of date -----------------------------------------------------------------------


def test_a_button_of_a_step_that_is_over_says_who_did_it(scene: Scene) -> None:
    """The click is on its way while the card is being redrawn."""
    case = scene.case_with_mod()
    case.click("mod", "form:suspend:not_a_takeover")
    case.submit("mod", {"false_alarm": "family"})
    case.card_of("agent", "Not a takeover")
    before = len(said_to(scene, "mod2"))
    send(scene, pressed("do:suspend:suspended", f"{case.id}|1", "UMOD0002"))
    told = eventually(lambda: said_to(scene, "mod2")[before:], "a private word")
    assert told[0].startswith("Already finished (Not a takeover…) at ")
    assert told[0].endswith("by <@UMOD0001>. Nothing to do.")
    assert scene.tickets(case.name) == []


def test_a_button_of_a_step_that_is_not_open_yet_is_out_of_date(scene: Scene) -> None:
    case = scene.case_with_mod()
    card = case.card(MOD)
    before = len(mod_hears(scene))
    send(scene, pressed("do:assist:cannot_help", f"{case.id}|1"))
    told = eventually(lambda: mod_hears(scene)[before:], "a private word")
    assert told == [
        "This card is out of date: “Assist the agent to locate the account” is not open now. "
        "I have not changed anything."
    ]
    assert buttons(case.card(MOD)) == buttons(card)


# Before it starts ---------------------------------------------------------------------------------


def run(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own program
        SERVE, env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_playbook_with_an_error_is_named_with_its_line(scene: Scene, tmp_path: Path) -> None:
    broken = (Path(__file__).parent / "playbooks" / "short.yaml").read_text().replace("owner: mod", "owner: mode")
    (tmp_path / "short.yaml").write_text(broken)
    line = next(n for n, text in enumerate(broken.splitlines(), 1) if "owner: mode" in text)
    ended = run(scene.stage.environment() | {"ATO_PLAYBOOKS__FOLDER": str(tmp_path), "ATO_PLAYBOOKS__NAMES": "short"})
    assert ended.returncode == 1
    assert f"short.yaml:{line}: " in ended.stderr
    assert "“mod”" in ended.stderr  # the nearest valid word
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_every_missing_setting_is_named_at_once(scene: Scene) -> None:
    given = scene.stage.environment() | {
        "ATO_WEB__PORT": "eighty",
        "ATO_ZENDSK__URL": "https://x.zendesk.com",
    }
    for name in ("ATO_SLACK__TOKEN", "ATO_ZENDESK__URL"):
        del given[name]
    ended = run(given)
    assert ended.returncode == 3
    told = {line.split(" ")[0] for line in ended.stderr.splitlines()}
    assert {"ATO_SLACK__TOKEN", "ATO_ZENDESK__URL", "ATO_WEB__PORT", "ATO_ZENDSK__URL"} <= told
    assert "Did you mean ATO_ZENDESK__URL?" in ended.stderr


def test_a_second_process_on_the_same_database_is_refused_with_a_sentence(scene: Scene) -> None:
    ended = run(scene.stage.environment() | {"ATO_WEB__PORT": "0"})
    assert ended.returncode == 1
    assert "Another process already works through" in ended.stderr
    assert "Nothing was changed. Stop the other one first" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    assert case.ticket()["status"] == "open"
