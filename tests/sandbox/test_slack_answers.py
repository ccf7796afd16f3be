"""Response URLs, and the rate limits that are off unless asked for."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox import seeds
from sandbox.company import Company
from sandbox.slack.limits import Limits

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
CARD = [{"type": "actions", "block_id": "acts", "elements": [BUTTON]}]


@pytest.fixture
async def card(bolt: AsyncApp, web: AsyncWebClient, act: Any, company: Company) -> dict[str, Any]:
    """A card in a channel, clicked once: its ts and the response_url of the click."""

    @bolt.action("go")
    async def clicked(ack: Any) -> None:
        await ack()

    sent = await web.chat_postMessage(channel="CMOD0001", text="card", blocks=CARD)
    at = {"user": "UMOD0001", "channel": "CMOD0001", "ts": sent["ts"]}
    await act("click", **at, action_id="go")
    url = company.world.asked("slack->bot", "block_actions")[-1].body["response_url"]
    return at | {"url": url}


async def test_a_response_url_answers_five_times(company: Company, card: dict[str, Any]) -> None:
    hook = AsyncWebhookClient(card["url"])
    channel = company.slack.space.channels["CMOD0001"]
    assert (await hook.send(text="for you")).body == "ok"
    assert [m.text for m in channel.ephemeral] == ["for you"]
    await hook.send(text="for all", response_type="in_channel")
    await hook.send(text="instead", replace_original=True)
    assert [m.text for m in channel.messages.values()] == ["instead", "for all"]
    assert (await hook.send(blocks=[{"type": "marquee"}])).status_code == 400
    await hook.send(delete_original=True)
    assert [m.text for m in channel.messages.values()] == ["for all"]
    spent = await hook.send(text="once more")
    assert (spent.status_code, "used_url" in spent.body) == (404, True)


async def test_a_response_url_ends_after_half_an_hour(company: Company, card: dict[str, Any]) -> None:
    for url in company.slack.space.response_urls.values():
        url.born -= 30 * 60 + 1
    late = await AsyncWebhookClient(card["url"]).send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_a_private_answer_can_be_replaced_and_removed(company: Company, bolt: AsyncApp, act: Any) -> None:
    @bolt.command("/ato")
    async def command(ack: Any) -> None:
        await ack(text="choose", blocks=CARD)

    @bolt.action("go")
    async def clicked(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="chosen", replace_original=True)

    told = await act("command", user="UMOD0001", channel="CMOD0001")
    private = told["ephemeral"][0]
    at = {"user": "UMOD0001", "channel": "CMOD0001", "ts": private["ts"]}
    after = await act("click", **at, action_id="go")
    assert (after["message"]["text"], after["message"]["is_ephemeral"]) == ("chosen", True)
    body = company.world.asked("slack->bot", "block_actions")[-1].body
    assert body["container"]["is_ephemeral"] is True


async def test_real_limits_answer_429_with_the_seconds_to_wait() -> None:
    async with Company(limits="real") as company, aiohttp.ClientSession() as session:
        web = AsyncWebClient(seeds.BOT_TOKEN, base_url=company.urls["slack"], session=session, retry_handlers=[])
        for _ in range(4):
            await web.chat_postMessage(channel="CMOD0001", text="burst")
        with pytest.raises(SlackApiError) as refused:
            await web.chat_postMessage(channel="CMOD0001", text="one too many")
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "1"
        assert (await web.chat_postMessage(channel="CDATA001", text="elsewhere"))["ok"]


def test_each_method_has_its_tier() -> None:
    limits = Limits()
    for method, most in (("usergroups.users.list", 20), ("chat.update", 50), ("views.open", 100)):
        waits = [limits.wait_for(method, "C") for _ in range(most + 1)]
        assert waits[:most] == [None] * most
        assert waits[most] in (59, 60)
    assert limits.wait_for("auth.test", "C") is None
