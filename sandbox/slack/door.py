"""Signed HTTP delivery of requests to the bot, with Slack's timeouts and retries, logged.

Knows signatures, timeouts and retries, not the meaning of a body. An app in Socket Mode is reached over its connection,
never at its address.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.faults import read_text
from sandbox.slack.apps import acting
from sandbox.slack.link import Link, Lost
from sandbox.world import World

PATIENCE = 3.0
RETRY_AFTER = (0.0, 60.0, 300.0)  # seconds, for events that were not answered with 2xx
FORM = "application/x-www-form-urlencoded"
TIMEOUT = "operation_timeout"
FAILED = "dispatch_failed"


@dataclass(frozen=True)
class Request:
    """A body for the bot, with its name in the log."""

    call: str
    raw: bytes
    kind: str
    body: Any
    key: str | None = None
    envelope: str = "interactive"

    @classmethod
    def of_form(cls, body: dict[str, Any]) -> Request:
        key = body.get("trigger_id")
        return cls(str(body["command"]), urlencode(body).encode(), FORM, body, key, "slash_commands")

    @classmethod
    def of_payload(cls, body: dict[str, Any]) -> Request:
        raw = urlencode({"payload": json.dumps(body)}).encode()
        return cls(str(body["type"]), raw, FORM, body, body.get("trigger_id"))

    @classmethod
    def of_event(cls, body: dict[str, Any]) -> Request:
        call = str(body["event"]["type"])
        raw = json.dumps(body).encode()
        return cls(call, raw, "application/json", body, body["event_id"], "events_api")


@dataclass(frozen=True)
class Reply:
    """The bot's response; `trouble` is Slack's error message for the person, if any."""

    status: int | None
    body: Any = None
    trouble: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.trouble is None


@dataclass(frozen=True)
class Manner:
    """Delivery mode of an act: repeated, stale, or with a wrong signature."""

    repeat: int = 0
    age: float = 0
    forge: bool = False
    double: bool = False

    @classmethod
    def read(cls, asked: dict[str, Any]) -> Manner:
        return cls(
            int(asked.get("repeat") or 0),
            float(asked.get("age") or 0),
            bool(asked.get("forge")),
            bool(asked.get("double")),
        )


PLAIN = Manner()


def signature(timestamp: str, raw: bytes) -> str:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    base = b"v0:" + timestamp.encode() + b":" + raw
    return "v0=" + hmac.new(acting().secret.encode(), base, hashlib.sha256).hexdigest()


Retry = tuple[int, str] | None
"""The how-manieth time this is sent again, and why."""


def headers_for(request: Request, manner: Manner) -> dict[str, str]:
    timestamp = str(int(time.time() - manner.age))
    signed = signature(timestamp, request.raw)
    return {
        "Content-Type": request.kind,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signed[:-4] + "0bad" if manner.forge else signed,
    }


def _again(retry: Retry) -> dict[str, str]:
    return {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]} if retry else {}


class Door:
    """Sender of requests to the bot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.patience = PATIENCE
        self.retry_after = RETRY_AFTER
        self.link = Link()
        self._session: aiohttp.ClientSession | None = None
        self._later: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str | None:
        app = acting()
        return self.world.connected.get("slack_events_url") if app.first else app.url

    @property
    def linked(self) -> bool:
        """Only the first app may be in Socket Mode."""
        return self.link.used and acting().first

    @property
    def connected(self) -> bool:
        return self.linked or self.url is not None

    async def send(self, request: Request, manner: Manner = PLAIN, retry: Retry = None) -> Reply:
        return await self._send(request, headers_for(request, manner) | _again(retry))

    async def _send(self, request: Request, headers: dict[str, str]) -> Reply:
        if self.linked:
            reply = await self._over_link(request)
        else:
            reply = await self.post(request.raw, headers)
        self.world.note(
            system="slack->bot",
            call=request.call,
            body=request.body,
            status=reply.status,
            answer=reply.body,
            fault=reply.trouble,
            key=request.key,
        )
        return reply

    async def _over_link(self, request: Request) -> Reply:
        try:
            told = await self.link.ask(request.envelope, request.body, self.patience)
        except TimeoutError:
            return Reply(None, None, TIMEOUT)
        except Lost as lost:
            return Reply(None, str(lost), FAILED)
        return Reply(200, told.get("payload", ""))

    async def post(self, raw: bytes, headers: dict[str, str]) -> Reply:
        if self.url is None:
            return Reply(None, None, "not_connected")
        try:
            async with self._wire().post(self.url, data=raw, headers=headers) as response:
                text = await response.read()
                body = read_text(text, response.headers.get("content-type", ""))
                trouble = None if response.status == 200 else FAILED
                return Reply(response.status, body, trouble, dict(response.headers))
        except TimeoutError:
            return Reply(None, None, TIMEOUT)
        except aiohttp.ClientError as error:
            return Reply(None, str(error), FAILED)

    async def deliver(self, request: Request, manner: Manner = PLAIN) -> list[Reply]:
        """Once, and again as often as the manner says: the same signed request, with the headers of a retry.

        It is signed once, so that it is the same however long the first took: a second later it would be signed anew.
        """
        signed = headers_for(request, manner)
        retries = [(number, "http_timeout") for number in range(1, manner.repeat + 1)]
        return [await self._send(request, signed | _again(retry)) for retry in (None, *retries)]

    async def emit(self, body: dict[str, Any], manner: Manner = PLAIN) -> list[Reply]:
        """Send an event; failures are retried later in the background."""
        if not self.connected:
            return []
        request = Request.of_event(body)
        replies = await self.deliver(request, manner)
        unwanted = "x-slack-no-retry" in {name.lower() for name in replies[-1].headers}
        if not replies[-1].good and manner == PLAIN and not unwanted:
            self._start(self._again(request, replies[-1]))
        return replies

    async def _again(self, request: Request, reply: Reply) -> None:
        for number, seconds in enumerate(self.retry_after, start=1):
            await asyncio.sleep(seconds)
            reason = "http_timeout" if reply.trouble == TIMEOUT else "http_error"
            reply = await self.send(request, PLAIN, (number, reason))
            if reply.good:
                return

    def _start(self, later: Any) -> None:
        task = asyncio.create_task(later)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def forget(self) -> None:
        """Cancel retries after a reset."""
        for task in self._later:
            task.cancel()

    def _wire(self) -> aiohttp.ClientSession:
        if self._session is None:
            limit = aiohttp.ClientTimeout(total=self.patience)
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(timeout=limit, connector=connector)
        return self._session

    async def close(self) -> None:
        self.forget()
        await asyncio.gather(*self._later, return_exceptions=True)
        await self.link.close()
        if self._session is not None:
            await self._session.close()
            self._session = None
