"""Private answers over real HTTP: once, soon given up, and by another way where Slack says no."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from integrations.slack.codec.arrivals import Where
from integrations.slack.posting.reply import NOT_SHOWN, TOO_LATE, SlackReply, quick_client

VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}


class Slack:
    """A Slack on loopback that answers what it is told to."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.errors: dict[str, str] = {}
        self.slow: set[str] = set()
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rsplit("/", 1)[-1]
        self.calls.append(name)
        if name in self.slow:
            await asyncio.sleep(30)
        error = self.errors.get(name)
        if name == "hook":
            return web.Response(status=404 if error else 200, text=error or "ok")
        body: dict[str, Any] = {"ok": error is None, "channel": {"id": "D1"}}
        return web.json_response(body | ({"error": error} if error else {}))


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    found = Slack()
    app = web.Application()
    app.router.add_post("/{name:.*}", found.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield found
    await runner.cleanup()


@pytest.fixture
async def reply(slack) -> AsyncIterator[SlackReply]:
    async with aiohttp.ClientSession() as session:
        yield SlackReply(quick_client("xoxb-x", slack.url + "api/", session), patience=0.3)


async def test_a_modal_opens_once(slack, reply):
    assert await reply.open("t", VIEW) is None
    assert slack.calls == ["views.open"]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("expired_trigger_id", TOO_LATE),
        ("exchanged_trigger_id", TOO_LATE),
        ("ratelimited", NOT_SHOWN),
    ],
)
async def test_a_modal_that_does_not_open_is_said(slack, reply, error, line):
    slack.errors["views.open"] = error
    assert await reply.open("t", VIEW) == line
    assert slack.calls == ["views.open"]


async def test_a_silent_slack_is_given_up_and_not_asked_twice(slack, reply):
    slack.slow.add("views.open")
    assert await reply.open("t", VIEW) == NOT_SHOWN
    assert slack.calls == ["views.open"]


@pytest.mark.parametrize(
    ("error", "line"), [("hash_conflict", None), ("not_found", None), ("internal_error", NOT_SHOWN)]
)
async def test_an_overtaken_update_is_no_failure(slack, reply, error, line):
    slack.errors["views.update"] = error
    assert await reply.update("V1", VIEW, "1.h") == line


@pytest.mark.parametrize(
    ("channel", "hook", "errors", "calls"),
    [
        ("C1", True, {}, ["chat.postEphemeral"]),
        ("C1", True, {"chat.postEphemeral": "not_in_channel"}, ["chat.postEphemeral", "hook"]),
        ("D1", True, {}, ["hook"]),
        ("D1", True, {"hook": "expired_url"}, ["hook", "conversations.open", "chat.postMessage"]),
        ("", False, {}, ["conversations.open", "chat.postMessage"]),
        (
            "C1",
            False,
            {"chat.postEphemeral": "user_not_in_channel"},
            ["chat.postEphemeral", "conversations.open", "chat.postMessage"],
        ),
        ("C1", True, {"chat.postEphemeral": "ratelimited"}, ["chat.postEphemeral", "hook"]),
        ("C1", True, {"chat.postEphemeral": "internal_error"}, ["chat.postEphemeral"]),
    ],
)
async def test_a_private_message_finds_its_way(slack, reply, channel, hook, errors, calls):
    slack.errors |= errors
    where = Where(channel=channel, response_url=f"{slack.url}hook" if hook else "")
    await reply.private(where, "U1", "Only a MOD may do this.")
    assert slack.calls == calls


async def test_a_home_tab_is_drawn_and_a_slack_that_is_not_there_is_survived(slack, reply):
    await reply.publish_home("U1", {"type": "home", "blocks": []})
    assert slack.calls == ["views.publish"]
    async with aiohttp.ClientSession() as session:
        nowhere = SlackReply(quick_client("xoxb-x", "http://127.0.0.1:9/", session))
        await nowhere.private(Where(), "U1", "x")
