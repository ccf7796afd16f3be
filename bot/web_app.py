"""The web shell: which request goes to which handler. It opens no body and serves no page of its own."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from slack_bolt.adapter.starlette.async_handler import (
    to_async_bolt_request,
    to_starlette_response,
)
from slack_bolt.async_app import AsyncApp

from handlers.health import Health, Probes, on_alive, on_ready
from handlers.zendesk_events import ZendeskDoor, on_ticket_event

LARGEST = 1_000_000
"""Bytes of a request body; Slack's and Zendesk's own are far smaller."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build(slack: AsyncApp, zendesk: ZendeskDoor, probes: Probes, lifespan: Lifespan) -> FastAPI:
    """Build the application; `lifespan` starts and stops what runs beside it."""
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/slack/events")
    async def slack_events(request: Request) -> Response:
        too_large = await _too_large(request)
        return too_large or await _to_slack_app(request, slack)

    @app.post("/zendesk/webhook")
    async def zendesk_webhook(request: Request) -> Response:
        too_large = await _too_large(request)
        if too_large:
            return too_large
        answer = await on_ticket_event(await request.body(), request.headers, zendesk)
        return JSONResponse(dict(answer.body), answer.status, dict(answer.headers))

    _watching(app, probes)
    return app


async def _to_slack_app(request: Request, slack: AsyncApp) -> Response:
    """Hand a request to bolt. bolt parses a body before it checks who signed it, so anybody may send what has no shape."""
    try:
        asked = to_async_bolt_request(request, await request.body())
    except (ValueError, AttributeError, TypeError):
        words = "This body is not one of Slack's. Nothing was kept."
        return JSONResponse({"error": words}, 400)
    return to_starlette_response(await slack.async_dispatch(asked))


def _watching(app: FastAPI, probes: Probes) -> None:
    @app.get("/healthz")
    async def healthz() -> Response:
        return _health(on_alive())

    @app.get("/readyz")
    async def readyz() -> Response:
        return _health(await on_ready(probes))

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _health(health: Health) -> Response:
    return JSONResponse(health.parts, 200 if health.ok else 503)


async def _too_large(request: Request) -> Response | None:
    """Read no more than LARGEST bytes; the body is kept for whoever reads it next."""
    size = 0
    pieces: list[bytes] = []
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST:
            words = f"The body is larger than {LARGEST} bytes. Nothing was kept."
            return JSONResponse({"error": words}, 413)
        pieces.append(piece)
    request._body = b"".join(pieces)  # Starlette keeps a read body there for request.body()
    return None
