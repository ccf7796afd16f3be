"""Incremental export by cursor: tickets changed since, deleted ones included, without the newest minute.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

from __future__ import annotations

import base64
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals, render
from sandbox.zendesk.helpdesk import Helpdesk, host, ok
from sandbox.zendesk.models import Json, Ticket

NEWEST = timedelta(seconds=60)
MOST = 1000


class IncrementalRoutes:
    """`/incremental/tickets/cursor`: a start time once, then its cursor."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        return [Route("/api/v2/incremental/tickets/cursor", self.export, methods=["GET"])]

    async def export(self, request: Request) -> Response:
        since, after, at = *self._start(request), host(request)
        until = (self.account.instant() - NEWEST).timestamp()
        rows = sorted((_moved(t), t.id, t) for t in self.account.tickets.values())
        rows = [row for row in rows if (since, after) < row[:2] and row[0] <= until]
        shown = rows[:MOST]
        cursor = _cursor(*shown[-1][:2]) if shown else _cursor(since, after)
        return ok(
            {
                "tickets": [self._shown(ticket, at) for *_, ticket in shown],
                "after_url": f"{at}/api/v2/incremental/tickets/cursor.json?cursor={cursor}",
                "before_url": None,
                "after_cursor": cursor,
                "before_cursor": None,
                "end_of_stream": len(rows) <= MOST,
            }
        )

    def _shown(self, ticket: Ticket, at: str) -> Json:
        shown = render.ticket(self.account, ticket, at)
        return {**shown, "status": "deleted"} if ticket.deleted else shown

    def _start(self, request: Request) -> tuple[float, int]:
        """The start time. Raises Refused when it is missing or less than a minute ago."""
        if cursor := request.query_params.get("cursor"):
            return _position(cursor)
        given = request.query_params.get("start_time", "")
        if not given.isdigit():
            raise refusals.invalid_attribute("start_time", request.url.path, "is missing")
        if float(given) > (self.account.instant() - NEWEST).timestamp():
            text = "Too recent start_time. Use a start_time older than 60 seconds"
            raise refusals.Refused(422, {"error": "StartTimeTooRecent", "description": text})
        return float(given), 0


def _moved(ticket: Ticket) -> float:
    return ticket.updated_at.timestamp()


def _cursor(since: float, after: int) -> str:
    return base64.urlsafe_b64encode(f"{since}||{after}|".encode()).decode()


def _position(cursor: str) -> tuple[float, int]:
    try:
        since, _, after, _ = base64.urlsafe_b64decode(cursor).decode().split("|")
        return float(since), int(after)
    except ValueError:
        raise refusals.invalid_attribute("cursor", "api/v2", "must be one that was given out") from None
