"""People act in the pretend Slack against a real bolt app: what the app gets, and what people then see."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.company import Company

BUTTON = {
    "type": "button",
    "action_id": "suspend",
    "value": "01H",
    "text": {"type": "plain_text", "text": "Suspended now"},
}
CARD = [{"type": "actions", "block_id": "acts", "elements": [BUTTON]}]


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def field(name: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name),
        "element": {"action_id": f"{name}_in", **element},
        **more,
    }


BRANDS = [{"text": plain(name), "value": name} for name in ("call", "written")]
FORM = {
    "type": "modal",
    "callback_id": "intake",
    "private_metadata": "p1",
    "notify_on_close": True,
    "title": plain("Who is calling?"),
    "submit": plain("Next"),
    "blocks": [
        field("name", {"type": "plain_text_input", "min_length": 2, "max_length": 10}),
        field("email", {"type": "email_text_input"}, optional=True),
        field("channel", {"type": "radio_buttons", "options": BRANDS, "initial_option": BRANDS[0]}),
        field("marks", {"type": "checkboxes", "options": BRANDS}, optional=True),
        field("day", {"type": "datepicker"}, optional=True),
        field("orders", {"type": "number_input", "is_decimal_allowed": False}, optional=True),
        field("proof", {"type": "file_input"}, optional=True),
    ],
}


@pytest.fixture
def intake(bolt: AsyncApp) -> dict[str, Any]:
    """`/ato` opens the form; what a submission does is set by the test."""
    seen: dict[str, Any] = {"answer": {}, "bodies": []}

    @bolt.command("/ato")
    async def command(ack: Any, body: Any, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=seen.get("form", FORM))
        await ack()

    @bolt.view("intake")
    async def submitted(ack: Any, body: Any) -> None:
        seen["bodies"].append(body)
        await ack(**seen["answer"])

    @bolt.view_closed("intake")
    async def closed(ack: Any, body: Any) -> None:
        seen["closed"] = body
        await ack()

    return seen


async def open_form(act: Any) -> str:
    opened = await act("command", user="UAGENT01", channel="CCUSTCAR", text="")
    assert (opened["status"], opened["view"]["callback_id"]) == (200, "intake")
    return str(opened["view"]["id"])


async def test_a_form_sends_every_input_touched_or_not(intake: Any, act: Any) -> None:
    view = await open_form(act)
    file = await act("upload", user="UAGENT01", filename="id.pdf", content_base64="aGk=")
    values = {"name_in": "Naledi", "marks": ["written"], "proof": [file["file"]["id"]]}
    told = await act("submit", user="UAGENT01", view_id=view, values=values)
    assert (told["status"], told["closed"], told["view"]) == (200, True, None)
    body = intake["bodies"][0]["view"]
    state = body["state"]["values"]
    assert state["name"]["name_in"] == {"type": "plain_text_input", "value": "Naledi"}
    assert state["email"]["email_in"] == {"type": "email_text_input", "value": None}
    assert state["channel"]["channel_in"]["selected_option"]["value"] == "call"
    assert [o["value"] for o in state["marks"]["marks_in"]["selected_options"]] == ["written"]
    assert state["day"]["day_in"] == {"type": "datepicker", "selected_date": None}
    assert state["proof"]["proof_in"]["files"][0]["name"] == "id.pdf"
    assert body["private_metadata"] == "p1"


async def test_what_the_client_refuses_never_reaches_the_app(intake: Any, act: Any) -> None:
    view = await open_form(act)
    values = {
        "email": "nobody",
        "orders": "1.5",
        "channel": "pigeon",
        "colour": "red",
        "name": "x" * 11,
    }
    told = await act("submit", user="UAGENT01", view_id=view, values=values)
    errors = told["client_errors"]
    assert errors.pop("colour").startswith("There is nothing called colour here; there is name_in")
    assert errors == {
        "email_in": "This is not an email address.",
        "orders_in": "This must be a whole number.",
        "channel": "There is no option 'pigeon' here.",
        "name_in": "This must be no more than 10 characters.",
    }
    empty = await act("submit", user="UAGENT01", view_id=view, values={"name": ""})
    assert empty["client_errors"]["name_in"] == "Please complete this required field."
    assert intake["bodies"] == []


async def test_errors_stand_at_their_inputs_and_keep_what_was_entered(intake: Any, act: Any) -> None:
    view = await open_form(act)
    intake["answer"] = {"response_action": "errors", "errors": {"name": "Too many Naledis"}}
    told = await act("submit", user="UAGENT01", view_id=view, values={"name": "Naledi"})
    assert told["errors"] == {"name": "Too many Naledis"}
    assert told["view"]["state"]["values"]["name"]["name_in"]["value"] == "Naledi"
    intake["answer"] = {"response_action": "errors", "errors": {"nothing": "x"}}
    lost = await act("submit", user="UAGENT01", view_id=view, values={})
    assert "trouble connecting" in lost["trouble"]
    assert lost["closed"] is False


async def test_pages_follow_each_other_in_one_modal(intake: Any, act: Any) -> None:
    view = await open_form(act)
    page2 = FORM | {"title": plain("Find the profile"), "private_metadata": "p2"}
    intake["answer"] = {"response_action": "update", "view": page2}
    told = await act("submit", user="UAGENT01", view_id=view, values={"name": "Naledi"})
    assert (told["view"]["id"], told["view"]["private_metadata"]) == (view, "p2")
    assert told["view"]["state"]["values"]["name"]["name_in"]["value"] == "Naledi"
    intake["answer"] = {"response_action": "push", "view": page2}
    pushed = await act("submit", user="UAGENT01", view_id=view, values={})
    assert pushed["view"]["previous_view_id"] == view
    intake["answer"] = {"response_action": "clear"}
    values = {"name": "Naledi"}
    top = pushed["view"]["id"]
    cleared = await act("submit", user="UAGENT01", view_id=top, values=values)
    assert (cleared["closed"], cleared["view"]) == (True, None)


async def test_a_broken_page_is_trouble_not_a_page(intake: Any, act: Any) -> None:
    view = await open_form(act)
    intake["answer"] = {"response_action": "update", "view": FORM | {"title": plain("x" * 25)}}
    told = await act("submit", user="UAGENT01", view_id=view, values={"name": "Naledi"})
    assert "must be at most 24 characters" in told["trouble"]


async def test_closing_is_told_when_asked_for(intake: Any, act: Any) -> None:
    view = await open_form(act)
    told = await act("close", user="UAGENT01", view_id=view)
    assert (told["status"], told["view"]) == (200, None)
    assert intake["closed"]["is_cleared"] is False


async def test_a_click_is_answered_privately(bolt: AsyncApp, web: AsyncWebClient, act: Any) -> None:
    @bolt.action("suspend")
    async def clicked(ack: Any, body: Any, respond: Any, client: AsyncWebClient) -> None:
        await ack()
        await respond(text=f"only for you: {body['actions'][0]['value']}")
        place = body["channel"]["id"]
        await client.chat_update(channel=place, ts=body["message"]["ts"], text="done")

    sent = await web.chat_postMessage(channel="CMOD0001", text="card", blocks=CARD)
    told = await act("click", user="UMOD0001", channel="CMOD0001", ts=sent["ts"], action_id="suspend")
    assert [m["text"] for m in told["ephemeral"]] == ["only for you: 01H"]
    assert told["message"]["text"] == "done"
    again = await act("click", user="UMOD0001", channel="CMOD0001", ts=sent["ts"], action_id="suspend")
    assert "There is nothing called suspend here" in again["client_errors"]["not_seen"]
    outside = await act("click", user="UAGENT01", channel="CMOD0001", ts=sent["ts"])
    assert "does not see a channel" in outside["client_errors"]["not_seen"]


async def test_a_double_click_is_two_triggers_and_a_repeat_is_one(
    bolt: AsyncApp, web: AsyncWebClient, act: Any
) -> None:
    seen: list[tuple[str, str | None]] = []

    @bolt.action("suspend")
    async def clicked(ack: Any, body: Any, request: Any) -> None:
        seen.append((body["trigger_id"], request.headers.get("x-slack-retry-num", [None])[0]))
        await ack()

    sent = await web.chat_postMessage(channel="CMOD0001", text="card", blocks=CARD)
    at = {"user": "UMOD0001", "channel": "CMOD0001", "ts": sent["ts"], "action_id": "suspend"}
    twice = await act("click", **at, double=True)
    assert twice["second"]["status"] == 200
    assert len({trigger for trigger, _ in seen}) == 2
    seen.clear()
    again = await act("click", **at, repeat=2)
    assert again["statuses"] == [200, 200, 200]
    assert [retry for _, retry in seen] == [None, "1", "2"]
    assert len({trigger for trigger, _ in seen}) == 1


@pytest.mark.parametrize("manner", [{"forge": True}, {"age": 400}])
async def test_a_forged_or_old_request_is_refused_by_bolt(intake: Any, act: Any, manner: dict[str, Any]) -> None:
    told = await act("command", user="UAGENT01", channel="CCUSTCAR", **manner)
    assert (told["status"], told["trouble"], told["view"]) == (401, "dispatch_failed", None)


async def test_an_answer_after_three_seconds_is_an_error_for_the_person(
    company: Company, bolt: AsyncApp, act: Any
) -> None:
    company.slack.door.patience = 0.05
    forever = asyncio.Event()

    @bolt.command("/ato")
    async def command(ack: Any) -> None:
        await forever.wait()

    told = await act("command", user="UAGENT01", channel="CCUSTCAR")
    assert (told["status"], told["trouble"]) == (None, "operation_timeout")
    entry = company.world.asked("slack->bot")[-1]
    assert (entry.call, entry.fault) == ("/ato", "operation_timeout")
