"""Before the doors: who signed, whether it came before, how much and how fast, and what a browser is told."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from slack_sdk.web.async_client import AsyncWebClient

from bot import slack_app, web_app
from bot.guards import HEADERS, LARGEST, REMEMBERED, TWINS, Pace, Seen
from config.load import load
from handlers.health import Probes
from handlers.zendesk.webhook import ZendeskDoor
from integrations.slack.web.signature import signed
from tests.engine.acting import Slack
from tests.engine.test_slack_app import SECRET, click, command, event, interaction
from tests.wire.test_slack_anything import ANYTHING

BOOKS = {"mr_d": load()["mr_d"]}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Told:
    """An engine that only remembers what it was told."""

    def __init__(self) -> None:
        self.commands: list[Any] = []

    async def accept(self, command: Any) -> None:
        self.commands.append(command)

    async def note(self, ticket: int, delivery: str) -> bool:
        self.commands.append((ticket, delivery))
        return True


@asynccontextmanager
async def nothing_beside(_: Any) -> AsyncIterator[None]:
    yield


class Doors:
    """The web shell over a desk in memory."""

    def __init__(self, *, person: int = 0, door: int = 0, token: str = "", loopback: bool = True, ready: bool = True):
        self.slack, self.told = Slack(BOOKS), Told()
        bolt = slack_app.build(self.slack.door, SECRET, AsyncWebClient("xoxb-x"))
        too_fast = slack_app.too_fast(self.slack.door, person)
        side = web_app.SlackSide(bolt, SECRET, too_fast, Pace(person), Pace(door))
        self.seen = Seen()
        desk = ZendeskDoor(self.told, "z")
        zendesk = web_app.ZendeskSide(desk, Pace(door), self.seen)

        async def store() -> None:
            return None

        probes = Probes(store=store, queue_runs=lambda: ready)
        app = web_app.build(side, zendesk, web_app.Watching(probes, token, loopback), nothing_beside)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://desk")

    async def send(self, raw: str | bytes, kind: str = FORM, **headers: str) -> httpx.Response:
        given = {**sign(raw), "content-type": kind, **headers}
        return await self.http.post("/slack/events", content=raw, headers=given)

    async def webhook(self, body: str, ident: str = "i1", at: str = "") -> httpx.Response:
        at = at or datetime.now(UTC).isoformat()
        mac = b64encode(hmac.new(b"z", (at + body).encode(), hashlib.sha256).digest()).decode()
        given = {
            "x-zendesk-webhook-signature": mac,
            "x-zendesk-webhook-signature-timestamp": at,
            "x-zendesk-webhook-invocation-id": ident,
        }
        return await self.http.post("/zendesk/webhook", content=body, headers=given)


def sign(raw: str | bytes, age: int = 0, secret: str = SECRET) -> dict[str, str]:
    at = str(int(time.time()) - age)
    body = raw if isinstance(raw, bytes) else raw.encode()
    mac = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-signature": f"v0={mac}", "x-slack-request-timestamp": at}


@pytest.mark.parametrize("age", [-301, -299, 0, 299, 301])
def test_a_signature_is_good_for_five_minutes(age: int) -> None:
    now = int(time.time())
    headers = sign("x", age)
    assert signed(SECRET, headers, b"x", now) is (abs(age) < 300)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        sign("x", secret="other"),
        sign("y"),
        sign("x") | {"x-slack-signature": ""},
        sign("x") | {"x-slack-request-timestamp": "9" * 400},
        sign("x") | {"x-slack-request-timestamp": "١٢"},
        sign("x") | {"x-slack-signature": "v0=é"},
    ],
)
def test_what_slack_did_not_sign_is_not_signed(headers: dict[str, str]) -> None:
    assert not signed(SECRET, headers, b"x", time.time())
    assert not signed("", sign("x", secret=""), b"x", time.time())


async def test_nothing_is_parsed_before_it_is_known_who_signed() -> None:
    doors = Doors()
    for raw in (b"[" * 200_000, b"\xff" * 100, b"payload=" + b"%5B" * 100_000):
        answer = await doors.http.post("/slack/events", content=raw, headers={"content-type": JSON})
        assert answer.status_code == 401
        assert (await doors.send(raw, JSON)).status_code == 400


async def test_a_replayed_click_or_command_learns_nothing() -> None:
    doors = Doors()
    await doors.slack.with_mod()
    body = command("mine")
    first = sign(body)
    answers = [await doors.send(body, **first) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 401, 401]
    assert "ATO-1" not in answers[1].text
    told = event({"type": "app_home_opened", "user": "UMOD0001", "tab": "home"})
    assert [(await doors.send(told, JSON, **sign(told))).status_code for _ in range(2)] == [
        200,
        200,
    ]


async def test_what_was_not_done_may_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    doors = Doors()
    body = click("claim:suspend")
    headers = sign(body)

    async def bug(_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(doors.slack.engine, "accept", bug)
        assert (await doors.send(body, **headers)).status_code == 500
    assert (await doors.send(body, **headers)).status_code == 200


async def test_one_signature_of_zendesk_is_good_for_what_changed_in_its_second() -> None:
    doors, at, now = Doors(), datetime.now(UTC).isoformat(), 0.0
    doors.seen.now = lambda: now

    async def statuses(*idents: str) -> list[int]:
        body = '{"ticket_id": "1"}'
        return [(await doors.webhook(body, ident, at)).status_code for ident in idents]

    assert await statuses("i1", "i1", "i2") == [200, 200, 200]
    now = TWINS
    assert await statuses("i1", "i3") == [200, 401]
    assert [delivery for _, delivery in doors.told.commands] == ["zendesk:i1", "zendesk:i2"]


def test_signatures_are_forgotten_in_time() -> None:
    at = 0.0
    seen = Seen(lambda: at)
    assert [seen.before("a", "1"), seen.before("a", "2"), seen.before("b")] == [None, "1", None]
    at = REMEMBERED + 1
    assert seen.before("c") is None
    assert list(seen._kept) == ["c"]


async def test_somebody_too_fast_is_told_and_nobody_else_is_held_up() -> None:
    doors = Doors(person=3)
    answers = [await doors.send(command("help" + " " * n)) for n in range(5)]
    assert [one.status_code for one in answers] == [200] * 5
    assert "That is more than 3 commands" in answers[3].text
    assert "That is more than 3 commands" not in answers[2].text
    pressed = await doors.send(click("link:0", who="UAGENT01"))
    assert pressed.status_code == 429
    assert 1 <= int(pressed.headers["retry-after"]) <= 60
    await doors.slack.door.later.settle()
    assert doors.slack.reply.told[-1][1].startswith("That is more than 3 commands")
    assert (await doors.send(click("link:0", who="UMOD0001"))).status_code == 200


async def test_a_door_takes_so_much_and_what_is_not_signed_counts_for_nothing() -> None:
    doors = Doors(door=2)
    for _ in range(20):
        await doors.http.post("/zendesk/webhook", content="{}")
        await doors.http.post("/slack/events", content="{}")
    for n in range(3):
        answer = await doors.webhook('{"ticket_id": "1"}', f"i{n}", datetime.now(UTC).isoformat())
        slack = await doors.send(command(" " * n))
    assert (answer.status_code, slack.status_code) == (429, 429)
    assert int(answer.headers["retry-after"]) <= 60


async def test_a_body_that_says_it_is_larger_is_not_read() -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = {"content-length": str(LARGEST + 1)}
    for door in ("/slack/events", "/zendesk/webhook"):
        answer = await Doors().http.post(door, content=never(), headers=headers)
        assert answer.status_code == 413


async def test_every_answer_tells_a_browser_to_do_nothing_with_it() -> None:
    doors = Doors()
    for path in ("/healthz", "/nowhere", "/slack/events", "//example.com/", "/healthz/"):
        answer = await doors.http.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.status_code in {200, 404, 405}
        assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"])
async def test_nothing_describes_the_doors(path: str) -> None:
    assert (await Doors().http.get(path)).status_code == 404


async def test_figures_are_for_this_machine_or_with_a_token() -> None:
    assert (await Doors().http.get("/metrics")).status_code == 200
    assert (await Doors(loopback=False).http.get("/metrics")).status_code == 404
    doors = Doors(token="t0ken", loopback=False)
    for token, status in (
        ("", 404),
        ("Bearer other", 404),
        ("Bearer é", 404),
        ("Bearer t0ken", 200),
    ):
        headers = {"authorization": token.encode()}
        assert (await doors.http.get("/metrics", headers=headers)).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {"type": "block_actions"},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [7]},
        {"type": "view_submission"},
        {"type": "view_submission", "view": []},
        {"type": ["block_actions"]},
        {},
        {"type": "event_callback", "event": "x"},
        {"command": {}},
        {"type": "view_closed", "view": {"callback_id": 3}},
    ],
)
async def test_a_signed_body_without_its_parts_is_refused_not_stumbled_over(body: Any) -> None:
    assert (await Doors().send(interaction(body))).status_code < 500
    answer = await Doors().send(json.dumps(body), JSON)
    assert answer.status_code < 500


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=ANYTHING)
async def test_no_signed_body_is_an_error_of_ours(body: Any) -> None:
    doors = _fuzzed()
    for raw, kind in (
        (json.dumps(body), JSON),
        (interaction(body if isinstance(body, dict) else {"x": body}), FORM),
    ):
        answer = await doors.send(raw, kind)
        assert answer.status_code < 500, (body, answer.text)


_MADE: list[Doors] = []


def _fuzzed() -> Doors:
    """One pair of doors for all examples; making one takes long."""
    if not _MADE:
        _MADE.append(Doors())
    return _MADE[0]
