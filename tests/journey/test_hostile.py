"""People who lost everything in mid-case, and words that mean no good, at a served bot over real sockets."""

import json
import sqlite3
from typing import Any

import pytest

from ops.stage import PEOPLE
from tests.hostile import HOSTILE, hidden, packed
from tests.journey.scene import (
    EARLY,
    FOUND,
    MOD,
    NALEDI,
    PASSED,
    CaseInPlay,
    Scene,
    about,
    buttons,
    private,
)
from tests.wire.test_hostile import harmless

NO_MORE = "Only MR D MOD may do this."


def deactivate(scene: Scene, who: str, *, gone: bool = True) -> None:
    scene.control("POST", "/slack/users", json={"id": PEOPLE[who], "deleted": gone})


def refused(scene: Scene, case: CaseInPlay) -> list[Any]:
    """What the log of events holds of this case's refusals: who, and what for."""
    connection = sqlite3.connect(f"file:{scene.stage.folder / 'ato.sqlite3'}?mode=ro", uri=True)
    asked = "SELECT body FROM events WHERE case_id = ? AND kind = 'act_refused' ORDER BY seq"
    events = [json.loads(row[0])["data"] for row in connection.execute(asked, (case.id,))]
    connection.close()
    return [(one["by"], one["what"]) for one in events]


def test_whoever_is_deactivated_loses_everything_at_once(scene: Scene) -> None:
    case = scene.case_with_mod()
    card = case.card(MOD)
    case.click("mod", "form:suspend:not_a_takeover")
    deactivate(scene, "mod")
    try:
        tapped = case.press("mod", card, "do:suspend:suspended")
        opened = case.press("mod", card, "form:suspend:not_a_takeover")
        sent = case.submit("mod", {"false_alarm": "family"})
        looked = [scene.command("mod", asked) for asked in ("board", case.name, "find x@y.example")]
    finally:
        deactivate(scene, "mod", gone=False)
    assert NO_MORE in private(tapped)
    assert NO_MORE in private(opened)
    assert opened["view"] is None
    assert NO_MORE in json.dumps(sent)
    assert all("Only people who work on these cases" in private(one) for one in looked)
    assert scene.tickets(case.name) == []
    assert "do:suspend:suspended" in buttons(case.card(MOD))
    mod = PEOPLE["mod"]
    assert refused(scene, case) == [
        (mod, "CompleteStep suspend suspended"),
        (mod, "form suspend not_a_takeover"),
        (mod, "CompleteStep suspend not_a_takeover"),
    ]
    case.click("mod2", "do:suspend:suspended")
    assert case.ticket()["status"] == "open"


def test_whoever_leaves_the_group_in_mid_case_may_not_go_on_and_whoever_comes_may(
    scene: Scene,
) -> None:
    case = scene.case_with_mod()
    card = case.card(MOD)
    before = [PEOPLE["mod"], PEOPLE["mod2"]]
    scene.control("POST", "/slack/groups", json={"id": "SMODS001", "users": [PEOPLE["lead"]]})
    try:
        told = case.press("mod", card, "do:suspend:suspended")
        assert f"{NO_MORE} On duty now: <@{PEOPLE['lead']}>" in private(told)
        assert case.press("lead", card, "do:suspend:suspended")["status"] == 200
    finally:
        scene.control("POST", "/slack/groups", json={"id": "SMODS001", "users": before})
    assert case.ticket()["status"] == "open"


@pytest.mark.parametrize("turn", [0, 30, 60])
def test_hostile_words_are_words_wherever_they_arrive(scene: Scene, turn: int) -> None:
    told = scene.command("agent")
    case = CaseInPlay(scene, str(about(told["view"])["case"]), modals={"agent": told["view"]})
    name, surname = packed(250, turn), packed(250, turn + 15)
    case.submit("agent", NALEDI | {"name": name, "surname": surname})
    case.name = case.modals["agent"]["blocks"][0]["elements"][0]["text"].split(" ")[0]
    for words_ in (f"note {case.name} {packed(900, turn)}", f"find {packed(90, turn)}", packed(90, turn)):
        assert scene.command("agent", words_)["status"] == 200

    case.submit("agent", FOUND | EARLY, outcome="found")
    case.submit("agent", PASSED, outcome="verified")
    for blocks in (case.card(MOD)["blocks"], case.card_of("agent")["blocks"]):
        harmless(blocks)
    case.click("mod", "do:suspend:suspended")
    ticket = case.ticket()
    assert "\n" not in ticket["subject"]
    assert not hidden(ticket["subject"], "")
    for comment in ticket["comments"]:
        assert "](" not in str(comment.get("body"))
    _nothing_in_the_log(scene)


def _nothing_in_the_log(scene: Scene) -> None:
    assert scene.stage.bot is not None
    log = scene.stage.bot.log.read_text()
    assert [one for one in HOSTILE if len(one) > 8 and one in log] == []
    assert "evil" not in log
    assert "Traceback" not in log
