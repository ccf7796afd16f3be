"""Bulk endpoints and job statuses. A job completes at once but reports `queued` until polled."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals
from sandbox.zendesk.helpdesk import Helpdesk, caller, host, ok, query_ids, sent_body
from sandbox.zendesk.jobs import start
from sandbox.zendesk.models import Json
from sandbox.zendesk.values import as_id

MOST = 100


class JobRoutes:
    """`create_many`, `update_many` and `destroy_many` of tickets, and `job_statuses`."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk = helpdesk
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        tickets = "/api/v2/tickets/"
        return [
            Route(tickets + "create_many", self.create_many, methods=["POST"]),
            Route(tickets + "update_many", self.update_many, methods=["PUT"]),
            Route(tickets + "destroy_many", self.destroy_many, methods=["DELETE"]),
            Route("/api/v2/job_statuses/{id}", self.show, methods=["GET"]),
        ]

    async def create_many(self, request: Request) -> Response:
        wanted = _many(await sent_body(request))
        results = []
        for index, one in enumerate(wanted):
            try:
                made = self.helpdesk.create(one, caller(request), host(request))
                results.append({"index": index, "id": made["ticket"]["id"]})
            except refusals.Refused as refused:
                results.append({"index": index, "error": "TicketCreateFailed", **_why(refused)})
        return self._queue(request, results)

    async def update_many(self, request: Request) -> Response:
        """`?ids=` with one change for all, or a list of tickets with a change each."""
        body = await sent_body(request)
        ids = query_ids(request)
        wanted = [{**body.get("ticket", {}), "id": i} for i in ids] if ids else _many(body)
        return self._queue(request, [self._update(request, one) for one in wanted])

    def _update(self, request: Request, wanted: Json) -> Json:
        ticket = self.account.ticket(as_id(wanted.get("id")))
        result = {"id": wanted.get("id"), "action": "update"}
        if ticket is None:
            return {**result, "success": False, "error": "TicketNotFound"}
        try:
            self.helpdesk.update(ticket, wanted, caller(request), host(request))
        except refusals.Refused as refused:
            return {**result, "success": False, "error": "TicketUpdateFailed", **_why(refused)}
        return {**result, "status": "Updated", "success": True}

    async def destroy_many(self, request: Request) -> Response:
        results = []
        for ticket_id in query_ids(request):
            ticket = self.account.ticket(ticket_id)
            if ticket is not None:
                ticket.deleted = True
            results.append({"id": ticket_id, "action": "delete", "success": ticket is not None})
        return self._queue(request, results)

    async def show(self, request: Request) -> Response:
        found = self.account.jobs.get(request.path_params["id"])
        if found is None:
            raise refusals.not_found()
        return ok({"job_status": found})

    def _queue(self, request: Request, results: list[Json]) -> Response:
        return ok({"job_status": start(self.account, host(request), len(results), results)})


def _many(body: Json) -> list[Json]:
    wanted = body.get("tickets")
    if not isinstance(wanted, list):
        raise refusals.invalid_attribute("tickets", "api/v2/tickets", "is missing")
    if len(wanted) > MOST:
        raise refusals.too_many_values(MOST)
    return wanted


def _why(refused: refusals.Refused) -> Json:
    details = refused.body.get("details") if isinstance(refused.body, dict) else refused.body
    return {"details": str(details)}
