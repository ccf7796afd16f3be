"""A running pretend company, a real slack_sdk client of it, and a small real bolt app that it can talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import seeds
from sandbox.company import Company
from sandbox.serving import Serving
from sandbox.world import World


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    async with Company() as running:
        yield running


@pytest.fixture
async def control(company: Company) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=company.urls["control"], timeout=20) as client:
        yield client


@pytest.fixture
async def web(company: Company) -> AsyncIterator[AsyncWebClient]:
    async with _client(company, 20.0) as client:
        yield client


@pytest.fixture
async def impatient(company: Company) -> AsyncIterator[AsyncWebClient]:
    """For a test in which no answer comes."""
    async with _client(company, 1.0) as client:
        yield client


@asynccontextmanager
async def _client(company: Company, seconds: float) -> AsyncIterator[AsyncWebClient]:
    """slack_sdk leaves a given session's own limit in force."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds)) as session:
        yield AsyncWebClient(seeds.BOT_TOKEN, base_url=company.urls["slack"], session=session, retry_handlers=[])


@pytest.fixture
async def bolt(company: Company, web: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """A bolt app on a socket of its own, to which the pretend Slack is connected."""
    app = AsyncApp(
        signing_secret=seeds.SIGNING_SECRET,
        client=web,
        process_before_response=True,
        ssl_check_enabled=False,
    )
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    routes = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    serving = Serving(routes, World(), "bot", "127.0.0.1", 0)
    await serving.start()
    company.connect(slack_events_url=f"{serving.url}/slack/events")
    yield app
    await serving.stop()


@pytest.fixture
async def act(control: httpx.AsyncClient) -> Any:
    """`await act("click", user=…, …)`: what somebody does, and what they are told."""

    async def do(name: str, **asked: Any) -> Any:
        return (await control.post(f"/slack/{name}", json=asked)).json()

    return do
