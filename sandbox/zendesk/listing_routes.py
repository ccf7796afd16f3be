"""Read-only lists of the account: brands, custom statuses, and queues (none)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk.helpdesk import Helpdesk, host, ok
from sandbox.zendesk.models import Json
from sandbox.zendesk.paging import page
from sandbox.zendesk.render import BRAND_ID, STATUS_IDS, iso


class ListingRoutes:
    """Read-only lists."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account
        self.made = iso(helpdesk.account.instant())

    def routes(self) -> list[Route]:
        return [
            Route("/api/v2/brands", self.brands, methods=["GET"]),
            Route("/api/v2/custom_statuses", self.statuses, methods=["GET"]),
            Route("/api/v2/queues", self.queues, methods=["GET"]),
        ]

    async def brands(self, request: Request) -> Response:
        one: Json = {
            "url": f"{host(request)}/api/v2/brands/{BRAND_ID}.json",
            "id": BRAND_ID,
            "name": "Mr D",
            "subdomain": "mrd",
            "active": True,
            "default": True,
            "is_deleted": False,
            "has_help_center": False,
            "ticket_form_ids": list(self.account.forms),
            "created_at": self.made,
            "updated_at": self.made,
        }
        return ok(page(request, "brands", [one], dict))

    async def statuses(self, _: Request) -> Response:
        return ok({"custom_statuses": [self._status(name) for name in STATUS_IDS if name != "closed"]})

    def _status(self, name: str) -> Json:
        texts = ("agent_label", "raw_agent_label", "end_user_label", "raw_end_user_label")
        blanks = (
            "description",
            "raw_description",
            "end_user_description",
            "raw_end_user_description",
        )
        return {
            "url": f"https://sandbox/api/v2/custom_statuses/{STATUS_IDS[name]}.json",
            "id": STATUS_IDS[name],
            "status_category": name,
            **dict.fromkeys(texts, name.capitalize()),
            **dict.fromkeys(blanks),
            "active": True,
            "default": True,
            "created_at": self.made,
            "updated_at": self.made,
        }

    async def queues(self, _: Request) -> Response:
        return ok({"queues": []})
