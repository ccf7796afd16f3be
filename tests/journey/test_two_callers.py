"""Whoever fails again and again, and whoever claims the profile beside the customer: over the real store, seen from outside."""

import json
from typing import Any

import pytest

from tests.journey.scene import (
    EARLY,
    FOUND,
    MOD,
    PASSED,
    SECURITY,
    CaseInPlay,
    Scene,
    buttons,
    eventually,
    private,
    words,
)

DAY = 24 * 60 * 60
FAILED = {"popi_full_name": "pass", "popi_contact": "fail", "popi_last_order": "pass"}
ELSE = {"email": "somebody.else@example.com", "phone": "083 555 0999"}
NUMBER, LINK = "2048899", "https://admin.example/profiles/2048899"
THEIRS = FOUND | {"customer_id": NUMBER, "profile_link": LINK}
VICTIM = {"name": "Werner", "surname": "van Wyk", "email": "werner.vanwyk@example.com", "phone": "083 555 0177"}
MANY = "failed 3 times within 24 hours"
RIVAL = "Somebody else claims this profile"


def located(scene: Scene, who: str, found: dict[str, str], **fill: Any) -> CaseInPlay:
    case = scene.open_case(who, **fill)
    case.submit(who, found | EARLY, outcome="found")
    return case


def tomorrow(scene: Scene) -> None:
    scene.control("POST", "/clock", json={"advance": DAY + 60})


def test_after_three_failures_with_two_agents_only_a_mod_goes_on_until_the_day_is_over(
    scene: Scene,
) -> None:
    for who, channel in (("agent", "call"), ("agent2", "written"), ("agent", "call")):
        case = located(scene, who, FOUND, channel=channel)
        case.submit(who, FAILED, outcome="not_verified")
        case.card_of(who, "Verification failed")
    fourth = located(scene, "agent2", FOUND)
    card = fourth.card_of("agent2", MANY, "Only MR D MOD may go on")
    assert "form:verify_standard:" not in buttons(card)
    told = json.dumps([card, fourth.modals.get("agent2")])
    assert not any(one in told for one in ("popi_", "Cellphone and email on the profile"))
    fourth.card(MOD, MANY)
    fourth.click("mod", "form:verify_standard:")
    fourth.submit("mod", PASSED, outcome="verified")
    assert "do:suspend:suspended" in buttons(fourth.card(MOD, "Verified by standard questions"))
    tomorrow(scene)
    free = located(scene, "agent", FOUND)
    free.submit("agent", PASSED, outcome="verified")
    assert MANY not in words(free.card(MOD, "Verified by standard questions"))


@pytest.fixture(scope="module")
def waiting(scene: Scene) -> CaseInPlay:
    """The customer's case, as far as the password reset."""
    case = located(scene, "agent", THEIRS, **VICTIM)
    case.submit("agent", PASSED, outcome="verified")
    case.click("mod", "do:suspend:suspended")
    case.escalate()
    case.click("security", "form:investigate:")
    case.submit("security", {"credential_stuffing": "no"}, outcome="access_only")
    case.button("data", "do:request_reset:requested")
    return case


def calls(scene: Scene) -> list[str]:
    """What was said in the MODs' channel with somebody called about a dispute."""
    said = [reply for card in scene.channel(MOD) for reply in card["replies"]]
    return [words(one) for one in said if RIVAL in words(one) and "<@UMOD0001>" in words(one)]


def test_who_claims_a_profile_beside_the_customer_holds_the_reset_until_the_mod_decides(
    scene: Scene, waiting: CaseInPlay
) -> None:
    first = waiting
    second = located(scene, "agent2", THEIRS, **VICTIM | ELSE)
    for case, other in ((first, second), (second, first)):
        card = case.card(MOD, RIVAL, other.name, "These people claim this profile")
        assert all(one in words(card) for one in (VICTIM["email"], ELSE["email"]))
    first.card_of("agent", RIVAL, second.name)
    seen = second.card_of("agent2", RIVAL, first.name)
    assert VICTIM["email"] not in words(seen), "the rival's agent is not shown the customer"
    eventually(lambda: any(RIVAL in words(one) for one in first.thread(SECURITY)), "its thread")
    assert ELSE["email"] not in json.dumps(scene.channel(SECURITY))
    (called,) = eventually(lambda: calls(scene), "the MOD is called")
    assert first.name in called

    second.submit("agent2", FAILED, outcome="not_verified")
    second.card_of("agent2", "Verification failed")
    held = first.click("data", "do:request_reset:requested")
    assert f"{RIVAL}: {second.name}" in private(held)
    assert "ask:dispute:" not in buttons(first.card_of("agent", RIVAL))
    first.click("mod", "ask:dispute:")
    told = first.submit("mod", {"reason": "Called back at the number of an old order."})
    assert not private(told)
    eventually(lambda: RIVAL not in words(first.card(MOD)), "the dispute is lifted")
    first.click("data", "do:request_reset:requested")
    first.button("data", "do:reset_confirmed:confirmed")
    assert len(calls(scene)) == 1
