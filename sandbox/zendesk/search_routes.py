"""Search endpoints over a lagging index: a ticket is found only after some minutes.

Supports `type:`, `status:` (also `<` and `>`), `external_id:`, `group:`, `requester:`, `tags:`, `created` and `updated`
with `<` and `>`, plain words, and a leading minus. Any other keyword finds nothing.
"""

from __future__ import annotations

import re
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import render
from sandbox.zendesk.account import Account
from sandbox.zendesk.checks import STATUSES
from sandbox.zendesk.helpdesk import Helpdesk, host, ok
from sandbox.zendesk.models import Json, Ticket, User
from sandbox.zendesk.paging import cursor_page, offset_page
from sandbox.zendesk.values import as_instant

_TERM = re.compile(r'(-?)(?:(\w+)([:<>]=?))?("[^"]*"|\S+)')


class SearchRoutes:
    """`/search`, `/search/count` and `/search/export` over tickets and users."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        return [
            Route("/api/v2/search", self.search, methods=["GET"]),
            Route("/api/v2/search/count", self.count, methods=["GET"]),
            Route("/api/v2/search/export", self.export, methods=["GET"]),
        ]

    def _rows(self, request: Request) -> list[Ticket | User]:
        query = request.query_params.get("query", "")
        kind = request.query_params.get("filter[type]") or _kind(query)
        rows: list[Ticket | User] = []
        if kind in ("ticket", None):
            rows += [t for t in self._indexed() if fits_ticket(self.account, t, query)]
        if kind in ("user", None):
            rows += [u for u in self.account.users.values() if fits_user(u, query)]
        return rows

    def _indexed(self) -> list[Ticket]:
        lag = timedelta(seconds=self.account.settings.search_lag_s)
        newest = self.account.exactly() - lag
        return [t for t in self.account.tickets.values() if t.created_at <= newest and not t.deleted]

    def _shown(self, row: Ticket | User, at: str) -> Json:
        if isinstance(row, User):
            return {**render.user(row, at), "result_type": "user"}
        return {**render.ticket(self.account, row, at), "result_type": "ticket"}

    async def search(self, request: Request) -> Response:
        at = host(request)
        found = offset_page(request, "results", self._rows(request), lambda r: self._shown(r, at))
        return ok({**found, "facets": None})

    async def count(self, request: Request) -> Response:
        return ok({"count": len(self._rows(request))})

    async def export(self, request: Request) -> Response:
        at = host(request)
        found = cursor_page(request, "results", self._rows(request), lambda r: self._shown(r, at))
        return ok({**found, "facets": None})


Term = tuple[bool, str, str, str]


def terms(query: str) -> list[Term]:
    """(negated, keyword, operator, value) for every part of a query."""
    return [(bool(m[1]), m[2] or "", m[3] or "", m[4].strip('"')) for m in _TERM.finditer(query)]


def _kind(query: str) -> str | None:
    return next((value for _, key, _, value in terms(query) if key == "type"), None)


def fits_ticket(account: Account, ticket: Ticket, query: str) -> bool:
    return all(_fits(account, ticket, term) != term[0] for term in terms(query))


def _fits(account: Account, ticket: Ticket, term: Term) -> bool:
    _, key, operator, value = term
    if key == "type":
        return value == "ticket"
    if key == "status" and operator in ("<", ">"):
        return _status_beside(ticket, operator, value)
    if key in ("created", "updated"):
        return _dated(ticket, key, operator, value)
    texts = _texts(account, ticket, key)
    return any(value.lower() in text.lower() for text in texts) if not key else value in texts


def _status_beside(ticket: Ticket, operator: str, value: str) -> bool:
    if value not in STATUSES:
        return False
    here, there = STATUSES.index(ticket.state["status"]), STATUSES.index(value)
    return here < there if operator == "<" else here > there


def _dated(ticket: Ticket, key: str, operator: str, value: str) -> bool:
    at = ticket.created_at if key == "created" else ticket.updated_at
    wanted = as_instant(value)
    if wanted is None:
        return False
    return at < wanted if operator.startswith("<") else at > wanted


def _texts(account: Account, ticket: Ticket, key: str) -> list[str]:
    state = ticket.state
    group, requester = (
        account.groups.get(state["group_id"]),
        account.users.get(state["requester_id"]),
    )
    known: dict[str, list[str | None]] = {
        "": [state["subject"], *(c.body for c in ticket.comments)],
        "status": [state["status"]],
        "external_id": [state["external_id"]],
        "tags": list(state["tags"]),
        "group": [group.name, str(group.id)] if group else [],
        "requester": [requester.email, requester.name, str(requester.id)] if requester else [],
    }
    return [text for text in known.get(key, []) if text]


def fits_user(user: User, query: str) -> bool:
    texts = [(user.email or "").lower(), user.name.lower()]
    return all(
        (value == "user" if key == "type" else any(value.lower() in text for text in texts)) != no
        for no, key, _, value in terms(query)
    )
