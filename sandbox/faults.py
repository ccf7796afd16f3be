"""Fault injection and request log, as an ASGI middleware around each simulated system.

Each system wraps its app: `self.app = Faulty(routes, world, "zendesk", call_name, shape)`, where `call_name(scope)`
names the call for the log and for fault patterns, and `shape(fault)` builds the response of a `status` fault in this
vendor's format. Knows no vendor. The parsed request body is left in `scope["sandbox.asked"]`, so that the app need not
parse it again.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from sandbox.world import Fault, World

Scope = dict[str, Any]
Message = dict[str, Any]
App = Callable[[Any, Any, Any], Any]
CallName = Callable[[Scope], str]
LONGEST_HOLD_S = 60.0
LONGEST_LOGGED = 20_000


@dataclass(frozen=True)
class Plain:
    """A raw response: status, headers, body."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/plain"),)


Shape = Callable[[Fault], Plain]


def plain_shape(fault: Fault) -> Plain:
    """The generic error response of a proxy."""
    headers = [("content-type", "text/html")]
    if fault.retry_after is not None:
        headers.append(("retry-after", fault.retry_after))
    page = f"<html><body><h1>{fault.status}</h1></body></html>"
    return Plain(fault.status, page.encode(), tuple(headers))


@dataclass
class Recorder:
    """Records the app's response, and forwards it unless told to drop it."""

    send: Any
    swallow: bool = False
    status: int = 0
    kind: str = ""
    body: bytearray = field(default_factory=bytearray)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.kind = header(message["headers"], b"content-type")
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
        if not self.swallow:
            await self.send(message)


class Faulty:
    """Middleware of one system: applies the active fault, then logs request and response."""

    def __init__(
        self,
        app: App,
        world: World,
        system: str,
        call_name: CallName,
        shape: Shape = plain_shape,
    ) -> None:
        self.app = app
        self.world = world
        self.system = system
        self.call_name = call_name
        self.shape = shape
        self._landing: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        raw = await read_body(receive)
        if raw is None:
            return
        scope["sandbox.asked"] = asked = read_asked(scope, raw)
        entry = {"call": self.call_name(scope), "body": veil(asked), "key": find_key(scope, asked)}
        fault = self.world.take_fault(self.system, entry["call"])
        if fault is None:
            await self._through(scope, replay(raw, receive), send, entry)
        else:
            await self._misbehave(fault, scope, (raw, receive, send), entry)

    async def _misbehave(
        self, fault: Fault, scope: Scope, wires: tuple[bytes, Any, Any], entry: dict[str, Any]
    ) -> None:
        raw, receive, send = wires
        entry["fault"] = fault.kind
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._through(scope, replay(raw, receive), send, entry)
        elif fault.kind in ("reset_after", "hold_after"):
            await self._through(scope, replay(raw, receive), send, entry, swallow=True)
        elif fault.kind == "late":
            self._later(fault.seconds, self._through(scope, replay(raw, receive), send, entry, swallow=True))
        elif fault.kind == "status":
            await self._status(fault, send, entry)
        else:
            self.world.note(system=self.system, **entry)
        if fault.kind in ("reset_before", "reset_after", "late", "down"):
            await hang_up(scope, receive)
        elif fault.kind in ("timeout", "hold_after"):
            await hold(scope, receive)

    def _later(self, seconds: float, work: Coroutine[Any, Any, None]) -> None:
        """Run the request after its sender was cut off: it was already in transit."""

        async def landing() -> None:
            await asyncio.sleep(seconds)
            await work

        task = asyncio.create_task(landing())
        self._landing.add(task)
        task.add_done_callback(self._landing.discard)

    async def _status(self, fault: Fault, send: Any, entry: dict[str, Any]) -> None:
        plain = self.shape(fault)
        body = read_text(plain.body, dict(plain.headers).get("content-type", ""))
        self.world.note(system=self.system, status=plain.status, answer=body, **entry)
        await send_plain(send, plain)

    async def _through(
        self, scope: Scope, receive: Any, send: Any, entry: dict[str, Any], swallow: bool = False
    ) -> None:
        recorder = Recorder(send, swallow)
        try:
            await self.app(scope, receive, recorder)
        finally:
            answer = veil(read_text(bytes(recorder.body), recorder.kind))
            status = recorder.status or None
            self.world.note(system=self.system, status=status, answer=answer, **entry)


async def read_body(receive: Any) -> bytes | None:
    """The complete request body; None when the client disconnected."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def replay(raw: bytes, receive: Any) -> Any:
    """A `receive` that returns the body again, then later messages (the disconnect)."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()  # type: ignore[no-any-return]  # ASGI servers are untyped
        given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


async def send_plain(send: Any, plain: Plain) -> None:
    headers = [(k.encode(), v.encode()) for k, v in plain.headers]
    headers.append((b"content-length", str(len(plain.body)).encode()))
    await send({"type": "http.response.start", "status": plain.status, "headers": headers})
    await send({"type": "http.response.body", "body": plain.body})


async def hang_up(scope: Scope, receive: Any) -> None:
    """Reset the TCP connection, then wait until the server notices, or it would answer 500."""
    abort(transport_of(scope))
    await _gone(receive)


async def hold(scope: Scope, receive: Any) -> None:
    """Keep the connection open without an answer until the client leaves, at most a minute."""
    try:
        async with asyncio.timeout(LONGEST_HOLD_S):
            await _gone(receive)
    except TimeoutError:
        await hang_up(scope, receive)


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def transport_of(scope: Scope) -> asyncio.Transport:
    """The transport that sandbox.serving provides; without it a connection cannot be cut."""
    transport: asyncio.Transport = scope["extensions"]["sandbox.transport"]
    return transport


def abort(transport: asyncio.Transport) -> None:
    """Close with linger 0, so that the kernel sends RST as for a crashed server."""
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def header(headers: Any, name: bytes) -> str:
    return next((v.decode("latin-1") for k, v in headers if k.lower() == name), "")


def read_asked(scope: Scope, raw: bytes) -> Any:
    """The request as logged: query parameters merged with the parsed body."""
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
    if not raw:
        return query or None
    body = read_text(raw, header(scope["headers"], b"content-type"))
    return {**query, **body} if query and isinstance(body, dict) else body


def read_text(raw: bytes, kind: str) -> Any:
    """JSON and forms are parsed, text is kept, anything else only measured."""
    if not raw:
        return None
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    if kind.startswith(("multipart/", "image/", "application/octet-stream")):
        return f"<{len(raw)} bytes>"
    text = raw.decode("utf-8", "replace")
    if "json" not in kind:
        return text[:LONGEST_LOGGED]
    try:
        return json.loads(text)
    except ValueError:
        return text[:LONGEST_LOGGED]


SECRETS = frozenset({"client_secret", "access_token"})


def veil(body: Any) -> Any:
    """Mask secrets, and text that may hold one, in a body for the log and the page."""
    if isinstance(body, str):
        return "…" if any(name in body for name in SECRETS) else body
    if not isinstance(body, dict) or not SECRETS & body.keys():
        return body
    return {name: "…" if name in SECRETS else value for name, value in body.items()}


def find_key(scope: Scope, asked: Any) -> str | None:
    """A key by which a repeated request is recognised."""
    by_header = header(scope["headers"], b"idempotency-key")
    if by_header or not isinstance(asked, dict):
        return by_header or None
    ticket = asked.get("ticket")
    if isinstance(ticket, dict) and ticket.get("external_id"):
        return str(ticket["external_id"])
    return _metadata_key(asked.get("metadata"))


def _metadata_key(metadata: Any) -> str | None:
    if isinstance(metadata, str) and metadata.startswith("{"):
        try:
            metadata = json.loads(metadata)
        except ValueError:
            return None
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    key = payload.get("key") if isinstance(payload, dict) else None
    return None if key is None else str(key)
