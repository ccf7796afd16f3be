"""Ticket endpoints, with comments and audits: `/api/v2/tickets…`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.zendesk import refusals, render
from sandbox.zendesk.helpdesk import (
    Helpdesk,
    caller,
    gone,
    host,
    ok,
    path_id,
    query_ids,
    sent,
)
from sandbox.zendesk.jobs import start
from sandbox.zendesk.models import Json, Ticket
from sandbox.zendesk.paging import page
from sandbox.zendesk.values import as_id


class TicketRoutes:
    """Single tickets and lists; bulk work is in `job_routes`."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk = helpdesk
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        one = "/api/v2/tickets/{id}"
        return [
            Route("/api/v2/tickets", self.list_all, methods=["GET"]),
            Route("/api/v2/tickets", self.create, methods=["POST"]),
            Route("/api/v2/tickets/show_many", self.show_many, methods=["GET"]),
            Route("/api/v2/tickets/count", self.count, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(one, self.update, methods=["PUT"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(one + "/comments", self.comments, methods=["GET"]),
            Route(one + "/audits", self.audits, methods=["GET"]),
            Route("/api/v2/ticket_audits", self.all_audits, methods=["GET"]),
            Route("/api/v2/deleted_tickets", self.deleted, methods=["GET"]),
            Route("/api/v2/deleted_tickets/{id}", self.destroy, methods=["DELETE"]),
            Route("/api/v2/deleted_tickets/{id}/restore", self.restore, methods=["PUT"]),
        ]

    def found(self, request: Request) -> Ticket:
        ticket = self.account.ticket(path_id(request))
        if ticket is None:
            raise refusals.not_found()
        return ticket

    async def list_all(self, request: Request) -> Response:
        external_id = request.query_params.get("external_id")
        rows = [
            t for t in self.account.tickets.values() if not t.deleted and external_id in (None, t.state["external_id"])
        ]
        account, at = self.account, host(request)
        shown = page(request, "tickets", rows, lambda t: render.ticket_in_list(account, t, at))
        return ok(shown)

    async def create(self, request: Request) -> Response:
        wanted, user, raw = await sent(request, "ticket"), caller(request), await request.body()
        key = request.headers.get("idempotency-key")
        known = self.helpdesk.idempotency.find(user.id, key, raw) if key else None
        answer = known or self.helpdesk.create(wanted, user, host(request))
        headers = {"location": answer["ticket"]["url"]}
        if key:
            headers["x-idempotency-lookup"] = "hit" if known else "miss"
            self.helpdesk.idempotency.keep_first(user.id, key, raw, answer)
        return ok(answer, 201, headers)

    async def show_many(self, request: Request) -> Response:
        """The existing tickets of these ids; others are omitted silently."""
        rows = [t for i in query_ids(request) if (t := self.account.ticket(i)) is not None]
        if external_ids := request.query_params.get("external_ids"):
            names = external_ids.split(",")
            rows = [t for t in self.account.tickets.values() if t.state["external_id"] in names and not t.deleted]
        shown = [render.ticket(self.account, t, host(request)) for t in rows]
        return ok({"tickets": shown, "next_page": None, "previous_page": None, "count": len(rows)})

    async def count(self, _: Request) -> Response:
        value = sum(not t.deleted for t in self.account.tickets.values())
        at = render.iso(self.account.instant())
        return ok({"count": {"value": value, "refreshed_at": at}})

    async def show(self, request: Request) -> Response:
        shown = render.ticket(self.account, self.found(request), host(request))
        return ok({"ticket": shown})

    async def update(self, request: Request) -> Response:
        ticket, wanted = self.found(request), await sent(request, "ticket")
        settings = self.account.settings
        if settings.database_conflicts > 0:
            settings.database_conflicts -= 1
            raise refusals.database_conflict()
        return ok(self.helpdesk.update(ticket, wanted, caller(request), host(request)))

    async def delete(self, request: Request) -> Response:
        ticket = self.found(request)
        ticket.deleted, ticket.updated_at = True, self.account.instant()
        return gone()

    async def comments(self, request: Request) -> Response:
        rows = list(self.found(request).comments)
        query = request.query_params
        if query.get("sort_order") == "desc" or query.get("sort", "").startswith("-"):
            rows.reverse()
        at = host(request)
        return ok(page(request, "comments", rows, lambda c: render.comment(c, at)))

    async def audits(self, request: Request) -> Response:
        rows, at = self.found(request).audits, host(request)
        return ok(page(request, "audits", rows, lambda a: render.audit(a, at)))

    async def all_audits(self, request: Request) -> Response:
        tickets, at = self.account.tickets.values(), host(request)
        rows = [audit for ticket in tickets if not ticket.deleted for audit in ticket.audits]
        return ok(page(request, "audits", rows, lambda a: render.audit(a, at)))

    async def deleted(self, request: Request) -> Response:
        rows = [t for t in self.account.tickets.values() if t.deleted]
        return ok(page(request, "deleted_tickets", rows, _deleted))

    async def destroy(self, request: Request) -> Response:
        """Permanent deletion, of deleted tickets only, as a job."""
        ticket = self.account.tickets.get(path_id(request))
        if ticket is None or not ticket.deleted:
            raise refusals.not_found()
        del self.account.tickets[ticket.id]
        return ok({"job_status": start(self.account, host(request), None, [])})

    async def restore(self, request: Request) -> Response:
        ticket = self.account.tickets.get(as_id(request.path_params["id"]))
        if ticket is None or not ticket.deleted:
            raise refusals.not_found()
        ticket.deleted = False
        return JSONResponse({})


def _deleted(ticket: Ticket) -> Json:
    shown = {"id": ticket.id, "subject": ticket.state["subject"], "description": ticket.description}
    return {**shown, "previous_state": ticket.state["status"], "actor": {"id": None, "name": ""}}
