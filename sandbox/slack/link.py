"""Socket Mode server: an app opens a WebSocket, requests arrive as envelopes, each is acknowledged.

https://docs.slack.dev/apis/events-api/using-socket-mode/ Once an app has connected, nothing is sent to its address any
more. Knows envelopes, not the meaning of a body.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox import seeds

MOST_CONNECTIONS = 10
CLOSED = "connection_closed"


class Lost(Exception):
    """The connection closed before the acknowledgement."""


@dataclass(eq=False)
class Connection:
    """An open WebSocket and its unacknowledged envelopes."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    waiting: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    def over(self) -> None:
        for one in self.waiting.values():
            if not one.done():
                one.set_exception(Lost(CLOSED))


class Link:
    """Slack's end of the WebSocket. Listens on loopback once an app requests an address."""

    def __init__(self) -> None:
        self.used = False
        self.silent = False
        self.connections: list[Connection] = []
        self._tickets: set[str] = set()
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def address(self) -> str:
        """Issue a single-use connection address."""
        await self._listen()
        ticket = secrets.token_hex(12)
        self._tickets.add(ticket)
        return f"ws://127.0.0.1:{self._port}/link/?ticket={ticket}&app_id={seeds.APP_ID}"

    async def ask(self, kind: str, body: Any, patience: float) -> dict[str, Any]:
        """Send one envelope over the newest connection and give the acknowledgement's payload.

        Raises Lost when there is no connection or it goes, TimeoutError after `patience` seconds.
        """
        if not self.connections:
            raise Lost(CLOSED)
        connection = self.connections[-1]
        envelope = secrets.token_hex(16)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope] = answer
        try:
            if not self.silent:
                await connection.socket.send_json(
                    {
                        "envelope_id": envelope,
                        "type": kind,
                        "payload": body,
                        "accepts_response_payload": kind != "events_api",
                    }
                )
            async with asyncio.timeout(patience):
                return await answer
        except ConnectionError as gone:
            raise Lost(CLOSED) from gone
        finally:
            connection.waiting.pop(envelope, None)

    async def do(self, what: str) -> None:
        """Manipulate the connections: `cut`, `silent` (open, no traffic) or `refresh`."""
        if what == "silent":
            self.silent = True
        for connection in list(self.connections):
            if what == "cut" and connection.transport is not None:
                connection.transport.abort()
            elif what == "refresh":
                await connection.socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self.connections)

    async def close(self) -> None:
        """Close every connection and listen no more."""
        if self._runner is not None:
            for connection in list(self.connections):
                await connection.socket.close(code=WSCloseCode.GOING_AWAY)
            await self._runner.cleanup()
            self._runner = None

    def reset(self) -> None:
        """Reset for a new world; a connected app stays connected."""
        self.used, self.silent = bool(self.connections), False

    # The wire -------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        if self._runner is not None:
            return
        app = web.Application()
        app.router.add_get("/link/", self._connected)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _connected(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self.connections) >= MOST_CONNECTIONS:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        connection = Connection(socket, request.transport)
        self.connections.append(connection)
        self.used, self.silent = True, False
        try:
            await socket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self.connections),
                    "connection_info": {"app_id": seeds.APP_ID},
                    "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
                }
            )
            await self._hear(connection)
        finally:
            self.connections.remove(connection)
            connection.over()
        return socket

    async def _hear(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type == WSMsgType.PING and not self.silent:
                await connection.socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                told = json.loads(message.data)
                answer = connection.waiting.get(str(told.get("envelope_id")))
                if answer is not None and not answer.done():
                    answer.set_result(told)
