"""A pretend Zendesk on real sockets for the tests here, a real zenpy client on it, and a receiver for its webhooks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, CustomField, Ticket, User

from sandbox import seeds
from sandbox.control import control_app
from sandbox.serving import Serving
from sandbox.world import World
from sandbox.zendesk.app import Zendesk

EMAIL = seeds.ZENDESK_BOT_EMAIL
TAKEOVER = "mrdf_blacklisting_blacklisted_suspected_ato"


@dataclass
class Received:
    """What reached the bot's door; `answers` are the statuses to give, 200 when used up."""

    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.seen.append((dict(request.headers), await request.body()))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def ids(self) -> list[str]:
        return [headers["x-zendesk-webhook-invocation-id"] for headers, _ in self.seen]


@dataclass
class House:
    """The running parts, and short ways to ask them."""

    world: World
    zendesk: Zendesk
    url: str
    http: httpx.AsyncClient
    control: httpx.AsyncClient
    bot: Received
    zenpy: Zenpy
    session: requests.Session

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.http.request(method, f"/api/v2{path}", **more)

    async def act(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.control.post(f"/zendesk{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def zen(self, call: Callable[[Zenpy], Any]) -> Any:
        """zenpy is synchronous, so it works in a thread."""
        return await asyncio.to_thread(call, self.zenpy)

    @property
    def query_type(self) -> int:
        return self.zendesk.helpdesk.account.field_titled("Query type").id

    def group(self, name: str) -> int:
        return self.zendesk.helpdesk.account.group_named(name).id


def signed_in(zendesk: Zendesk, scopes: str = "read write") -> str:
    """An access token of the bot's own client."""
    oauth = zendesk.helpdesk.oauth
    return oauth.give(oauth.clients[0], tuple(scopes.split())).value


@contextlib.asynccontextmanager
async def house(monkeypatch: Any, limits: str = "off") -> AsyncIterator[House]:
    world, bot = World(), Received()
    zendesk = Zendesk(world, limits)
    door = Starlette(routes=[Route("/zendesk/webhook", bot.take, methods=["POST"])])
    apps = {
        "zendesk": zendesk.app,
        "control": control_app(world, [zendesk.control_router()]),
        "bot": door,
    }
    servings = {name: Serving(app, world, name, "127.0.0.1", 0) for name, app in apps.items()}
    url = servings["zendesk"].url
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", urlsplit(url).netloc)
    world.connected["zendesk_webhook_url"] = servings["bot"].url + "/zendesk/webhook"
    async with contextlib.AsyncExitStack() as stack:
        for serving in servings.values():
            await serving.start()
        stack.push_async_callback(lambda: asyncio.gather(*(s.stop() for s in servings.values())))
        stack.push_async_callback(zendesk.close)
        token = signed_in(zendesk)
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"})
        )
        control = await stack.enter_async_context(httpx.AsyncClient(base_url=servings["control"].url))
        session = stack.enter_context(requests.Session())
        client = Zenpy(
            subdomain="mrd-sandbox",
            oauth_token=token,
            session=session,
            disable_cache=True,
            timeout=5,
        )
        yield House(world, zendesk, url, http, control, bot, client, session)


def takeover(zd: House, **more) -> Ticket:
    wanted = {
        "subject": "ATO-12",
        "comment": Comment(body="Kept inside", public=False),
        "custom_fields": [CustomField(id=zd.query_type, value=TAKEOVER)],
        "group_id": zd.group("CS Data Compliance"),
        "status": "open",
        "requester": User(name="Naledi Mahlangu", email="naledi.mahlangu@example.com"),
    }
    return Ticket(**(wanted | more))


async def make(zd: House, **more) -> int:
    audit = await zd.zen(lambda z: z.tickets.create(takeover(zd, **more)))
    return audit.ticket.id


async def post_ticket(zd: House, headers=None, **more) -> httpx.Response:
    body = {"ticket": {"subject": "A", "comment": {"body": "B", "public": False}, **more}}
    return await zd.ask("POST", "/tickets.json", json=body, headers=headers)
