"""Ticket form endpoints, on a plan that has forms."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals, render_setup
from sandbox.zendesk.helpdesk import Helpdesk, created, gone, host, ok, path_id, sent
from sandbox.zendesk.models import Form, Json
from sandbox.zendesk.paging import page


class FormRoutes:
    """List, show, create, update and delete forms; the default one cannot be deleted."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        return [
            Route("/api/v2/ticket_forms", self.list_all, methods=["GET"]),
            Route("/api/v2/ticket_forms", self.create, methods=["POST"]),
            Route("/api/v2/ticket_forms/{id}", self.show, methods=["GET"]),
            Route("/api/v2/ticket_forms/{id}", self.update, methods=["PUT"]),
            Route("/api/v2/ticket_forms/{id}", self.delete, methods=["DELETE"]),
        ]

    def found(self, request: Request) -> Form:
        form = self.account.forms.get(path_id(request))
        if form is None:
            raise refusals.not_found()
        return form

    async def list_all(self, request: Request) -> Response:
        rows, at = list(self.account.forms.values()), host(request)
        if (active := request.query_params.get("active")) in ("true", "false"):
            rows = [form for form in rows if form.active == (active == "true")]
        return ok(page(request, "ticket_forms", rows, lambda f: render_setup.form(f, at)))

    async def show(self, request: Request) -> Response:
        return ok({"ticket_form": render_setup.form(self.found(request), host(request))})

    async def create(self, request: Request) -> Response:
        wanted, now = await sent(request, "ticket_form"), self.account.instant()
        if not wanted.get("name"):
            raise refusals.invalid_one("name", "Name: cannot be blank", "BlankValue")
        system = [f.id for f in self.account.fields.values() if not f.removable]
        form = Form(self.account.new_id(), str(wanted["name"]), now, now, system)
        form.position = len(self.account.forms)
        self.account.forms[form.id] = form
        self._change(form, wanted)
        shown = render_setup.form(form, host(request))
        return created({"ticket_form": shown}, shown["url"])

    async def update(self, request: Request) -> Response:
        form = self.found(request)
        self._change(form, await sent(request, "ticket_form"))
        return ok({"ticket_form": render_setup.form(form, host(request))})

    def _change(self, form: Form, wanted: Json) -> None:
        active = bool(wanted.get("active", form.active))
        if form.default and not active:
            raise refusals.invalid_one("base", "Ticket form: the default form stays active")
        form.name, form.active = str(wanted.get("name", form.name)), active
        if "ticket_field_ids" in wanted:
            known = self.account.fields
            form.field_ids = [int(i) for i in wanted["ticket_field_ids"] if int(i) in known]
        form.updated_at = self.account.instant()

    async def delete(self, request: Request) -> Response:
        form = self.found(request)
        if form.default:
            raise refusals.invalid_one("base", "Ticket form: the default form cannot be deleted")
        del self.account.forms[form.id]
        return gone()
