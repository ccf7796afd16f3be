"""A channel that is public: its cards are masked, and whoever may look does so alone, and is remembered."""

import json
import sqlite3

import pytest

from config.load import load
from ops.player import Player
from tests.journey.scene import (
    EARLY,
    FOUND,
    LOGS,
    MOD,
    SECURITY,
    CaseInPlay,
    Scene,
    buttons,
    private,
    words,
)

PERSONAL = ("Naledi", "Mahlangu", "2048811", "27825550142", "naledi.mahlangu")
HIGHER = "CQHIGH01"
HIDDEN = "this channel is public"


@pytest.fixture(scope="module")
def public(scene: Scene) -> Scene:
    """A workspace in which somebody made the MODs' and the investigation channel public."""
    for channel in (MOD, SECURITY):
        scene.control("POST", "/slack/channels", json={"id": channel, "is_private": False})
    return scene


@pytest.fixture(scope="module")
def case(public: Scene) -> CaseInPlay:
    case = public.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.click("data", "partform:flag_security:escalation")
    case.submit("data", {"blacklisted": "blacklisted", "logs": LOGS})
    return case


def logged(scene: Scene, case: CaseInPlay, kind: str) -> list[str]:
    """The events of a kind in the log of this case, as they are kept."""
    connection = sqlite3.connect(f"file:{scene.stage.folder / 'ato.sqlite3'}?mode=ro", uri=True)
    asked = "SELECT body FROM events WHERE case_id = ? AND kind = ? ORDER BY seq"
    found = [str(row[0]) for row in connection.execute(asked, (case.id, kind))]
    connection.close()
    return found


@pytest.mark.parametrize(("channel", "role"), [(MOD, "mod"), (SECURITY, "platform_security")])
def test_a_public_card_is_masked_and_offers_to_show(case: CaseInPlay, channel: str, role: str) -> None:
    card = case.card(channel, HIDDEN)
    assert not any(one in words(card) for one in PERSONAL)
    assert f"show:{role}" in buttons(card)


def test_who_may_look_sees_all_of_it_alone(public: Scene, case: CaseInPlay) -> None:
    case.card(SECURITY, HIDDEN)
    seen = words(case.click("security", "show:platform_security")["view"])
    assert all(one in seen for one in PERSONAL)
    assert "DFD-77118 R 612.70" in seen
    assert HIDDEN not in seen
    assert not any(one in words(case.card(SECURITY)) for one in PERSONAL)


def test_who_may_not_look_is_told_so_and_sees_nothing(case: CaseInPlay) -> None:
    told = case.press("outsider", case.card(MOD, HIDDEN), "show:mod")
    assert told["view"] is None
    assert private(told).startswith("Only people who work on these cases may do this")
    assert not any(one in private(told) for one in PERSONAL)


def test_each_look_and_each_refusal_stands_in_the_log_without_a_value(public: Scene, case: CaseInPlay) -> None:
    case.press("mod", case.card(MOD, HIDDEN), "show:mod")
    case.press("outsider", case.card(MOD, HIDDEN), "show:mod")
    *_, looked = logged(public, case, "personal_shown")
    *_, refused = logged(public, case, "act_refused")
    data = json.loads(looked)["data"]
    assert (data["by"], data["inbox"]) == ("UMOD0001", "role:mod")
    assert json.loads(refused)["data"]["by"] == "UOUTS001"
    assert not any(one in looked + refused for one in PERSONAL)


def test_an_italian_team_reads_it_in_italian(public: Scene) -> None:
    public.control("POST", "/slack/channels", json={"id": HIGHER, "is_private": False})
    player = Player(public.stage, load()["qualia_connect"])
    deeds = player.playbook.rehearsals["passed_on"].deeds
    first = next(n for n, deed in enumerate(deeds) if deed.who == "qhigher")
    for deed in deeds[:first]:
        player.play(deed)
    case = CaseInPlay(public, player.case)
    card, action = case.button("qhigher", "show:higher_tier")
    assert "questo canale è pubblico" in words(card)
    assert "Mostra i dati personali…" in words(card)
    seen = case.press("qhigher", card, action)["view"]
    assert seen["title"]["text"] == "Dati personali"
    assert "Lo vede solo Lei." in words(seen)
    refused = case.press("outsider", card, action)
    assert private(refused).startswith(("Only people who work on these cases", "Può farlo solo"))


def test_two_who_claim_a_profile_are_nobody_in_public_and_side_by_side_behind_the_mask(
    public: Scene, case: CaseInPlay
) -> None:
    thabo = {"name": "Thabo", "surname": "Nkosi", "email": "thabo.nkosi@example.com", "phone": "083 555 0111"}
    second = public.open_case("agent2", **thabo)
    second.submit("agent2", FOUND | EARLY, outcome="found")
    for one, other in ((case, second), (second, case)):
        one.card(MOD, "Somebody else claims this profile", other.name, "These people claim this profile")
        seen = words(one.click("mod", "show:mod")["view"])
        assert all(mail in seen for mail in (thabo["email"], "naledi.mahlangu@example.com"))
    told = json.dumps([public.channel(MOD), public.channel(SECURITY)])
    assert not any(one in told for one in (*PERSONAL, "Thabo", "Nkosi", "thabo", "27835550111"))
