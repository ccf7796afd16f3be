"""HTTP servers (uvicorn) of the simulated systems, each on its own socket, with connections that faults can cut.

Does not know what it serves. uvicorn hides the transport from the app; here it is put into
`scope["extensions"]["sandbox.transport"]`, so that a fault can cut the connection.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.faults import abort
from sandbox.world import World


def protocol_for(world: World, system: str) -> type[H11Protocol]:
    """A uvicorn protocol that can refuse at accept and exposes its transport to the app."""

    class Cuttable(H11Protocol):
        """HTTP/1.1 protocol whose connection the app may cut."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            inner: Any = self.app

            async def shown(scope: Any, receive: Any, send: Any) -> None:
                scope.setdefault("extensions", {})["sandbox.transport"] = self.transport
                await inner(scope, receive, send)

            self.app = shown

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if world.take_down(system) is not None:
                world.note(system=system, call="accept", fault="down")
                abort(transport)

    return Cuttable


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 lets the system choose, so that test runs never collide."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's wait off; without it every answer costs 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    return bound


class Serving:
    """A running server. Starts at once and stops without waiting for idle clients."""

    def __init__(self, app: Any, world: World, system: str, host: str, port: int) -> None:
        self.socket = listen(host, port)
        self.port: int = self.socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self.server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=protocol_for(world, system),
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                timeout_keep_alive=120,
            )
        )

    async def start(self) -> None:
        self.server.config.load()
        self.server.lifespan = self.server.config.lifespan_class(self.server.config)
        await self.server.startup(sockets=[self.socket])

    async def stop(self) -> None:
        """Stop at once: held requests and idle connections are dropped."""
        for listening in self.server.servers:
            listening.close()
        state = self.server.server_state
        for connection in list(state.connections):
            connection.transport.abort()
        tasks = list(state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.socket.close()
        await asyncio.sleep(0)  # lets the aborted transports report their end
