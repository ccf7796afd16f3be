"""What happens around the bot in the pretend Slack: Home, events and their retries, shortcuts, raw requests."""

from __future__ import annotations

import base64
from typing import Any

import httpx
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.company import Company

BUTTON = {
    "type": "button",
    "action_id": "suspend",
    "text": {"type": "plain_text", "text": "Suspended now"},
}
CARD = [{"type": "actions", "block_id": "acts", "elements": [BUTTON]}]


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


async def test_home_opens_and_its_buttons_work(bolt: AsyncApp, act: Any, control: httpx.AsyncClient) -> None:
    @bolt.event("app_home_opened")
    async def opened(event: Any, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD})

    @bolt.action("suspend")
    async def clicked(ack: Any, body: Any, client: AsyncWebClient) -> None:
        await ack()
        modal = {"type": "modal", "title": plain("Sure?"), "blocks": []}
        await client.views_open(trigger_id=body["trigger_id"], view=modal)

    home = (await act("home", user="UMOD0001", wait=1))["view"]
    assert home["type"] == "home"
    await act("click", user="UMOD0001", view_id=home["id"], action_id="suspend")
    screens = (await control.get("/slack/views?user=UMOD0001")).json()
    assert [m["title"]["text"] for m in screens["modals"]] == ["Sure?"]
    assert screens["home"]["id"] == home["id"]


async def test_changes_of_the_workspace_are_told(company: Company, bolt: AsyncApp, act: Any) -> None:
    heard: list[dict[str, Any]] = []

    async def hear(event: Any) -> None:
        heard.append(event)

    names = ("subteam_members_changed", "subteam_updated", "user_change", "member_joined_channel")
    for name in (*names, "message"):
        bolt.event(name)(hear)
    await act("groups", id="SMODS001", users=["UMOD0001", "UAGENT01"])
    await act("users", id="UAGENT01", locale="it-IT")
    await act("channels", id="CGENERAL", bot_member=True)
    await act("say", user="UAGENT01", channel="CGENERAL", text="hello")
    content = base64.b64encode(b"log").decode()
    await act("upload", user="UAGENT01", channel="dm", filename="a.txt", content_base64=content)
    kinds = [event["type"] for event in heard]
    assert kinds == ["subteam_members_changed", "subteam_updated", *names[2:], "message", "message"]
    assert (heard[0]["added_users"], heard[0]["removed_users"]) == (["UAGENT01"], ["UMOD0002"])
    assert heard[2]["user"]["locale"] == "it-IT"
    assert heard[3]["user"] == "UBOT0001"
    assert heard[5]["files"][0]["name"] == "a.txt"


async def test_an_event_that_failed_comes_again(company: Company, bolt: AsyncApp, act: Any) -> None:
    company.slack.door.retry_after = (0.0,)
    times: list[str | None] = []

    @bolt.event("message")
    async def fails(request: Any) -> None:
        times.append(request.headers.get("x-slack-retry-num", [None])[0])
        if len(times) == 1:
            raise RuntimeError("the first time it fails")

    await act("say", user="UAGENT01", channel="dm", text="hello")
    await company.world.wait_newer(company.world.last, "slack->bot", 2)
    assert times == [None, "1"]


async def test_shortcuts_and_raw_requests_reach_the_app(
    company: Company, bolt: AsyncApp, act: Any, web: AsyncWebClient
) -> None:
    bodies: list[dict[str, Any]] = []

    @bolt.shortcut("report")
    async def shortcut(ack: Any, body: Any) -> None:
        bodies.append(body)
        await ack()

    await act("shortcut", user="UAGENT01", callback_id="report")
    sent = await web.chat_postMessage(channel="CMOD0001", text="card")
    where = {"channel": "CMOD0001", "ts": sent["ts"]}
    await act("shortcut", user="UMOD0001", callback_id="report", **where)
    assert [b["type"] for b in bodies] == ["shortcut", "message_action"]
    raw = await act("raw", headers={"Content-Type": "application/json"}, body='{"type":"x"}')
    assert raw["status"] == 401
