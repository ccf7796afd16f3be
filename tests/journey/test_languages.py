"""Who reads what in which language: a case in a language nobody speaks, and two playbooks side by side."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from config.load import load
from desk.fields.format import WORDS
from desk.playbook.model import Playbook
from ops.player import Player
from ops.stage import PEOPLE, stage
from ops.watching import Watcher
from tests.journey.pseudo import foreign, pseudo, read_by_people, write_pseudo
from tests.journey.scene import MOD, Scene, about, buttons, eventually, private, words

HIGHER, SECURITY = "CQHIGH01", "CQSECU01"
MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
PEOPLES_NAMES = ("Giulia Ferri", "Luca Conti", "Marco Rinaldi", "Elena Greco", "Paola Villa")
NAMES = (
    *PEOPLES_NAMES, *(name.lower().replace(" ", ".") for name in PEOPLES_NAMES), *MONTHS, "Qualia Connect", "Qualia Higher Tier", "Qualia Security", "QC", "ATO Desk",
    "nessuno noto", "IT", *(word["it"] for word in WORDS.values()),
)  # fmt: skip
"""What stands in sentences and is no sentence: names of people, groups and products, months, the fixed answers."""


def data_of(playbook: Playbook) -> set[str]:
    """What people typed in the rehearsals, line by line and cell by cell."""
    given = [d for r in playbook.rehearsals.values() for d in r.deeds]
    typed = [str(v) for deed in given for v in (*deed.fill.values(), *deed.none.values())]
    cells = [cell.strip() for one in typed for cell in re.split(r"[|\n]", one)]
    return {*NAMES, *filter(None, cells)}


@pytest.fixture(scope="module")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Playbook]]:
    """A desk whose Italian is the language nobody speaks."""
    locales, playbooks = write_pseudo(tmp_path_factory.mktemp("abroad"))
    extra = {
        "ATO_LOCALES__FOLDER": str(locales),
        "ATO_PLAYBOOKS__FOLDER": str(playbooks),
        "ATO_PLAYBOOKS__NAMES": "qualia_connect",
    }
    with stage(extra) as built:
        yield Scene(built), load(playbooks)["qualia_connect"]


@pytest.fixture(scope="module")
def case_abroad(abroad: tuple[Scene, Playbook]) -> str:
    """A whole case, from the report over both tiers to the last word."""
    scene, playbook = abroad
    player, watcher = Player(scene.stage, playbook), Watcher(scene.stage)
    for deed in playbook.rehearsals["passed_on"].deeds:
        player.play(deed)
    eventually(lambda: ending_seen(scene, playbook), "the case is closed on the agent's card")
    watcher.quiet()
    return player.case


def ending_seen(scene: Scene, playbook: Playbook) -> bool:
    return any(
        playbook.endings["completed"]["it"] in words(one) for one in scene.messages("qagent")
    )


def strangers(scene: Scene, playbook: Playbook, since: int = 0) -> dict[str, list[str]]:
    """Every text somebody was given that holds an ordinary word which is no data."""
    texts = {text for entry in scene.stage.log(since) for text in read_by_people(entry)}
    known = data_of(playbook)
    return {text: found for text in sorted(texts) if (found := foreign(text, known))}


def newest(scene: Scene) -> int:
    return max(entry["n"] for entry in scene.stage.log())


# A language nobody speaks -----------------------------------------------------------------------


def test_a_stranger_among_the_words_is_found() -> None:
    assert foreign(f"{pseudo('Fatto')} · Anna", ["Anna"]) == []
    assert foreign("Done · Anna <@UQAGEN01> <!date^1^{time}|18:42>", ["Anna"]) == ["Done"]
    assert "{case}" in pseudo("{case} è chiuso")


def test_a_whole_case_says_nothing_that_is_not_in_the_catalogue_or_the_playbook(
    abroad: tuple[Scene, Playbook], case_abroad: str
) -> None:
    scene, playbook = abroad
    read = [text for entry in scene.stage.log() for text in read_by_people(entry)]
    assert len(read) > 200
    systems = {entry["system"] for entry in scene.stage.log() if list(read_by_people(entry))}
    assert systems >= {"slack", "slack->bot", "zendesk"}
    assert strangers(scene, playbook) == {}


def test_every_answer_to_a_command_is_in_the_persons_language(
    abroad: tuple[Scene, Playbook], case_abroad: str
) -> None:
    scene, playbook = abroad
    since = newest(scene)
    for text in (
        "help",
        "mine",
        "QC-1",
        "QC-999",
        "48213",
        "board",
        "find anna.bianchi@example.com",
    ):
        scene.command("qagent", text)
    for who in ("qhigher", "qsecurity", "qlead"):
        scene.command(who)
    assert strangers(scene, playbook, since) == {}


def test_app_home_is_in_the_persons_language(
    abroad: tuple[Scene, Playbook], case_abroad: str
) -> None:
    scene, playbook = abroad
    since = newest(scene)
    for who in ("qagent", "qhigher", "qsecurity", "qlead"):
        scene.act("home", who)
    eventually(lambda: len(published(scene, since)) >= 4, "four home tabs were drawn")
    assert strangers(scene, playbook, since) == {}


def published(scene: Scene, since: int) -> list[Any]:
    return [one for one in scene.stage.log(since) if one["call"] == "views.publish"]


def test_what_is_wrong_in_a_form_is_said_in_the_persons_language(
    abroad: tuple[Scene, Playbook], case_abroad: str
) -> None:
    scene, playbook = abroad
    since = newest(scene)
    told = scene.command("qagent")
    wrong = {
        "channel": "call",
        "name": "Anna",
        "surname": "Bianchi",
        "email": "anna.bianchi@example.com",
        "phone": "12",
    }
    view = told["view"]["id"]
    told = scene.act("submit", "qagent", view_id=view, values=wrong)
    assert {name.split("@")[0] for name in told["answer"]["errors"]} == {"phone"}
    player = Player(scene.stage, playbook)
    for deed in playbook.rehearsals["needless"].deeds:  # the last one is refused
        player.play(deed)
    assert strangers(scene, playbook, since) == {}


def test_a_reminder_is_in_the_language_of_its_inbox(
    abroad: tuple[Scene, Playbook], case_abroad: str
) -> None:
    scene, playbook = abroad
    since = newest(scene)
    player = Player(scene.stage, playbook)
    for deed in playbook.rehearsals["security"].deeds[:5]:
        player.play(deed)
    eventually(lambda: scene.channel(SECURITY), "the card lies in front of the security team")
    scene.control("POST", "/clock", json={"advance": 9 * 3600})
    eventually(lambda: reminded(scene, since, "CQLEAD01"), "the lead was reminded")
    Watcher(scene.stage).quiet()
    assert strangers(scene, playbook, since) == {}


def reminded(scene: Scene, since: int, channel: str) -> bool:
    posted = [one for one in scene.stage.log(since) if one["call"] == "chat.postMessage"]
    return any(one["body"].get("channel") == channel for one in posted)


# Two playbooks in one desk ----------------------------------------------------------------------


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
    told = scene.act(
        "click", "qagent2", view_id=view["id"], action_id="pick:playbook", selected="qualia_connect"
    )
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
    found = re.search(
        r"\|(?:\d{4}-\d\d-\d\d )?(\d\d):\d\d>", json.dumps(message, ensure_ascii=False)
    )
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
