"""Two apps in one pretend workspace: each has its own token, command, messages, modals and home tab."""

import json
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.apps import using
from sandbox.slack.door import signature

VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [{"type": "divider"}]}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}


class Bot:
    """What an app was sent, with its signature."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(text="")

    def commands(self) -> list[str]:
        return [parse_qs(raw.decode())["command"][0] for _, raw in self.got if b"command=" in raw]


@pytest.fixture
async def two(company: Any):
    """A second app beside the first, each with a server, and clients with their tokens."""
    bots, runners = (Bot(), Bot()), []
    for bot in bots:
        server = web.Application()
        server.router.add_post("/slack/events", bot.take)
        runner = web.AppRunner(server)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        runners.append(runner)
    company.connect(slack_events_url=bots[0].url)
    control = company.urls["control"]
    async with aiohttp.ClientSession() as session:
        asked = {"name": "ATO Desk (eu)", "command": "/ato-eu", "events_url": bots[1].url}
        installed = (await (await session.post(f"{control}/slack/apps", json=asked)).json())["app"]

        async def act(act: str, **asked: Any) -> dict[str, Any]:
            answer = await session.post(f"{control}/slack/{act}", json={"user": "UMOD0001", **asked})
            return dict(await answer.json())

        clients = [
            AsyncWebClient(token, base_url=company.urls["slack"], session=session, retry_handlers=[])
            for token in ("xoxb-sandbox-token", installed["token"])
        ]
        yield bots, clients, act, company.slack.space.apps
    for runner in runners:
        await runner.cleanup()


async def test_a_command_goes_to_its_own_app_signed_with_its_own_secret(two):
    bots, _, act, apps = two
    await act("command", channel="CGENERAL", command="/ato")
    await act("command", channel="CGENERAL", command="/ato-eu")
    assert [bot.commands() for bot in bots] == [["/ato"], ["/ato-eu"]]
    headers, raw = bots[1].got[0]
    for app, fits in ((apps[0], False), (apps[1], True)):
        with using(app):
            made = signature(headers["X-Slack-Request-Timestamp"], raw)
        assert (headers["X-Slack-Signature"] == made) is fits
    told = await act("command", channel="CGENERAL", command="/other")
    assert told["client_errors"]["message"] == "/other is not a valid command."


async def test_of_two_apps_with_one_command_the_last_installed_gets_it(two):
    bots, _, act, apps = two
    await act("apps", id=apps[1].id, command="/ato")
    await act("command", channel="CGENERAL", command="/ato")
    assert [bot.commands() for bot in bots] == [[], ["/ato"]]


async def test_an_app_changes_only_what_is_its_own(two):
    bots, (first, second), act, apps = two
    sent = await second.chat_postMessage(channel="CMOD0001", text="from the second")
    assert (sent["message"]["user"], sent["message"]["app_id"]) == (apps[1].bot_user, apps[1].id)
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await first.chat_update(channel="CMOD0001", ts=sent["ts"], text="changed")
    assert (await first.auth_test())["user_id"] != (await second.auth_test())["user_id"]
    direct = [str((await one.conversations_open(users="UMOD0001"))["channel"]["id"]) for one in (first, second)]
    assert len(set(direct)) == 2
    await act("command", channel="CGENERAL", command="/ato-eu")
    trigger = parse_qs(bots[1].got[-1][1].decode())["trigger_id"][0]
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await first.views_open(trigger_id=trigger, view=VIEW)
    view = (await second.views_open(trigger_id=trigger, view=VIEW))["view"]
    assert view["app_id"] == apps[1].id
    with pytest.raises(SlackApiError, match="not_found"):
        await first.views_update(view_id=view["id"], view=VIEW)
    homes = [(await one.views_publish(user_id="UMOD0001", view=HOME))["view"]["id"] for one in (first, second)]
    assert len(set(homes)) == 2


async def test_a_click_goes_to_whoever_wrote_the_message_and_an_event_to_both(two):
    bots, (_, second), act, _ = two
    button = {"type": "button", "text": {"type": "plain_text", "text": "B"}, "action_id": "b", "value": "v"}
    sent = await second.chat_postMessage(
        channel="CMOD0001", text="T", blocks=[{"type": "actions", "elements": [button]}]
    )
    await act("click", channel="CMOD0001", ts=sent["ts"], action_id="b")
    assert not bots[0].got
    clicked = json.loads(parse_qs(bots[1].got[-1][1].decode())["payload"][0])
    assert clicked["api_app_id"] == "AATODES2"
    await act("groups", id="SMODS001", users=["UMOD0001"])
    assert [sum(b"subteam_members_changed" in raw for _, raw in bot.got) for bot in bots] == [1, 1]
