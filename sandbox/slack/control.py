"""Control API of Slack (`/slack`): act as any person, and read what any person sees.

Parses JSON, calls an act or a view, and explains refusals.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.slack import sight
from sandbox.slack.acts import Acts
from sandbox.slack.door import Door
from sandbox.slack.forms import CannotEnter
from sandbox.slack.happenings import Happenings
from sandbox.slack.reading import reading_router
from sandbox.slack.workspace import Refused, Workspace
from sandbox.slack.writing import write_group, write_user
from sandbox.telling import answer

Act = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


def slack_router(space: Workspace, door: Door) -> APIRouter:
    router = APIRouter(prefix="/slack")
    acts, happenings = Acts(space, door), Happenings(space, door)
    routes: dict[str, Act] = {
        "command": acts.command,
        "click": acts.click,
        "submit": acts.submit,
        "close": acts.close,
        "shortcut": acts.shortcut,
        "suggest": acts.suggest,
        "home": happenings.home,
        "say": happenings.say,
        "upload": happenings.upload,
        "groups": happenings.group,
        "users": happenings.user,
        "channels": happenings.channel,
        "scopes": happenings.scopes,
        "apps": happenings.app,
    }
    for name, act in routes.items():
        router.add_api_route(f"/{name}", _endpoint(act), methods=["POST"], name=name)
    router.add_api_route("/raw", _raw(door), methods=["POST"], name="raw")
    router.add_api_route("/link", _link(door), methods=["GET", "POST"], name="link")
    _sights(router, space)
    router.include_router(reading_router(space))
    return router


def _endpoint(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return answer(await act(await request.json()))
        except sight.NotSeen as why:
            return answer({"status": None, "client_errors": {"not_seen": str(why)}}, 404)
        except CannotEnter as why:
            return answer({"status": None, "client_errors": {"cannot_enter": str(why)}}, 422)
        except Refused as why:
            return answer({"status": None, "client_errors": why.answer}, 422)

    return endpoint


def _raw(door: Door) -> Callable[[Request], Awaitable[Response]]:
    """Deliver an arbitrary body with arbitrary headers, as an attacker may."""

    async def raw(request: Request) -> Response:
        asked = await request.json()
        body = asked.get("body") or ""
        content = base64.b64decode(asked["body_base64"]) if "body_base64" in asked else body.encode()
        reply = await door.post(content, dict(asked.get("headers") or {}))
        door.world.note(system="slack->bot", call="raw", body=body, status=reply.status, answer=reply.body)
        return answer({"status": reply.status, "answer": reply.body, "trouble": reply.trouble})

    return raw


def _link(door: Door) -> Callable[[Request], Awaitable[Response]]:
    """The number of open Socket Mode connections; POST manipulates them first."""

    async def link(request: Request) -> Response:
        if request.method == "POST":
            await door.link.do(str((await request.json()).get("do")))
        return answer({"open": door.link.open, "used": door.link.used})

    return link


def _sights(router: APIRouter, space: Workspace) -> None:
    @router.get("/channels/{channel}")
    async def channel(channel: str, user: str | None = None) -> Response:
        try:
            if user is None:
                return answer(sight.see_channel(space, space.channels[channel]))
            place = sight.place(space, sight.person(space, user), channel)
        except (KeyError, sight.NotSeen) as why:
            return answer({"error": str(why)}, 404)
        return answer(sight.see_channel(space, place, user))

    @router.get("/views")
    async def views(user: str) -> Response:
        return answer(sight.see_screens(space, user))

    @router.get("/messages")
    async def messages(user: str, since: str = "0") -> Response:
        return answer({"messages": sight.see_all(space, user, since)})

    @router.get("/state")
    async def state() -> Response:
        return answer(everything(space))


def everything(space: Workspace) -> dict[str, Any]:
    """The whole workspace, for tests."""
    files = [{"id": f.id, "name": f.name, "shares": f.shares} for f in space.files.values()]
    return {
        "users": [write_user(u, locale=True) for u in space.users.values()],
        "groups": [write_group(g) for g in space.groups.values()],
        "channels": {c.id: sight.see_channel(space, c) for c in space.channels.values()},
        "screens": {u: sight.see_screens(space, u) for u in space.users},
        "files": files,
    }
