"""Signed requests of Slack and Zendesk for the load generator, each unique."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

from ops.stage import SANDBOX

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
AGENT, MOD = "UAGENT01", "UMOD0001"
FIRST_TICKET = 5_000_000
"""Tickets of copied cases have numbers from here on."""
LOOKERS = 120
"""So many people look customers up: each may only ten times a minute."""

_ONCE, _LOOK, _RUN = count(), count(), uuid4().hex[:8]


def case_id(number: int) -> str:
    """Return the key of the copied case with this number: ULID length, ordered by number."""
    digits = ""
    for _ in range(8):
        number, rest = divmod(number, 32)
        digits = CROCKFORD[rest] + digits
    return "01BENCHMARK0000000" + digits


@dataclass(frozen=True)
class Ask:
    """A kind of request: its body, and what the answer must contain."""

    path: str
    kind: str
    body: Callable[[int], bytes]
    holds: str = ""


def _trigger() -> str:
    return f"{_RUN}.{next(_ONCE)}"


def _command(words: str, user: str) -> Callable[[int], bytes]:
    about = {
        "token": "old",
        "team_id": "TMRD0001",
        "team_domain": "mrd",
        "channel_id": "CGENERAL",
        "channel_name": "general",
        "user_id": user,
        "user_name": "x",
        "command": "/ato",
        "text": words,
        "response_url": "https://hooks.slack.example/commands/1/x",
        "api_app_id": "AATODESK",
        "is_enterprise_install": "false",
    }
    return lambda _: urlencode({**about, "trigger_id": _trigger()}).encode()


def _find(_: int) -> bytes:
    """Build a search for the customer by one of many people: each may search ten times a minute."""
    who = f"ULOOK{next(_LOOK) % LOOKERS:03d}"
    return _command("find naledi.mahlangu@example.com", who)(0)


def _click(number: int) -> bytes:
    pressed = {
        "type": "button",
        "action_id": "do:suspend:suspended",
        "block_id": "b1",
        "action_ts": "1700.01",
        "text": {"type": "plain_text", "text": "x", "emoji": True},
        "value": f"{case_id(number)}|1",
    }
    payload: dict[str, object] = {
        "type": "block_actions",
        "user": {"id": MOD, "username": "x", "name": "x", "team_id": "TMRD0001"},
        "api_app_id": "AATODESK",
        "token": "old",
        "trigger_id": _trigger(),
        "enterprise": None,
        "team": {"id": "TMRD0001", "domain": "mrd"},
        "is_enterprise_install": False,
        "container": {"type": "message", "message_ts": "1700.02", "channel_id": "CMOD0001"},
        "channel": {"id": "CMOD0001", "name": "mod"},
        "message": {"ts": "1700.02"},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.example/actions/1/x",
        "actions": [pressed],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def _home(_: int) -> bytes:
    inner = {"type": "app_home_opened", "user": MOD, "channel": "D1", "tab": "home", "event_ts": "1"}
    return json.dumps(
        {
            "token": "old",
            "team_id": "TMRD0001",
            "api_app_id": "AATODESK",
            "event": inner,
            "type": "event_callback",
            "event_id": f"Ev{_trigger()}",
            "event_time": 1700,
            "authorizations": [],
        }
    ).encode()


def _ticket(number: int) -> bytes:
    return json.dumps({"ticket_id": str(FIRST_TICKET + number)}).encode()


SLACK, ZENDESK = "/slack/events", "/zendesk/webhook"
ASKS = {
    "command": Ask(SLACK, FORM, _command("", AGENT)),
    "click": Ask(SLACK, FORM, _click),
    "webhook": Ask(ZENDESK, JSON, _ticket, "kept"),
    "home": Ask(SLACK, JSON, _home),
    "board": Ask(SLACK, FORM, _command("board", MOD), "blocks"),
    "find": Ask(SLACK, FORM, _find, "ATO-1"),
}


def request(kind: str, number: int) -> bytes:
    """Build a request about a case, signed now, as bytes of HTTP/1.1."""
    ask = ASKS[kind]
    body = ask.body(number)
    signed = _by_zendesk(body) if ask.path == ZENDESK else _by_slack(body)
    head = {"Host": "desk", "Content-Type": ask.kind, "Content-Length": str(len(body)), **signed}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {ask.path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _by_slack(body: bytes) -> dict[str, str]:
    at = str(int(time.time()))
    secret = SANDBOX["ATO_SLACK__SIGNING_SECRET"].encode()
    mac = hmac.new(secret, f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={mac}"}


def _by_zendesk(body: bytes) -> dict[str, str]:
    at = datetime.now(UTC).isoformat()
    secret = SANDBOX["ATO_ZENDESK__WEBHOOK_SECRET"].encode()
    mac = b64encode(hmac.new(secret, at.encode() + body, hashlib.sha256).digest()).decode()
    return {
        "X-Zendesk-Webhook-Signature": mac,
        "X-Zendesk-Webhook-Signature-Timestamp": at,
        "X-Zendesk-Webhook-Invocation-Id": uuid4().hex,
    }
