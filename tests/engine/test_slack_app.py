"""bolt in front of the handlers: signatures, every occasion answered, bugs said once, and no call to Slack on the way."""

import hashlib
import hmac
import json
import logging
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_app import BUG, build
from config.load import load
from tests.engine.acting import CASE, RECEIVE, Slack

SECRET = "sandbox-signing-secret"


class Silent(AsyncWebClient):
    """A client nobody may use: bolt must not ask Slack anything while a person waits."""

    async def api_call(self, api_method: str, **_: Any) -> Any:
        raise AssertionError(f"bolt called {api_method}")


@pytest.fixture
def slack() -> Slack:
    return Slack({"mr_d": load()["mr_d"]})


@pytest.fixture
def app(slack) -> AsyncApp:
    client = Silent(token="xoxb-x")
    return build(slack.door, SECRET, client, team="TMRD0001", bot_user="UBOT0001", bot="BBOT0001")


def signed(body: str, *, form: bool = True, age: int = 0, secret: str = SECRET) -> AsyncBoltRequest:
    at = str(int(time.time()) - age)
    mac = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {
        "x-slack-signature": f"v0={mac}",
        "x-slack-request-timestamp": at,
        "content-type": kind,
    }
    return AsyncBoltRequest(body=body, headers=headers)


def command(text: str = "", name: str = "/ato") -> str:
    return urlencode(
        {
            "command": name,
            "text": text,
            "user_id": "UAGENT01",
            "channel_id": "C1",
            "trigger_id": "1.1.a",
            "team_id": "TMRD0001",
            "response_url": "https://hooks.slack.com/commands/x",
        }
    )


def interaction(payload: dict[str, Any]) -> str:
    return urlencode({"payload": json.dumps({"team": {"id": "TMRD0001"}, **payload})})


def click(action: str, value: str = f"{CASE}|1", who: str = "UMOD0001") -> str:
    return interaction(
        {
            "type": "block_actions",
            "user": {"id": who, "team_id": "TMRD0001"},
            "trigger_id": "1.2.b",
            "channel": {"id": "CMOD0001"},
            "container": {"type": "message", "message_ts": "1.1"},
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
            "response_url": "https://hooks.slack.com/actions/x",
        }
    )


def event(inner: dict[str, Any]) -> str:
    return json.dumps(
        {
            "type": "event_callback",
            "event_id": "Ev1",
            "team_id": "TMRD0001",
            "event": inner,
            "api_app_id": "A",
        }
    )


async def test_ato_opens_the_intake_and_answers_with_nothing(app, slack):
    answer = await app.async_dispatch(signed(command()))
    assert (answer.status, answer.body) == (200, "")
    assert slack.reply.opened[0][0] == "1.1.a"


async def test_a_private_answer_goes_back_in_the_response(app):
    answer = await app.async_dispatch(signed(command("help")))
    assert json.loads(answer.body)["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    "request_",
    [
        lambda: signed(command(), secret="another"),
        lambda: signed(command(), age=301),
        lambda: AsyncBoltRequest(body=command(), headers={}),
        lambda: signed("ssl_check=1&token=x", secret="another"),
    ],
)
async def test_a_bad_or_old_signature_is_refused(app, slack, request_):
    answer = await app.async_dispatch(request_())
    assert answer.status == 401
    assert slack.reply.opened == []


async def test_the_url_is_verified(app):
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    answer = await app.async_dispatch(signed(body, form=False))
    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": "abc"})


async def test_a_submission_is_answered_with_the_next_page(app, slack):
    view = slack._sent(await slack.opened(), RECEIVE)
    body = {
        "type": "view_submission",
        "user": {"id": "UAGENT01"},
        "trigger_id": "1.3.c",
        "view": view,
    }
    answer = await app.async_dispatch(signed(interaction(body)))
    assert json.loads(answer.body)["response_action"] == "update"
    assert (await slack.case()).step("locate").status == "open"


async def test_a_click_a_pick_and_a_closed_modal_reach_their_handlers(app, slack):
    second = await slack.received()
    assert (await app.async_dispatch(signed(click("claim:locate", who="UAGENT01")))).status == 200
    assert (await slack.case()).step("locate").claimed_by == "UAGENT01"
    pick = {
        "type": "block_actions",
        "user": {"id": "UAGENT01"},
        "trigger_id": "1.4.d",
        "view": slack._sent(second, {}),
        "container": {"type": "view", "view_id": "V1"},
        "actions": [
            {
                "type": "radio_buttons",
                "action_id": "pick:outcome",
                "block_id": "b",
                "selected_option": {"value": "found"},
            }
        ],
    }
    assert (await app.async_dispatch(signed(interaction(pick)))).status == 200
    assert len(slack.reply.updated) == 1
    closed = {
        "type": "view_closed",
        "user": {"id": "UAGENT01"},
        "view": slack._sent(second, {}),
        "is_cleared": False,
    }
    assert (await app.async_dispatch(signed(interaction(closed)))).status == 200
    assert len(slack.reply.told) == 1


@pytest.mark.parametrize(
    "body",
    [
        click("something:else"),
        click("link:0"),
        interaction({"type": "shortcut", "callback_id": "x", "user": {"id": "U1"}, "trigger_id": "1"}),
        command("help", "/other"),
        event({"type": "reaction_added", "user": "U1"}),
        event({"type": "app_home_opened", "user": "U1", "tab": "home"}),
        event({"type": "subteam_created", "subteam": {"id": "S1", "users": []}}),
        event({"type": "user_change", "user": {"id": "U1"}}),
    ],
)
async def test_nothing_ends_in_a_404(app, body):
    answer = await app.async_dispatch(signed(body, form=not body.startswith("{")))
    assert answer.status == 200


@pytest.fixture
def broken(slack, monkeypatch) -> Slack:
    async def bug(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(slack.engine, "accept", bug)
    monkeypatch.setattr(slack.cases, "owed_by_person", lambda *_: bug(None))
    return slack


async def test_a_bug_is_logged_once_with_the_case_and_said_privately(app, broken, caplog):
    caplog.set_level(logging.INFO)
    answer = await app.async_dispatch(signed(click("do:suspend:suspended")))
    assert answer.status == 500
    assert broken.reply.told == [("UMOD0001", BUG.key)]
    errors = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert [(one.message, one.case) for one in errors] == [("handler failed", CASE)]


async def test_a_bug_in_a_command_is_said_in_the_response(app, broken):
    answer: BoltResponse = await app.async_dispatch(signed(command("mine")))
    assert (answer.status, answer.body) == (200, BUG.key)


async def test_nothing_is_logged_when_all_is_well(app, slack, caplog):
    caplog.set_level(logging.INFO)
    await app.async_dispatch(signed(command()))
    await app.async_dispatch(signed(click("link:0")))
    assert caplog.records == []
