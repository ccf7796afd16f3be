"""What the pretend Slack sends, key by key: our own table first, then Slack's samples where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.company import Company

SAMPLES = Path(__file__).parents[3] / "shared" / "contracts" / "slack" / "bolt-python-payloads"
PLAIN = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "action_id": "go", "value": "1", "text": PLAIN | {"emoji": True}}
CARD = [{"type": "actions", "block_id": "acts", "elements": [BUTTON]}]
MODAL = {
    "type": "modal",
    "callback_id": "m",
    "notify_on_close": True,
    "title": PLAIN,
    "submit": PLAIN,
    "close": PLAIN,
    "blocks": [
        {
            "type": "input",
            "label": PLAIN,
            "optional": True,
            "element": {"type": "plain_text_input"},
        },
        {
            "type": "input",
            "label": PLAIN,
            "optional": True,
            "element": {"type": "external_select", "action_id": "out"},
        },
    ],
}
# What each request always carries, in our own words.
ALWAYS: dict[str, set[str]] = {
    "/ato": {
        *("token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name"),
        *("command", "text", "api_app_id", "is_enterprise_install", "response_url", "trigger_id"),
    },
    "block_actions": {
        *("type", "user", "api_app_id", "token", "container", "trigger_id", "team", "enterprise"),
        *("is_enterprise_install", "channel", "message", "state", "response_url", "actions"),
    },
    "view_submission": {
        *("type", "team", "user", "api_app_id", "token", "trigger_id", "view", "response_urls"),
        *("enterprise", "is_enterprise_install"),
    },
    "view_closed": {
        *("type", "team", "user", "api_app_id", "token", "view", "is_cleared", "response_urls"),
        *("enterprise", "is_enterprise_install"),
    },
    "shortcut": {
        *("type", "token", "action_ts", "team", "user", "callback_id", "trigger_id"),
        *("enterprise", "is_enterprise_install"),
    },
    "message_action": {
        *("type", "token", "action_ts", "team", "user", "channel", "callback_id", "trigger_id"),
        *("message_ts", "message", "response_url", "enterprise", "is_enterprise_install"),
    },
    "message": {
        *("token", "team_id", "api_app_id", "event", "type", "event_id", "event_time"),
        *("authorizations", "is_ext_shared_channel", "event_context"),
    },
}
SAMPLE_OF: dict[str, str] = {
    "/ato": "slash_command.slash_command_body",
    "block_actions": "block_actions.body",
    "view_submission": "view_submission.body",
    "view_closed": "view_closed.body",
    "block_suggestion": "block_suggestion.body",
    "shortcut": "shortcut.global_shortcut_body",
    "message_action": "shortcut.message_shortcut_body",
    "message": "message_bot.user_message_event_payload",
    "member_joined_channel": "events.join_event_body",
    "member_left_channel": "events.left_event_body",
    "file_share": "events.message_file_share_body",
}
# In the samples and not here: an Enterprise Grid's keys, a list Slack no longer sends, pictures' thumbnails.
NOT_HERE = ("enterprise_id", "enterprise_name", "authed_users", "thumb_", "original_")
# Names inside these are the app's own.
OPAQUE = ("blocks", "values")


def paths(value: Any, at: str = "") -> dict[str, str]:
    """Every key of a body with the type of what it holds."""
    if isinstance(value, dict) and at.rpartition(".")[2] not in OPAQUE:
        found = {at: "dict"}
        for key, inner in value.items():
            found |= paths(inner, f"{at}.{key}")
        return found
    if isinstance(value, list) and value and at.rpartition(".")[2] not in OPAQUE:
        return {at: "list"} | paths(value[0], at + "[]")
    return {at: type(value).__name__}


@pytest.fixture
async def sent(company: Company, bolt: AsyncApp, web: AsyncWebClient, act: Any) -> dict[str, dict[str, Any]]:
    """One body of every kind, as the pretend Slack sent it."""

    @bolt.command("/ato")
    async def command(ack: Any, body: Any, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack()

    @bolt.view("m")
    async def submitted(ack: Any) -> None:
        await ack(response_action="errors", errors={"nothing": "stay open"})

    mod = {"user": "UMOD0001", "channel": "CMOD0001"}
    view = (await act("command", **mod))["view"]["id"]
    await act("suggest", user="UMOD0001", view_id=view, action_id="out", value="na")
    await act("submit", user="UMOD0001", view_id=view, values={})
    await act("close", user="UMOD0001", view_id=view)
    said = await act("say", **mod, text="hello")
    card = await web.chat_postMessage(channel="CMOD0001", text="card", blocks=CARD)
    await act("click", **mod, ts=card["ts"], action_id="go")
    await act("shortcut", user="UMOD0001", callback_id="s")
    await act("shortcut", **mod, ts=said["ts"], callback_id="s")
    await act("channels", id="CMOD0001", members=["UMOD0001", "UAGENT01"])
    bodies = {entry.call: entry.body for entry in company.world.asked("slack->bot")}
    await act("upload", **mod, filename="a.png", content_base64="aGk=", text="look")
    return bodies | {"file_share": company.world.asked("slack->bot", "message")[-1].body}


async def test_every_request_carries_its_keys(sent: dict[str, dict[str, Any]]) -> None:
    assert {call: set(sent[call]) for call in ALWAYS} == ALWAYS


@pytest.mark.skipif(not SAMPLES.exists(), reason="Slack's sample payloads are not here")
async def test_keys_and_types_are_those_of_slacks_samples(sent: dict[str, dict[str, Any]]) -> None:
    wrong = {}
    for call, name in SAMPLE_OF.items():
        sample = json.loads((SAMPLES / f"{name}.json").read_text())
        ours = paths(sent[call])
        for path, kind in paths(sample.get("fields", sample)).items():
            last = path.rpartition(".")[2]
            if not last.startswith(NOT_HERE) and ours.get(path) != kind:
                wrong[f"{call}{path}"] = (kind, ours.get(path))
    assert wrong == {}
