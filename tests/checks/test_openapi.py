"""`docs/bot-openapi.yaml` says everything the doors answer: schemathesis asks them, signed and unsigned."""

import asyncio
import copy
import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from bot import guards, web_app
from bot.guards import LARGEST
from desk.service.ports import StoreGone
from tests.engine.test_guards import Doors
from tests.engine.test_slack_app import SECRET, click, command, interaction

FILE = Path(__file__).parents[2] / "docs" / "bot-openapi.yaml"
WRITTEN: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SCHEMA = schemathesis.openapi.from_dict(WRITTEN)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOORS = [(path, method.upper()) for path, item in WRITTEN["paths"].items() for method in item]
SIGNED = ["/slack/events", "/zendesk/webhook"]
few = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
"""The same examples every time: what differs by chance is `tests/engine/test_guards.py`'s."""


@pytest.fixture(scope="module")
def doors() -> Doors:
    return Doors()


def sign(path: str, raw: bytes, ident: str) -> dict[str, str]:
    if path == "/slack/events":
        at = str(int(time.time()))
        mac = hmac.new(SECRET.encode(), f"v0:{at}:".encode() + raw, hashlib.sha256).hexdigest()
        return {"x-slack-signature": f"v0={mac}", "x-slack-request-timestamp": at}
    at = datetime.now(UTC).isoformat()
    mac64 = b64encode(hmac.new(b"z", at.encode() + raw, hashlib.sha256).digest()).decode()
    return {
        "x-zendesk-webhook-signature": mac64,
        "x-zendesk-webhook-signature-timestamp": at,
        "x-zendesk-webhook-invocation-id": ident,
    }


def as_payload(body: Any) -> bytes:
    return urlencode({"payload": json.dumps(body)}).encode()


def _interactions() -> st.SearchStrategy[schemathesis.Case]:
    """What stands in `payload`: JSON inside a form, which schemathesis does not look into."""
    written = copy.deepcopy(WRITTEN)
    written["paths"]["/slack/events"]["post"]["requestBody"]["content"] = {
        "application/json": {"schema": {"$ref": "#/components/schemas/SlackInteraction"}}
    }
    return schemathesis.openapi.from_dict(written)["/slack/events"]["POST"].as_strategy()


MADE = {one: SCHEMA[one[0]][one[1]].as_strategy() for one in DOORS}
INTERACTIONS = _interactions()


async def ask(doors: Doors, case: schemathesis.Case, *, signed: bool = False, payload: bool = False) -> httpx.Response:
    """Send what schemathesis made, signed where it should be, and hold the answer to what is written."""
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://desk")).prepare()
    raw = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    headers = {name: str(value) for name, value in sent.headers.items() if name.lower() != "cookie"}
    if payload:
        raw = as_payload(case.body)
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(raw))}
    if signed:
        mine = sign(case.path, raw, f"i{hashlib.sha256(raw).hexdigest()}")
        headers = {n: v for n, v in headers.items() if n.lower() not in mine} | mine
    answer = await doors.http.request(
        case.method,
        sent.path_url,
        content=raw,
        headers={name: value.encode("latin-1", "replace") for name, value in headers.items()},
    )
    case.validate_response(answer, checks=CHECKS)
    return answer


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
@few
@given(data=st.data())
async def test_no_door_answers_anything_that_is_not_written(
    doors: Doors, door: tuple[str, str], data: st.DataObject
) -> None:
    answer = await ask(doors, data.draw(MADE[door]))
    assert answer.status_code == (401 if door[0] in SIGNED else 200)


@pytest.mark.parametrize("path", SIGNED)
@few
@given(data=st.data())
async def test_nor_does_it_to_whoever_has_the_secret(doors: Doors, path: str, data: st.DataObject) -> None:
    answer = await ask(doors, data.draw(MADE[path, "POST"]), signed=True)
    assert answer.status_code != 401 or answer.json()["error"] == web_app.AGAIN


@few
@given(case=INTERACTIONS)
async def test_nor_to_a_click_or_form(doors: Doors, case: schemathesis.Case) -> None:
    answer = await ask(doors, case, signed=True, payload=True)
    assert answer.status_code in {200, 400, 401, 404}


# What no request of schemathesis's leads to ------------------------------------------------------


def written(path: str, method: str, status: int) -> dict[str, Any]:
    """What is written of an answer, references followed."""
    found = WRITTEN["paths"][path][method]["responses"][str(status)]
    return WRITTEN["components"]["responses"][found["$ref"].rsplit("/", 1)[1]] if "$ref" in found else found


def test_what_is_served_is_what_is_written(doors: Doors) -> None:
    app = doors.http._transport.app
    served = {(one.path, method) for one in app.routes if isinstance(one, Route) for method in one.methods}
    assert served == set(DOORS)
    assert len(app.routes) == len(served)


async def test_other_statuses_are_written_too(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    got: dict[str, set[int]] = {path: set() for path, _ in DOORS}

    async def take(path: str, answer: httpx.Response) -> None:
        about = written(path, "get" if answer.request.method == "GET" else "post", answer.status_code)
        kind = answer.headers.get("content-type", "text/plain").partition(";")[0]
        assert kind in about["content"], (path, answer.status_code, kind)
        assert set(about.get("headers", {})) <= {name.title() for name in answer.headers}
        got[path].add(answer.status_code)

    for path in SIGNED:
        await take(path, await doors.http.post(path, content=b"x" * (LARGEST + 1)))
        with monkeypatch.context() as hurried:
            hurried.setattr(guards, "PATIENCE", 0.0)
            await take(path, await doors.http.post(path, content=never_ends()))
    slow = Doors(door=1, token="t", loopback=False, ready=False)
    for n in range(2):
        await take("/slack/events", await slow.send(command(" " * n)))
        at = datetime.now(UTC).isoformat()
        await take("/zendesk/webhook", await slow.webhook('{"ticket_id": "1"}', f"i{n}", at))
    unknown = interaction({"type": "block_suggestion", "user": {"id": "U1"}, "action_id": "x"})
    await take("/slack/events", await doors.send(unknown))
    for path in ("/metrics", "/readyz"):
        await take(path, await slow.http.get(path))
    await _failing(doors, take, monkeypatch)
    assert got["/slack/events"] >= {404, 408, 413, 429, 500}
    assert got["/zendesk/webhook"] >= {408, 413, 429, 503}
    assert got["/metrics"] == {404}
    assert got["/readyz"] == {503}


async def never_ends() -> AsyncIterator[bytes]:
    yield b"x"
    await asyncio.Event().wait()


async def _failing(doors: Doors, take: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is gone, and then a handler of ours has a fault."""

    async def gone(*_: object) -> None:
        raise StoreGone("database")

    async def fault(*_: object) -> None:
        raise ZeroDivisionError

    await doors.slack.with_mod()
    monkeypatch.setattr(doors.told, "accept", gone)
    monkeypatch.setattr(doors.told, "note", gone)
    await take("/zendesk/webhook", await doors.webhook('{"ticket_id": "7"}', "gone"))
    monkeypatch.setattr(doors.slack.engine, "accept", fault)
    await take("/slack/events", await doors.send(click("claim:suspend")))
