"""ASGI app of the simulated Zendesk, its control routes and its reset."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.faults import Faulty
from sandbox.world import World
from sandbox.zendesk import acts, refusals
from sandbox.zendesk.door import Door, refuse, unknown_path
from sandbox.zendesk.field_routes import FieldRoutes
from sandbox.zendesk.file_routes import FileRoutes
from sandbox.zendesk.form_routes import FormRoutes
from sandbox.zendesk.group_routes import GroupRoutes
from sandbox.zendesk.helpdesk import Helpdesk
from sandbox.zendesk.incremental_routes import IncrementalRoutes
from sandbox.zendesk.job_routes import JobRoutes
from sandbox.zendesk.listing_routes import ListingRoutes
from sandbox.zendesk.oauth import Conduct
from sandbox.zendesk.oauth_routes import OAuthRoutes
from sandbox.zendesk.people_routes import UserRoutes
from sandbox.zendesk.rule_routes import RuleRoutes
from sandbox.zendesk.search_routes import SearchRoutes
from sandbox.zendesk.ticket_routes import TicketRoutes
from sandbox.zendesk.webhook_routes import WebhookRoutes

GROUPS_OF_ROUTES = (  # bulk work before single tickets: `/tickets/update_many` is no ticket id
    JobRoutes,
    TicketRoutes,
    FieldRoutes,
    FormRoutes,
    GroupRoutes,
    UserRoutes,
    RuleRoutes,
    OAuthRoutes,
    WebhookRoutes,
    FileRoutes,
    SearchRoutes,
    IncrementalRoutes,
    ListingRoutes,
)


class Zendesk:
    """The simulated account. `app` is what uvicorn serves, with logging and fault injection."""

    def __init__(
        self,
        world: World,
        limits: str = "off",
        *,
        empty: bool = False,
        conduct: Conduct | None = None,
    ) -> None:
        self.helpdesk = Helpdesk(world, limits, empty=empty, conduct=conduct)
        found: list[Route] = []
        for kind in GROUPS_OF_ROUTES:
            found += kind(self.helpdesk).routes()
        handlers: Any = {refusals.Refused: refuse, 404: unknown_path, 405: unknown_path}
        routes = Starlette(routes=found, exception_handlers=handlers)
        routes.router.redirect_slashes = False
        self.app = Faulty(Door(routes, self.helpdesk), world, "zendesk", call_name, refusals.shape)

    def control_router(self) -> APIRouter:
        return acts.control_router(self.helpdesk)

    def reset(self) -> None:
        self.helpdesk.reset()

    async def drain(self) -> None:
        """Wait until every webhook in flight has arrived or failed for good."""
        await self.helpdesk.deliveries.drain()

    async def close(self) -> None:
        await self.helpdesk.deliveries.aclose()


def call_name(scope: dict[str, Any]) -> str:
    """Name of a call in the log, such as `PUT /api/v2/tickets/48213.json`."""
    return f"{scope['method']} {scope['path']}"
