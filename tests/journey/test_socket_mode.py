"""The desk in a workspace of one's own, without a public address: everything of Slack's comes over a WebSocket."""

import httpx
import pytest

from tests.journey.scene import LOGS, MOD, SECURITY, Scene, eventually
from tests.lending import Lent


@pytest.fixture(scope="module")
def linked(lent: Lent) -> Scene:
    """A bot that Slack has no address of."""
    scene = Scene(lent.fresh({"ATO_SLACK__APP_TOKEN": "xapp-sandbox-token"}))
    scene.control("POST", "/connect", json={"slack_events_url": ""})
    await_link(scene)
    return scene


def await_link(scene: Scene) -> None:
    eventually(lambda: scene.control("GET", "/slack/link")["open"], "a connection is open")


def test_a_case_goes_over_the_connection_as_far_as_the_escalation(linked: Scene):
    """A command, forms with their next pages, clicks, and what only the person sees."""
    case = linked.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    assert case.ticket()["group"] == "CS Data Compliance"
    case.click("data", "partform:flag_security:escalation")
    case.submit("data", {"blacklisted": "blacklisted", "logs": LOGS})
    assert case.card(SECURITY)
    arrived = [one for one in linked.stage.log() if one["system"] == "slack->bot"]
    assert {one["status"] for one in arrived} == {200}
    assert {"/ato", "view_submission", "block_actions"} <= {one["call"] for one in arrived}


def test_events_come_over_it_too(linked: Scene):
    told = linked.act("home", "mod")
    assert told["status"] == 200


def test_a_form_that_is_wrong_is_told_so_inside_it(linked: Scene):
    told = linked.command("agent")
    again = linked.act("submit", "agent", view_id=told["view"]["id"], values={"email": "no address"})
    assert again["client_errors"] or again["errors"]


def test_a_connection_that_is_cut_is_open_again_and_the_case_goes_on(linked: Scene):
    case = linked.case_with_mod()
    card = case.card(MOD)
    assert card
    linked.control("POST", "/slack/link", json={"do": "cut"})
    eventually(lambda: not linked.control("GET", "/slack/link")["open"], "the connection is gone")
    await_link(linked)
    case.click("mod", "do:suspend:suspended")
    assert case.ticket()["group"] == "CS Data Compliance"


def test_the_figures_say_whether_it_is_open(linked: Scene):
    figures = httpx.get(f"{linked.stage.bot_url}/metrics").text
    assert 'ato_link_up{vendor="slack"} 1.0' in figures


def test_a_bot_that_stops_leaves_no_connection_behind(linked: Scene):
    """Comes last: the bot is gone afterwards."""
    bot = linked.stage.bot
    assert bot is not None
    bot.stop()
    eventually(lambda: not linked.control("GET", "/slack/link")["open"], "the connection is closed")
