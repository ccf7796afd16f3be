"""What people see across cases, over sockets: the home tab and its switch, the board, look-ups, a ticket's intake."""

from typing import Any

import pytest

from tests.journey.scene import (
    EARLY,
    FOUND,
    MOD,
    NALEDI,
    PASSED,
    CaseInPlay,
    Scene,
    about,
    eventually,
    inputs,
    private,
    words,
)

THABO = NALEDI | {"name": "Thabo", "email": "thabo.board@example.com", "phone": "083 555 0199"}


@pytest.fixture(scope="module")
def with_mod(scene: Scene) -> CaseInPlay:
    """A case that waits for the MOD."""
    case = scene.open_case(**THABO)
    case.submit("agent", FOUND | EARLY | {"customer_id": "2048899"}, outcome="found")
    case.submit("agent", PASSED, outcome="verified")
    case.card(MOD)
    return case


def home(scene: Scene, who: str) -> dict[str, Any]:
    """Open somebody's home tab."""
    view = scene.act("home", who, wait=2)["view"]
    assert len(view["blocks"]) <= 100
    return dict(view)


def line_of(view: dict[str, Any], case: CaseInPlay, step: str) -> dict[str, Any]:
    """Find the line of a case's step."""
    return next(one for one in view["blocks"] if one.get("block_id", "").startswith(f"{case.id}:{step}/"))


def test_a_mod_finds_the_case_on_the_board_and_in_the_home_tab(scene: Scene, with_mod: CaseInPlay) -> None:
    answer = scene.command("mod", "board")["answer"]
    assert f"*{with_mod.name}* · Suspend the profile" in words(answer)
    view = home(scene, "mod")
    assert "My role's, by what is due" in words(view)
    assert "Today: opened " in words(view)
    assert line_of(view, with_mod, "suspend")["accessory"]["action_id"] == "do:suspend:suspended"


def test_the_agent_waits_for_others_and_the_outsider_sees_nothing(scene: Scene, with_mod: CaseInPlay) -> None:
    view = home(scene, "agent")
    assert "Waiting for others" in words(view)
    assert "accessory" not in line_of(view, with_mod, "suspend")
    assert with_mod.name not in words(home(scene, "outsider"))
    assert private(scene.command("outsider", "board")).startswith("Only people who work on these cases")


@pytest.mark.parametrize("what", ["thabo.board@example.com", "083 555 0199", "2048899"])
def test_a_case_is_found_by_what_is_known_of_the_customer(scene: Scene, with_mod: CaseInPlay, what: str) -> None:
    said = private(scene.command("mod", f"find {what}"))
    assert f"*{with_mod.name}* · Suspend the profile" in said
    assert "Thabo" not in said


def test_a_case_is_shown_with_what_the_customer_was_told(scene: Scene, with_mod: CaseInPlay) -> None:
    said = words(scene.command("agent", with_mod.name)["answer"])
    assert "Said and promised to the customer" in said
    assert "temporarily suspend their profile" in said


def test_only_who_is_on_duty_is_named_and_the_lead_when_nobody_is(scene: Scene, with_mod: CaseInPlay) -> None:
    def switch() -> None:
        view = home(scene, "mod2")
        scene.act("click", "mod2", view_id=view["id"], action_id="home:duty")

    switch()
    assert "On duty now: <@UMOD0002>." in private(refused(scene, with_mod))
    switch()
    assert "On duty now: <@ULEAD001>" in private(refused(scene, with_mod))


def refused(scene: Scene, case: CaseInPlay) -> dict[str, Any]:
    """Let the team lead press the MOD's button."""
    at = {"channel": MOD, "ts": case.card(MOD)["ts"], "action_id": "do:suspend:suspended"}
    return scene.act("click", "lead", **at)


def test_a_tap_in_the_home_tab_does_it_and_the_tab_shows_it(scene: Scene, with_mod: CaseInPlay) -> None:
    view = home(scene, "mod")
    block = line_of(view, with_mod, "suspend")["block_id"]
    told = scene.act("click", "mod", view_id=view["id"], block_id=block, action_id="do:suspend:suspended")
    assert told["status"] == 200
    assert block not in str(told["view"]["blocks"])
    assert with_mod.ticket()["group"] == "CS Data Compliance"


def test_a_ticket_opens_the_intake_with_its_number_unconfirmed(scene: Scene) -> None:
    assert scene.command("agent", "4821399", wait=2)["status"] == 200
    view = eventually(lambda: intake(scene), "the intake of the ticket")
    assert "From ticket #4821399, unconfirmed" in words(view)
    scene.act("close", "agent", view_id=view["id"], all=True)


def intake(scene: Scene) -> dict[str, Any]:
    """Give the intake the agent has open; nothing while the ticket is read."""
    open_now = scene.control("GET", "/slack/views", params={"user": "UAGENT01"})["modals"]
    return open_now[-1] if open_now and "contact_ticket" in inputs(open_now[-1]) else {}


def test_a_message_opens_the_intake_too(scene: Scene, with_mod: CaseInPlay) -> None:
    message = with_mod.card_of("agent")
    at = {"channel": message["channel"], "ts": message["ts"], "callback_id": "open_case"}
    view = scene.act("shortcut", "agent", **at)["view"]
    assert about(view)["step"] == "receive"
    scene.act("close", "agent", view_id=view["id"], all=True)


def test_help_names_only_what_one_may_do(scene: Scene) -> None:
    assert "opens a new case" in private(scene.command("agent", "help"))
    assert "opens a new case" not in private(scene.command("mod", "help"))
