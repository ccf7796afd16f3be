"""Control API of Zendesk (`/zendesk`): manual acts of agents, and account switches.

No vendor has these endpoints. Acts run under the person's name through the rules of the API, with channel `web`.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from sandbox.zendesk import overview, refusals, switches
from sandbox.zendesk.helpdesk import Helpdesk
from sandbox.zendesk.models import Json, Ticket, User

HOST = "http://sandbox"
HAND = "web"


class Act(BaseModel):
    """Body of an act; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")
    by: str


class NewTicket(Act):
    """A ticket made by hand, everything by name."""

    subject: str = "By hand"
    comment: str
    public: bool = True
    form: str | None = None
    query_type: str | None = None
    group: str | None = None
    status: str | None = None
    requester: dict[str, str] | None = None
    external_id: str | None = None


class Move(Act):
    """A change of group, assignee or status; `assignee: ""` removes the assignee."""

    group: str | None = None
    status: str | None = None
    assignee: str | None = None
    query_type: str | None = None


class Said(Act):
    """A comment; `by` may be the requester, whose comments are always public."""

    body: str
    public: bool = True


def control_router(helpdesk: Helpdesk) -> APIRouter:
    router = APIRouter(prefix="/zendesk", tags=["zendesk"])
    _ticket_acts(router, helpdesk)
    _ticket_views(router, helpdesk)
    switches.add_routes(router, helpdesk)
    return router


def _ticket_acts(router: APIRouter, helpdesk: Helpdesk) -> None:
    @router.post("/tickets")
    async def make(act: NewTicket) -> JSONResponse:
        return switches.attempt(lambda: make_by_hand(helpdesk, act), 201)

    @router.post("/tickets/{ticket_id}/move")
    async def move(ticket_id: int, act: Move) -> JSONResponse:
        return switches.attempt(lambda: move_by_hand(helpdesk, ticket_id, act))

    @router.post("/tickets/{ticket_id}/comment")
    async def comment(ticket_id: int, act: Said) -> JSONResponse:
        return switches.attempt(lambda: comment_by_hand(helpdesk, ticket_id, act))


def _ticket_views(router: APIRouter, helpdesk: Helpdesk) -> None:
    account = helpdesk.account

    @router.get("/tickets")
    async def tickets(newest: int | None = None, find: str = "") -> JSONResponse:
        """All tickets, oldest first; or the `newest` n that contain every word of `find`."""
        wanted = overview.found(account, find)
        rows = [overview.ticket(account, t) for t in (wanted[-newest:] if newest else wanted)]
        return JSONResponse({"tickets": rows, "total": len(wanted)})

    @router.get("/tickets/{ticket_id}")
    async def one(ticket_id: int) -> JSONResponse:
        return switches.attempt(lambda: overview.whole_ticket(account, found(helpdesk, ticket_id)))

    @router.get("/attachments/{attachment_id}")
    async def content(attachment_id: int) -> Response:
        kept = account.attachments.get(attachment_id)
        if kept is None:
            return JSONResponse({"error": f"there is no attachment {attachment_id}"}, 404)
        return Response(kept.content, media_type="application/octet-stream")

    @router.get("/mails")
    async def mails() -> JSONResponse:
        return JSONResponse({"mails": [overview.mail(m) for m in account.mails]})


def make_by_hand(helpdesk: Helpdesk, act: NewTicket) -> Json:
    account = helpdesk.account
    wanted: Json = {"subject": act.subject, "external_id": act.external_id}
    wanted["comment"] = {"body": act.comment, "public": act.public}
    if act.form:
        wanted["ticket_form_id"] = refusals.known(account.form_named(act.form), "form", act.form).id
    if act.requester:
        wanted["requester"] = act.requester
    if act.status:
        wanted["status"] = act.status
    wanted |= _placed(helpdesk, act.group, act.query_type)
    made = helpdesk.create(wanted, actor(helpdesk, act.by), HOST, HAND)
    return overview.ticket(account, found(helpdesk, made["ticket"]["id"]))


def move_by_hand(helpdesk: Helpdesk, ticket_id: int, act: Move) -> Json:
    ticket = found(helpdesk, ticket_id)
    wanted = _placed(helpdesk, act.group, act.query_type)
    if act.status:
        wanted["status"] = act.status
    if act.assignee is not None:
        wanted["assignee_id"] = actor(helpdesk, act.assignee).id if act.assignee else None
    helpdesk.update(ticket, wanted, actor(helpdesk, act.by), HOST, HAND)
    return overview.ticket(helpdesk.account, ticket)


def comment_by_hand(helpdesk: Helpdesk, ticket_id: int, act: Said) -> Json:
    ticket = found(helpdesk, ticket_id)
    wanted = {"comment": {"body": act.body, "public": act.public}}
    helpdesk.update(ticket, wanted, actor(helpdesk, act.by), HOST, HAND)
    return overview.whole_ticket(helpdesk.account, ticket)


def _placed(helpdesk: Helpdesk, group: str | None, query_type: str | None) -> Json:
    account = helpdesk.account
    wanted: Json = {}
    if group:
        wanted["group_id"] = refusals.known(account.group_named(group), "group", group).id
    if query_type:
        field = refusals.known(account.field_titled("Query type"), "field", "Query type")
        names = {option.name: option.value for option in field.options}
        tag = refusals.known(names.get(query_type), "query type", query_type)
        wanted["custom_fields"] = [{"id": field.id, "value": tag}]
    return wanted


def actor(helpdesk: Helpdesk, name: str) -> User:
    """An agent by name or address, or any user by address."""
    account = helpdesk.account
    return refusals.known(account.agent_named(name) or account.user_by_email(name), "person", name)


def found(helpdesk: Helpdesk, ticket_id: int) -> Ticket:
    return refusals.known(helpdesk.account.tickets.get(ticket_id), "ticket", str(ticket_id))
