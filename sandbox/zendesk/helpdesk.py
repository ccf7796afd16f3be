"""Context of all routes: account, triggers, deliveries, rate limits."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.world import World
from sandbox.zendesk import refusals, render, seeding, triggers
from sandbox.zendesk.account import Account
from sandbox.zendesk.deliveries import Deliveries
from sandbox.zendesk.idempotency import Idempotency
from sandbox.zendesk.limits import Limits
from sandbox.zendesk.models import Json, Ticket, User
from sandbox.zendesk.oauth import Conduct, OAuth
from sandbox.zendesk.writing import Written, create, update

PLACEHOLDER_ADDRESS = "https://ato-desk.mrd.example/zendesk/webhook"


class Helpdesk:
    """Shared context of the routes. Every accepted ticket write goes through `written`."""

    def __init__(
        self,
        world: World,
        limits: str = "off",
        *,
        empty: bool = False,
        conduct: Conduct | None = None,
    ) -> None:
        self.world = world
        self._seed = seeding.seed_empty if empty else seeding.seed
        self._started_limited = self.limited = limits == "real"
        self.account = Account(world.clock.now)
        self.deliveries = Deliveries(world, self.account)
        self.idempotency = Idempotency(world.clock.now)
        self.limits = Limits(world.clock.now)
        self._seed(self.account)
        self.oauth = OAuth(self.account, conduct or Conduct())

    def reset(self) -> None:
        """Reset to seed data; deliveries in flight are dropped."""
        self.account.clear()
        self._seed(self.account)
        self.oauth.reset()
        self.deliveries.forget()
        self.idempotency.forget()
        self.limits.forget()
        self.limited = self._started_limited

    # Ticket writes ---------------------------------------------------------------------------

    def create(self, wanted: Json, actor: User, host: str, channel: str = "api") -> Json:
        return self._answer(create(self.account, wanted, actor, channel), host)

    def update(self, ticket: Ticket, wanted: Json, actor: User, host: str, channel: str = "api") -> Json:
        return self._answer(update(self.account, ticket, wanted, actor, channel), host)

    def _answer(self, written: Written, host: str) -> Json:
        """The response shows the ticket before triggers run, so their changes need a second read."""
        ticket = render.ticket(self.account, written.ticket, host)
        answer = {"ticket": ticket, "audit": render.audit(written.audit, host)}
        if written.changed:
            triggers.run(self.account, written)
        for webhook_id, body in written.webhooks:
            self.deliveries.fire(webhook_id, body)
        return answer

    def webhook_address(self) -> str:
        connections: dict[str, str] = self.world.connected
        return connections.get("zendesk_webhook_url") or PLACEHOLDER_ADDRESS


# What routes share -------------------------------------------------------------------------------


def host(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def caller(request: Request) -> User:
    user: User = request.scope["sandbox.user"]
    return user


def path_id(request: Request, name: str = "id") -> int:
    given = str(request.path_params[name])
    if not given.isdigit():
        endpoint = str(request.url.path).removesuffix(".json").rsplit("/", 1)[0]
        raise refusals.invalid_attribute("id", endpoint, "must be an integer")
    return int(given)


def query_ids(request: Request) -> list[int]:
    """`?ids=1,2,3`, at most a hundred."""
    parts = [part.strip() for part in request.query_params.get("ids", "").split(",")]
    if len(parts) > 100:
        raise refusals.too_many_values(100)
    return [int(part) for part in parts if part.isdigit()]


async def sent(request: Request, key: str) -> Json:
    """The object under `key` of the JSON body."""
    body = await sent_body(request)
    wanted = body.get(key)
    if not isinstance(wanted, dict):
        raise refusals.invalid_attribute(key, request.url.path, "is missing")
    return wanted


async def sent_body(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        text = "Unprocessable request: the body is not a JSON object"
        raise refusals.Refused(400, {"error": "InvalidRequest", "description": text})
    return body


def ok(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(body, status, headers, media_type=refusals.JSON_TYPE)


def created(body: Json, address: str) -> Response:
    return ok(body, 201, {"location": address})


def gone() -> Response:
    return Response(status_code=204)
