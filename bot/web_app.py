"""Web application (FastAPI): routes requests to handlers. It opens no body and serves no page of its own."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from slack_bolt.adapter.starlette.async_handler import (
    to_async_bolt_request,
    to_starlette_response,
)
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.guards import Pace, PlainHeaders, Seen, may_read_metrics, read_body, said
from bot.measuring import MeasuredDoors
from bot.slack_app import NOT_SLACKS
from handlers.health import Health, Probes, on_alive, on_ready
from handlers.zendesk.webhook import ZendeskDoor, on_ticket_event
from integrations.slack.codec import wire
from integrations.slack.codec.arrivals import Sender
from integrations.slack.web.signature import signed

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

UNSIGNED = (
    "The signature does not fit this body, or it is not from just now. Nothing was kept. "
    "Check that the bot has this app's signing secret, and the clock of its machine."
)
AGAIN = "This was delivered before. Nothing was kept."
TOO_FAST = "That is too much within a minute. Nothing was kept; try again later."


@dataclass(frozen=True)
class SlackSide:
    """The Slack endpoint: bolt app, signing secret, and the answer to a rate-limited person."""

    app: AsyncApp
    secret: str = field(repr=False)
    too_fast: Callable[[Sender], Response]
    person: Pace = field(default_factory=lambda: Pace(0))
    door: Pace = field(default_factory=lambda: Pace(0))
    seen: Seen = field(default_factory=Seen)


@dataclass(frozen=True)
class ZendeskSide:
    """The Zendesk endpoint."""

    door: ZendeskDoor
    pace: Pace = field(default_factory=lambda: Pace(0))
    seen: Seen = field(default_factory=Seen)


@dataclass(frozen=True)
class Watching:
    """Health and metrics endpoints, and who may read the metrics."""

    probes: Probes
    metrics_token: str = field(default="", repr=False)
    loopback: bool = True


def build(slack: SlackSide, zendesk: ZendeskSide, watching: Watching, lifespan: Lifespan) -> FastAPI:
    """Build the application; `lifespan` starts and stops what runs beside it."""
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_middleware(PlainHeaders)
    app.add_middleware(MeasuredDoors)

    async def slack_events(request: Request) -> Response:
        raw = await read_body(request)
        return raw if isinstance(raw, Response) else await _slack(request, raw, slack)

    # Without FastAPI's search for parameters: nothing of a request is read before its signature.
    app.add_route("/slack/events", slack_events, methods=["POST"])

    @app.post("/zendesk/webhook")
    async def zendesk_webhook(request: Request) -> Response:
        raw = await read_body(request)
        return raw if isinstance(raw, Response) else await _zendesk(request, raw, zendesk)

    _watch(app, watching)
    return app


async def _slack(request: Request, raw: bytes, side: SlackSide) -> Response:
    """Verify the signature, check for a replay, then hand the request to bolt."""
    if not signed(side.secret, request.headers, raw, time.time()):
        return said(401, UNSIGNED)
    signature = request.headers["x-slack-signature"]
    if side.seen.before(signature) is not None:
        # Slack repeats an event it got no answer for; nothing is told to whoever repeats a click or a command.
        event = request.headers.get("content-type", "").startswith("application/json")
        return JSONResponse({}) if event else said(401, AGAIN)
    if wait := side.door.wait("slack"):
        side.seen.forget(signature)
        return said(429, TOO_FAST, **{"Retry-After": str(wait)})
    answer = await _to_slack_app(request, raw, side)
    if not 200 <= answer.status_code < 300:
        side.seen.forget(signature)
    return answer


async def _to_slack_app(request: Request, raw: bytes, side: SlackSide) -> Response:
    try:
        asked = to_async_bolt_request(request, raw)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return said(400, NOT_SLACKS)
    return await dispatch(asked, side)


async def dispatch(asked: AsyncBoltRequest, side: SlackSide) -> Response:
    """Pass a Slack request (HTTP or Socket Mode) to bolt, unless its person is rate-limited."""
    sender = wire.read_who(asked.body)
    if sender.person and (wait := side.person.wait(sender.person)):
        answer = side.too_fast(sender)
        answer.headers["Retry-After"] = str(wait)
        return answer
    try:
        return to_starlette_response(await side.app.async_dispatch(asked))
    except (LookupError, TypeError, AttributeError, ValueError):
        # What handlers raise ends in `slack_app`; this is bolt looking for a part that is not there.
        return said(400, NOT_SLACKS)


async def _zendesk(request: Request, raw: bytes, side: ZendeskSide) -> Response:
    """Answer a delivery. The invocation id is not signed, so one signature is good for one id.

    Zendesk signs two changes of a ticket within a second alike: another id is accepted for a few seconds longer. All it
    leads to is one more read of the ticket.
    """
    headers = request.headers
    if side.door.signs(headers, raw):
        about = headers.get("x-zendesk-webhook-invocation-id", "")
        signature = headers["x-zendesk-webhook-signature"]
        before = side.seen.before(signature, about)
        if before == about:
            return JSONResponse({"ok": "kept before"})
        if before is not None and not side.seen.just_came(signature):
            return said(401, AGAIN)
        if wait := side.pace.wait("zendesk"):
            side.seen.forget(headers["x-zendesk-webhook-signature"])
            return said(429, TOO_FAST, **{"Retry-After": str(wait)})
    answer = await on_ticket_event(raw, headers, side.door)
    if answer.status != 200:
        side.seen.forget(headers.get("x-zendesk-webhook-signature", ""))
    return JSONResponse(dict(answer.body), answer.status, dict(answer.headers))


def _watch(app: FastAPI, watching: Watching) -> None:
    @app.get("/healthz")
    async def healthz() -> Response:
        return _health(on_alive())

    @app.get("/readyz")
    async def readyz() -> Response:
        return _health(await on_ready(watching.probes))

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not may_read_metrics(request, watching.metrics_token, loopback=watching.loopback):
            return said(404, "Nothing is here.")
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _health(health: Health) -> Response:
    return JSONResponse(health.parts, 200 if health.ok else 503)
