"""Who reads what in which language: a case in a language nobody speaks."""

import re
from typing import Any

import pytest

from config.load import load
from desk.fields.format import WORDS
from desk.playbook.model import Playbook
from ops.player import Player
from ops.watching import Watcher
from tests.journey.pseudo import foreign, pseudo, read_by_people, write_pseudo
from tests.journey.scene import Scene, eventually, words
from tests.lending import Lent

HIGHER, SECURITY = "CQHIGH01", "CQSECU01"
MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
PEOPLES_NAMES = ("Giulia Ferri", "Luca Conti", "Marco Rinaldi", "Elena Greco", "Paola Villa")
NAMES = (
    *PEOPLES_NAMES,
    *(name.lower().replace(" ", ".") for name in PEOPLES_NAMES),
    *MONTHS,
    "Qualia Connect",
    "Qualia Higher Tier",
    "Qualia Security",
    "QC",
    "ATO Desk",
    "nessuno noto",
    "IT",
    *(word["it"] for word in WORDS.values()),
)
"""What stands in sentences and is no sentence: names of people, groups and products, months, the fixed answers."""


def data_of(playbook: Playbook) -> set[str]:
    """What people typed in the rehearsals, line by line and cell by cell."""
    given = [d for r in playbook.rehearsals.values() for d in r.deeds]
    typed = [str(v) for deed in given for v in (*deed.fill.values(), *deed.none.values())]
    cells = [cell.strip() for one in typed for cell in re.split(r"[|\n]", one)]
    return {*NAMES, *filter(None, cells)}


@pytest.fixture(scope="module")
def abroad(lent: Lent, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Playbook]:
    """A desk whose Italian is the language nobody speaks."""
    locales, playbooks = write_pseudo(tmp_path_factory.mktemp("abroad"))
    extra = {
        "ATO_LOCALES__FOLDER": str(locales),
        "ATO_PLAYBOOKS__FOLDER": str(playbooks),
        "ATO_PLAYBOOKS__NAMES": "qualia_connect",
    }
    return Scene(lent.fresh(extra)), load(playbooks)["qualia_connect"]


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
    return any(playbook.endings["completed"]["it"] in words(one) for one in scene.messages("qagent"))


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


def test_every_answer_to_a_command_is_in_the_persons_language(abroad: tuple[Scene, Playbook], case_abroad: str) -> None:
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


def test_app_home_is_in_the_persons_language(abroad: tuple[Scene, Playbook], case_abroad: str) -> None:
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


def test_a_reminder_is_in_the_language_of_its_inbox(abroad: tuple[Scene, Playbook], case_abroad: str) -> None:
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
