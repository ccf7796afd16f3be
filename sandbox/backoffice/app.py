"""ASGI app of the simulated back office: REST under /v1, bearer token, money as strings."""

from __future__ import annotations

import hmac
from typing import Any

from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request

from sandbox import seeds
from sandbox.backoffice import acts, problems
from sandbox.backoffice.ledger import Ledger
from sandbox.backoffice.order_routes import OrderRoutes
from sandbox.backoffice.profile_routes import ProfileRoutes
from sandbox.backoffice.wallet_routes import WalletRoutes
from sandbox.faults import Faulty
from sandbox.world import World


class BackOffice:
    """The simulated back office. `app` is what uvicorn serves, with logging and fault injection."""

    def __init__(self, world: World) -> None:
        self.ledger = Ledger(world.clock.now)
        kinds: tuple[Any, ...] = (ProfileRoutes, OrderRoutes, WalletRoutes)
        found = [route for kind in kinds for route in kind(self.ledger).routes()]
        unknown = problems.unknown_path
        handlers: Any = {problems.Problem: problems.refuse, 404: unknown, 405: unknown}
        routes = Starlette(routes=found, exception_handlers=handlers)
        self.app = Faulty(Guarded(routes), world, "backoffice", call_name, problems.shape)

    def control_router(self) -> APIRouter:
        return acts.control_router(self.ledger)

    def reset(self) -> None:
        self.ledger.clear()


class Guarded:
    """ASGI middleware that requires the bearer token."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        given = Headers(scope=scope).get("authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {seeds.BACKOFFICE_TOKEN}".encode()):
            await self.app(scope, receive, send)
            return
        problem = problems.Problem(401, "The bearer token is missing or wrong.")
        await problems.refuse(Request(scope), problem)(scope, receive, send)


def call_name(scope: dict[str, Any]) -> str:
    """Name of a call in the log, such as `POST /v1/profiles/2048811/suspend`."""
    return f"{scope['method']} {scope['path']}"
