"""Bodies written by hand and signed as Slack signs them, for what Slack's own client would never send."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from tests.journey.scene import MOD, Json, Scene

FORM = "application/x-www-form-urlencoded"
SECRET = b"sandbox-signing-secret"


def send(scene: Scene, raw: bytes, kind: str = FORM) -> httpx.Response:
    """Send a body to the bot as Slack signs it: https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    stamp = str(int(time.time()))
    signed = hmac.new(SECRET, f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signed}",
    }
    return httpx.post(f"{scene.stage.bot_url}/slack/events", content=raw, headers=headers)


def payload(**body: Any) -> bytes:
    return urlencode({"payload": json.dumps(body)}).encode()


def pressed(action: str, value: str, user: str = "UMOD0001") -> bytes:
    return payload(
        type="block_actions",
        user={"id": user},
        trigger_id=uuid4().hex,
        channel={"id": MOD},
        container={"message_ts": "1.1", "channel_id": MOD},
        actions=[{"type": "button", "action_id": action, "block_id": "b", "value": value}],
    )


def said_to(scene: Scene, who: str) -> list[str]:
    """What only this person was told so far, in a channel or directly."""
    mine = (m for m in scene.messages(who) if m.get("is_ephemeral") or m["channel"].startswith("D"))
    return [m["text"] for m in mine if m["user"] == "UBOT0001"]


def mod_hears(scene: Scene) -> list[str]:
    return said_to(scene, "mod")


def attempts(scene: Scene) -> list[Json]:
    """How Zendesk's newest delivery was answered, try by try."""
    made = scene.control("GET", "/zendesk/deliveries")["deliveries"]
    return list(made[-1]["attempts"])
