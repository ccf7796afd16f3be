"""Two playbooks in one desk: each agent gets their own, and each inbox speaks its language."""

import json
import re
from typing import Any

from config.load import load
from ops.player import Player
from ops.stage import PEOPLE
from tests.journey.scene import MOD, Scene, about, buttons, eventually, private, words

HIGHER, SECURITY = "CQHIGH01", "CQSECU01"


def test_each_agent_gets_the_only_intake_they_may_open(scene: Scene) -> None:
    thandi, giulia = scene.command("agent"), scene.command("qagent")
    assert about(thandi["view"])["playbook"] == "mr_d"
    assert about(giulia["view"])["playbook"] == "qualia_connect"
    assert "Dica ora al cliente" in words(giulia["view"])
    assert "Say now" in words(thandi["view"])


def test_somebody_of_both_is_asked_once(scene: Scene) -> None:
    group = {"id": "SCSAGENT", "users": ["UAGENT01", "UAGENT02", "UQAGEN02"]}
    scene.control("POST", "/slack/groups", json=group)
    PEOPLE["qagent2"] = "UQAGEN02"

    def asked() -> Any:
        return (scene.command("qagent2")["view"] or {}).get("callback_id") == "choose"

    eventually(asked, "Luca is asked which procedure it is")
    view = scene.command("qagent2")["view"]
    assert "Qualia Connect: Attività insolita nell'account" in words(view)
    assert "Mr D: Account takeover" in words(view)
    told = scene.act("click", "qagent2", view_id=view["id"], action_id="pick:playbook", selected="qualia_connect")
    assert about(told["view"])["playbook"] == "qualia_connect"


def test_a_channel_speaks_the_language_and_the_zone_of_its_playbook(scene: Scene) -> None:
    mr_d = scene.case_with_mod()
    book = load()["qualia_connect"]
    player = Player(scene.stage, book)
    for deed in book.rehearsals["higher_tier"].deeds[:6]:
        player.play(deed)
    card = eventually(lambda: scene.channel(HIGHER), "a card for the higher tier")[-1]
    assert "Inoltrato dall'operatore" in words(card)
    assert "passo" in words(card)
    assert "entro" in words(card)
    english = words(mr_d.card(MOD))
    assert "due" in english
    assert hour(card) != hour(mr_d.card(MOD))


def hour(message: Any) -> str:
    """The hour shown where Slack's own dates are not: Rome is one hour behind Johannesburg in November."""
    found = re.search(r"\|(?:\d{4}-\d\d-\d\d )?(\d\d):\d\d>", json.dumps(message, ensure_ascii=False))
    assert found
    return found[1]


def test_refusals_say_in_italian_who_may(scene: Scene) -> None:
    told = scene.command("qhigher")
    assert private(told).startswith("Solo ")
    assert "Operatore Qualia" in private(told)
    assert "Only" in private(scene.command("mod"))


def test_the_modal_runs_through_everything_the_agent_owes(scene: Scene) -> None:
    book = load()["qualia_connect"]
    told = scene.command("qagent")
    fills = {d.step: d for d in book.rehearsals["handled"].deeds}
    steps = []
    for step in ("report", "confirm", "protect", "investigate", "assess", "inform_agent"):
        view = told["view"]
        steps.append(about(view)["step"])
        if fills[step].outcome:
            view = scene.act(
                "click",
                "qagent",
                view_id=view["id"],
                action_id="pick:outcome",
                selected=fills[step].outcome,
            )["view"]
        told = scene.act("submit", "qagent", view_id=view["id"], values=fills[step].fill)
    assert steps == ["report", "confirm", "protect", "investigate", "assess", "inform_agent"]
    assert "Risolto e comunicato al cliente" in words(told["view"])
    assert not buttons(told["view"])
