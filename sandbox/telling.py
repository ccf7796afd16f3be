"""Serialisation of the control API: JSON of anything, short log entries, and change notification."""

from __future__ import annotations

import json
from typing import Any

from fastapi.responses import Response

from sandbox.world import Asked, World

QUIET = ("GET", "HEAD", "OPTIONS")


def answer(content: Any, status: int = 200) -> Response:
    """JSON without a model: the log may hold anything, so values JSON lacks become strings."""
    body = json.dumps(content, default=str, ensure_ascii=False)
    return Response(body, status_code=status, media_type="application/json")


def brief(entry: Asked) -> dict[str, Any]:
    """An entry without its bodies."""
    return {
        "n": entry.n,
        "at": entry.at,
        "system": entry.system,
        "call": entry.call,
        "status": entry.status,
        "fault": entry.fault,
        "key": entry.key,
        "ok": _good(entry),
        "about": _about(entry.body),
    }


def _good(entry: Asked) -> bool:
    """Success: Slack answers 200 with `ok: false` on errors."""
    told = entry.answer if isinstance(entry.answer, dict) else {}
    return bool(entry.status and entry.status < 400 and told.get("ok") is not False)


def _about(body: Any) -> str:
    """A short summary of the request for a list."""
    found: Any = body if isinstance(body, dict) else {}
    ticket = found.get("ticket")
    if isinstance(ticket, dict):
        comment = ticket.get("comment")
        found = {"text": comment.get("body")} if isinstance(comment, dict) else ticket
    words = found.get("text") or found.get("subject") or found.get("command") or ""
    return str(words).strip().split("\n")[0][:90]


class Touching:
    """ASGI middleware: a request to the control API marks the state as changed."""

    def __init__(self, app: Any, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] not in QUIET:
            self.world.notify()
