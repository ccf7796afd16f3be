"""ASGI app of the simulated Slack: Web API, response_urls, file upload and download.

Writes one log entry per call. Methods are in their own modules; this one authenticates, applies rate limits and
serialises.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import seeds
from sandbox.faults import Faulty, Plain, Scope, plain_shape
from sandbox.slack import chat, conversations, files, people, views
from sandbox.slack.answers import use_response_url
from sandbox.slack.apps import App, become
from sandbox.slack.asking import Args
from sandbox.slack.control import slack_router
from sandbox.slack.door import Door
from sandbox.slack.limits import Limits
from sandbox.slack.scopes import GIVEN, check_scope
from sandbox.slack.workspace import Refused, Workspace
from sandbox.world import Fault, World

Method = Callable[[Workspace, Args], dict[str, Any]]
METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **people.METHODS,
    **views.METHODS,
    **files.METHODS,
}


class Slack:
    """The simulated Slack of one world."""

    def __init__(self, world: World, limits: str = "off") -> None:
        self.world = world
        self.space = Workspace()
        self.space.now = world.clock.now
        self.space.scopes = set(GIVEN)
        self.door = Door(world)
        self.limits = Limits() if limits == "real" else None
        routes = [
            Route("/api/{method}", self._api, methods=["GET", "POST"]),
            Route("/upload/v1/{file}", self._upload, methods=["POST"]),
            Route("/files-pri/{rest:path}", self._download, methods=["GET"]),
            Route("/{kind}/{team}/{name}", self._response_url, methods=["POST"]),
            Route("/signin", self._sign_in, methods=["GET"]),
        ]
        self.app = Faulty(Starlette(routes=routes), world, "slack", call_name, slack_shape)

    @property
    def base_url(self) -> str:
        return self.space.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.space.base_url = url

    def control_router(self) -> APIRouter:
        return slack_router(self.space, self.door)

    def reset(self) -> None:
        self.door.forget()
        self.door.link.reset()
        self.space.reset()
        self.space.scopes = set(GIVEN)
        if self.limits is not None:
            self.limits = Limits()

    async def close(self) -> None:
        await self.door.close()

    async def _api(self, request: Request) -> Response:
        asked = request.scope.get("sandbox.asked")
        given = asked if isinstance(asked, dict) else {}
        method = request.path_params["method"]
        try:
            if method == "apps.connections.open":
                check_app_token(given_token(request, given))
                return JSONResponse({"ok": True, "url": await self.door.link.address()})
            become(app_of_token(self.space, given_token(request, given)))
            wait = self.limits and self.limits.wait_for(method, str(given.get("channel")))
            if wait:
                return too_many(wait)
            check_scope(method, self.space.scopes)
            perform = METHODS.get(method, unknown_method)
            told = {
                "x-oauth-scopes": ",".join(sorted(self.space.scopes)),
                "date": formatdate(usegmt=True),
            }
            return JSONResponse(perform(self.space, Args(self.space, given)), headers=told)
        except Refused as refused:
            return JSONResponse(refused.answer)

    async def _upload(self, request: Request) -> Response:
        file = self.space.files.get(request.path_params["file"])
        if file is None:
            return PlainTextResponse("not found", 404)
        content = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/"):
            form = await request.form()
            part = next((p for p in form.values() if not isinstance(p, str)), None)
            content = await part.read() if part is not None else b""
        file.content, file.size = content, len(content)
        return PlainTextResponse(f"OK - {len(content)}")

    async def _download(self, request: Request) -> Response:
        """Without the bot's token Slack shows its sign-in page, not an error."""
        if request.headers.get("authorization") not in {f"Bearer {app.token}" for app in self.space.apps}:
            return RedirectResponse(f"{self.base_url}/signin", 302)
        name = request.path_params["rest"].partition("/")[0].rpartition("-")[2]
        file = self.space.files.get(name)
        if file is None or file.content is None:
            return PlainTextResponse("not found", 404)
        return Response(file.content, media_type="application/octet-stream")

    async def _sign_in(self, _: Request) -> Response:
        return Response("<html><body>Sign in to Slack</body></html>", media_type="text/html")

    async def _response_url(self, request: Request) -> Response:
        asked = request.scope.get("sandbox.asked")
        if isinstance(asked, dict) and isinstance(asked.get("payload"), str):
            asked = json.loads(asked["payload"])
        try:
            use_response_url(self.space, request.path_params["name"], asked)
        except Refused as refused:
            gone = refused.answer["error"] in ("used_url", "expired_url", "invalid_url")
            return JSONResponse(refused.answer, 404 if gone else 400)
        return PlainTextResponse("ok")


def unknown_method(_: Workspace, __: Args) -> dict[str, Any]:
    raise Refused("unknown_method")


def given_token(request: Request, given: dict[str, Any]) -> str:
    token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    token = token or str(given.get("token") or "")
    if not token:
        raise Refused("not_authed")
    return token


def check_app_token(token: str) -> None:
    if token != seeds.APP_TOKEN:
        raise Refused("invalid_auth")


def app_of_token(space: Workspace, token: str) -> App:
    """The app that has this token."""
    found = next((app for app in space.apps if app.token == token), None)
    if found is None:
        raise Refused("invalid_auth")
    return found


def too_many(seconds: int) -> Response:
    headers = {"Retry-After": str(seconds)}
    return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)


def call_name(scope: Scope) -> str:
    """The method's name; for the rest, what it is."""
    parts = str(scope["path"]).strip("/").split("/")
    if parts[0] == "api":
        return parts[-1]
    names = {"upload": "upload", "files-pri": "download", "signin": "signin"}
    return names.get(parts[0], "response_url")


def slack_shape(fault: Fault) -> Plain:
    """Error response: Slack's 429 is JSON with Retry-After; its gateways answer with HTML."""
    if fault.status in (200, 429) and (fault.retry_after is not None or fault.status == 200):
        body = json.dumps({"ok": False, "error": "ratelimited"}).encode()
        headers = [("content-type", "application/json; charset=utf-8")]
        if fault.retry_after is not None:
            headers.append(("retry-after", fault.retry_after))
        return Plain(fault.status, body, tuple(headers))
    if fault.status == 429:
        return Plain(429, b"Too Many Requests")
    return plain_shape(fault)
