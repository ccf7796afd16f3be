"""Who may do what in a Mr D case, what a second click does, and how people find their way back."""

import pytest

from tests.journey.scene import (
    DATA,
    EARLY,
    FOUND,
    LOGS,
    MOD,
    NALEDI,
    SECURITY,
    CaseInPlay,
    Scene,
    about,
    buttons,
    eventually,
    private,
    words,
)

# Who may -----------------------------------------------------------------------------------------


def test_an_outsider_is_refused_privately_with_who_may(scene: Scene) -> None:
    told = scene.command("outsider")
    assert told["view"] is None
    assert private(told).startswith("Only CS Agent")
    assert "may open a case. I have not opened anything." in private(told)
    assert all(one["user_only"] == "UOUTS001" for one in told["ephemeral"])


@pytest.mark.parametrize(
    ("who", "channel", "action", "role", "on_duty"),
    [
        ("lead", MOD, "do:suspend:suspended", "MR D MOD", "<@UMOD0001>"),
        ("lead", DATA, "partform:flag_security:escalation", "CS Data Compliance", "<@UDATA001>"),
        ("data", SECURITY, "part:flag_security:acknowledged", "Platform Security Team", "<@USECU001>"),
    ],
)
def test_a_click_of_somebody_else_is_refused_privately(
    scene: Scene, who: str, channel: str, action: str, role: str, on_duty: str
) -> None:
    case = scene.case_with_mod()
    if channel != MOD:
        case.click("mod", "do:suspend:suspended")
    if channel == SECURITY:
        case.click("data", "partform:flag_security:escalation")
        case.submit("data", {"blacklisted": "blacklisted", "logs": LOGS})
    told = case.click(who, action)
    assert told["view"] is None
    assert private(told).startswith(f"Only {role} may do this. On duty now: {on_duty}")
    assert "I have not changed anything" in private(told)
    assert action in buttons(case.card(channel))


def test_who_only_sees_the_mods_card_cannot_suspend(scene: Scene) -> None:
    """The roles decide, not who is in the channel."""
    case = scene.case_with_mod()
    card = case.card(MOD)
    members = ["UMOD0001", "UMOD0002", "ULEAD001"]
    scene.control("POST", "/slack/channels", json={"id": MOD, "members": [*members, "UOUTS001"]})
    told = case.press("outsider", card, "do:suspend:suspended")
    scene.control("POST", "/slack/channels", json={"id": MOD, "members": members})
    assert "Only MR D MOD may do this. On duty now: <@UMOD0001>, <@UMOD0002>" in private(told)
    assert scene.tickets(case.name) == []


# Twice -------------------------------------------------------------------------------------------


def test_a_second_mod_is_told_who_was_first(scene: Scene) -> None:
    case = scene.case_with_mod()
    stale = case.card(MOD)
    case.click("mod", "do:suspend:suspended")
    told = case.press("mod2", stale | {"blocks": stale["blocks"]}, "do:suspend:suspended")
    assert private(told).startswith("Already finished (Suspended now) at ")
    assert "by <@UMOD0001>. Nothing to do." in private(told)
    case.ticket()


def test_a_double_click_makes_one_ticket(scene: Scene) -> None:
    case = scene.case_with_mod()
    told = case.click("mod", "do:suspend:suspended", double=True)
    assert [told["status"], told["second"]["status"]] == [200, 200]
    case.card(DATA)
    case.ticket()


def test_the_same_delivery_twice_is_one_click(scene: Scene) -> None:
    case = scene.case_with_mod()
    told = case.click("mod", "do:suspend:suspended", repeat=2)
    assert told["statuses"] == [200, 401, 401]
    assert private(told) == ""
    case.card(DATA)
    case.ticket()


def test_a_modal_submitted_twice_opens_one_case(scene: Scene) -> None:
    told = scene.command("agent")
    case = CaseInPlay(scene, about(told["view"])["case"], modals={"agent": told["view"]})
    told = case.submit("agent", NALEDI, double=True)
    assert [told["status"], told["second"]["status"]] == [200, 200]
    assert about(told["view"])["step"] == "locate"
    name = words(told["view"]).splitlines()[0]
    listed = words(scene.command("agent", "mine")["ephemeral"][-1]).splitlines()
    assert len([line for line in listed if name in line.replace("*", "").split()]) == 1


def test_the_form_of_the_escalation_sent_twice_posts_once(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.click("data", "partform:flag_security:escalation")
    case.submit("data", {"blacklisted": "blacklisted", "logs": LOGS}, double=True)
    eventually(lambda: case.thread(SECURITY), "logs in the thread")
    assert len(case.cards(SECURITY)) == 1
    assert len(case.thread(SECURITY)) == 1


# Going on later ----------------------------------------------------------------------------------


def test_a_closed_modal_is_found_again_in_mine(scene: Scene) -> None:
    case = scene.open_case("agent2")
    case.close("agent2")
    eventually(
        lambda: f"{case.name} is kept as far as you got" in said_to(scene, "agent2"),
        "a word at closing",
    )
    told = scene.command("agent2", "mine")
    row = next(m for m in told["ephemeral"] if case.name in words(m))
    assert "Locate the customer's account" in words(row)
    told = case.press("agent2", row, "form:locate:")
    assert about(told["view"])["case"] == case.id
    case.modals["agent2"] = told["view"]
    told = case.submit("agent2", FOUND | EARLY, outcome="found")
    assert told["status"] == 200


def said_to(scene: Scene, who: str) -> str:
    return "\n".join(str(one.get("text")) for one in scene.messages(who))


def test_a_case_is_found_by_its_name_and_by_its_ticket(scene: Scene, played: CaseInPlay) -> None:
    by_name = scene.command("data", played.name.lower())
    by_ticket = scene.command("data", str(played.ticket()["id"]))
    assert played.name in private(by_name)
    assert private(by_name) == private(by_ticket)
    assert "Only people who work on these cases may see them" in private(scene.command("outsider", played.name))
