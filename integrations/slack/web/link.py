"""Socket Mode client: Slack's requests over a WebSocket that we open, for a bot without a public address.

https://docs.slack.dev/apis/events-api/using-socket-mode/ It knows envelopes and the connection, not their content. A
connection can go silent without an error; the watchdog here then opens a new one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.web.hosts import Elsewhere, fence

Json = dict[str, Any]
BEAT = 5.0
"""Ping interval in seconds; a connection without an answer to four pings counts as dead."""
OPENS_WITHIN = 20.0
REST = 30.0
"""Maximum pause in seconds between two attempts to connect."""
LAST_WORDS = 2.0
"""Seconds for running answers to finish at shutdown."""

_log = structlog.get_logger(__name__)


class NotTaken(Exception):
    """The envelope is not acknowledged: Slack tells the person, or sends the event again."""


@dataclass(frozen=True)
class Envelope:
    """One request: its body as over HTTP, and the headers of its retries."""

    id: str
    body: Json
    headers: dict[str, str]


SOCKETS = ("slack.com", "slack-gov.com")
"""Hosts of Slack's WebSockets; GovSlack (API: slack-gov.com) is separate: https://docs.slack.dev/govslack."""

Answer = Callable[[Envelope], Awaitable[Json | None]]
"""Returns the answer to an envelope, None for a bare acknowledgement; raises NotTaken."""


def is_slacks_socket(url: str, api_url: str) -> bool:
    """Return whether a WebSocket's URL is on Slack's own hosts, or on the test host."""
    try:
        here, slack = urlsplit(url), urlsplit(api_url)
        host = here.hostname or ""
    except ValueError:
        return False
    if "@" in here.netloc:
        return False
    if any(host == home or host.endswith(f".{home}") for home in SOCKETS):
        return here.scheme == "wss"
    return host == slack.hostname and here.scheme in {"ws", "wss"}


class _Client(SocketModeClient):
    """slack_sdk's client, restricted to Slack's hosts. Its URL holds a ticket and is never logged."""

    def __init__(self, token: str, web: AsyncWebClient, beat: float) -> None:
        super().__init__(
            token, _quiet(), web, ping_interval=beat, auto_reconnect_enabled=False
        )  # the watchdog connects again, with a new client
        held = fence(web.base_url, is_slacks_socket)
        held.freeze()
        self.aiohttp_client_session.trace_configs.append(held)

    async def issue_new_wss_url(self) -> str:
        url = await super().issue_new_wss_url()
        if not is_slacks_socket(url, self.web_client.base_url):
            raise Elsewhere("not one of Slack's hosts")
        return url


def _quiet() -> logging.Logger:
    """Return a silent logger: bodies, URLs with a ticket and every retry would be in it."""
    logger = logging.getLogger(f"{__name__}.sdk")
    logger.setLevel(logging.CRITICAL + 1)
    return logger


class Link:
    """Keeps one connection open from `start` to `stop`, and answers its envelopes."""

    def __init__(self, web: AsyncWebClient, app_token: str, answer: Answer, *, beat: float = BEAT) -> None:
        """`web` is closed by the caller, `beat` is in seconds."""
        self._web, self._token, self._answer, self._beat = web, app_token, answer, beat
        self._keeper: asyncio.Task[None] | None = None
        self._client: _Client | None = None
        self._wake = asyncio.Event()
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.up = False

    def start(self) -> None:
        """Start connecting in the background."""
        self._keeper = asyncio.create_task(self._keep(), name="slack link")

    async def stop(self) -> None:
        """Let running answers finish, and close."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await self._idle.wait()
        if self._keeper:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper

    # The watchdog ---------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Connect, monitor the connection, and reconnect, for ever."""
        failed = 0
        while True:
            lived = await self._one_life()
            failed = 0 if lived else failed + 1
            await asyncio.sleep(0 if lived else min(self._beat * 2 ** min(failed - 1, 5), REST))

    async def _one_life(self) -> bool:
        """Open one connection and stay until it is dead; return whether it was ever open."""
        self._wake.clear()
        self._client = client = _Client(self._token, self._web, self._beat)
        client.socket_mode_request_listeners.append(self._taken)
        client.on_close_listeners.append(self._closed)
        client.on_error_listeners.append(self._closed)
        try:
            if not await self._opened(client):
                return False
            while await client.is_connected():
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._beat):
                        await self._wake.wait()
                self._wake.clear()
            self._say_down("closed, or silent")
            return True
        finally:
            self.up = False
            await client.close()  # type: ignore[no-untyped-call] # slack_sdk's own

    async def _opened(self, client: _Client) -> bool:
        try:
            async with asyncio.timeout(OPENS_WITHIN):
                await client.connect_to_new_endpoint()
        except SlackClientError as wrong:
            response = getattr(wrong, "response", None)
            self._say_down(str(response.get("error")) if response else type(wrong).__name__)
            return False
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as wrong:
            self._say_down(type(wrong).__name__)
            return False
        self.up = True
        _log.info("slack_link_open")
        return True

    async def _closed(self, _: aiohttp.WSMessage) -> None:
        self._wake.set()

    @staticmethod
    def _say_down(why: str) -> None:
        _log.warning("slack_link_down", why=why, kept="everything that was accepted", next="connected again by itself")

    # What comes over it ---------------------------------------------------------------------------

    async def _taken(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Answer one envelope on the connection it came over."""
        self._running += 1
        self._idle.clear()
        try:
            payload = await self._answer(Envelope(request.envelope_id, request.payload, _headers(request)))
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))
        except NotTaken:
            return
        except (OSError, RuntimeError, aiohttp.ClientError) as gone:
            _log.warning("slack_link_answer_lost", why=type(gone).__name__, kept="what was accepted")
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()


def _headers(request: SocketModeRequest) -> dict[str, str]:
    """Return the retry headers, as Slack sends them over HTTP."""
    if request.retry_attempt is None:
        return {}
    return {
        "x-slack-retry-num": str(request.retry_attempt),
        "x-slack-retry-reason": request.retry_reason or "",
    }
