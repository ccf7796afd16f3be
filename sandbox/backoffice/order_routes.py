"""Order endpoints: read, comment, add an exception."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import seeds
from sandbox.backoffice import shown
from sandbox.backoffice.ledger import Json, Ledger
from sandbox.backoffice.reading import sent, text, the_order

ORDER = seeds.BACKOFFICE_BASE_PATH + "/orders/{dfd}"


class OrderRoutes:
    """Everything under /orders. Comments and exceptions are append-only."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def routes(self) -> list[Route]:
        return [
            Route(ORDER, self.show, methods=["GET"]),
            Route(ORDER + "/comments", self.comment, methods=["POST"]),
            Route(ORDER + "/exceptions", self.add_exception, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return JSONResponse({"order": shown.order(the_order(self.ledger, request))})

    async def comment(self, request: Request) -> Response:
        order, body = the_order(self.ledger, request), await sent(request)
        note = {**self._stamped("OC", body), "body": text(body, "body")}
        order.comments.append(note)
        return JSONResponse({"comment": note}, 201)

    async def add_exception(self, request: Request) -> Response:
        """An exception has a kind and a comment of its own."""
        order, body = the_order(self.ledger, request), await sent(request)
        kind, comment = text(body, "kind"), text(body, "comment")
        made = {**self._stamped("EX", body), "kind": kind, "comment": comment}
        order.exceptions.append(made)
        return JSONResponse({"exception": made}, 201)

    def _stamped(self, letters: str, body: Json) -> Json:
        made = {"id": f"{letters}-{secrets.token_hex(4).upper()}", "by": str(body.get("by") or "")}
        return {**made, "at": shown.iso(self.ledger.now())}
