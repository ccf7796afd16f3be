"""Ticket field endpoints, with their options."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals, render_setup
from sandbox.zendesk.helpdesk import Helpdesk, created, gone, host, ok, path_id, sent
from sandbox.zendesk.models import CHOICE_TYPES, Field, Json, Option
from sandbox.zendesk.paging import page
from sandbox.zendesk.values import as_id, forget_options


class FieldRoutes:
    """Fields and options. Writing a field's options replaces all; missing ones are deleted."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        one = "/api/v2/ticket_fields/{id}"
        options = one + "/options"
        return [
            Route("/api/v2/ticket_fields", self.list_all, methods=["GET"]),
            Route("/api/v2/ticket_fields", self.create, methods=["POST"]),
            Route(one, self.show, methods=["GET"]),
            Route(one, self.update, methods=["PUT"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(options, self.options, methods=["GET"]),
            Route(options, self.write_option, methods=["POST"]),
            Route(options + "/{option_id}", self.show_option, methods=["GET"]),
            Route(options + "/{option_id}", self.delete_option, methods=["DELETE"]),
        ]

    def found(self, request: Request) -> Field:
        field = self.account.fields.get(path_id(request))
        if field is None:
            raise refusals.not_found()
        return field

    async def list_all(self, request: Request) -> Response:
        rows, at = list(self.account.fields.values()), host(request)
        return ok(page(request, "ticket_fields", rows, lambda f: render_setup.field(f, at)))

    async def show(self, request: Request) -> Response:
        return ok({"ticket_field": render_setup.field(self.found(request), host(request))})

    async def create(self, request: Request) -> Response:
        wanted, now = await sent(request, "ticket_field"), self.account.instant()
        kind, title = str(wanted.get("type") or ""), str(wanted.get("title") or "")
        if not title:
            raise refusals.invalid_one("title", "Title: cannot be blank", "BlankValue")
        description = wanted.get("description") or title
        field = Field(self.account.new_id(), kind, title, now, now, description)
        if kind in CHOICE_TYPES:
            self._write_options(field, wanted.get("custom_field_options"))
        self.account.fields[field.id] = field
        shown = render_setup.field(field, host(request))
        return created({"ticket_field": shown}, shown["url"])

    async def update(self, request: Request) -> Response:
        field, wanted = self.found(request), await sent(request, "ticket_field")
        if field.type in CHOICE_TYPES and "custom_field_options" in wanted:
            self._write_options(field, wanted["custom_field_options"])
        field.title = wanted.get("title", field.title)
        field.description = wanted.get("description", field.description)
        field.active = bool(wanted.get("active", field.active))
        field.updated_at = self.account.instant()
        return ok({"ticket_field": render_setup.field(field, host(request))})

    async def delete(self, request: Request) -> Response:
        field = self.found(request)
        if not field.removable:
            raise refusals.invalid_one("base", "Field: system fields cannot be deleted")
        del self.account.fields[field.id]
        for form in self.account.forms.values():
            form.field_ids = [i for i in form.field_ids if i != field.id]
        return gone()

    # Options ---------------------------------------------------------------------------------

    def _write_options(self, field: Field, wanted: object) -> None:
        if not isinstance(wanted, list) or not wanted:
            text = "Field options: must contain at least one option"
            raise refusals.invalid_one("field_options", text, "EmptyValue")
        tags = [str(one.get("value") or "") for one in wanted]
        self._check_tags(field, tags)
        kept = _kept(field, wanted)
        forget_options(self.account, field, set(field.tags) - set(tags))
        field.options = [
            Option(old.id if old else self.account.new_id(), str(one["name"]), str(one["value"]))
            for old, one in zip(kept, wanted, strict=True)
        ]

    def _check_tags(self, field: Field, tags: list[str]) -> None:
        """An option's tag is unique in the account."""
        others = (f for f in self.account.fields.values() if f.id != field.id)
        taken = {tag for other in others for tag in other.tags}
        for tag in tags:
            if not tag or tag in taken or tags.count(tag) > 1:
                text = f"Custom field options: the tag {tag!r} is blank or used already"
                raise refusals.invalid_one("custom_field_options", text, "DuplicateValue")

    async def options(self, request: Request) -> Response:
        field, at = self.found(request), host(request)
        show = render_setup.option
        rows = page(request, "custom_field_options", field.options, lambda o: show(o, field, at))
        return ok(rows)

    async def write_option(self, request: Request) -> Response:
        """With an id (or a known tag) the option is changed: 200. Otherwise one is added: 201."""
        field, wanted = self.found(request), await sent(request, "custom_field_option")
        option = next((o for o in field.options if o.id == as_id(wanted.get("id"))), None)
        others = [o.value for o in field.options if o is not option]
        tag = str(wanted.get("value") or (option.value if option else ""))
        self._check_tags(field, [*others, tag])
        if option is None:
            option = Option(self.account.new_id(), str(wanted.get("name") or tag), tag)
            field.options.append(option)
            status = 201
        else:
            self._change(field, option, wanted, tag)
            status = 200
        field.updated_at = self.account.instant()
        shown = render_setup.option(option, field, host(request))
        return ok({"custom_field_option": shown}, status, {"location": shown["url"]})

    def _change(self, field: Field, option: Option, wanted: Json, tag: str) -> None:
        if tag != option.value:
            forget_options(self.account, field, {option.value})
        option.name, option.value = str(wanted.get("name") or option.name), tag

    def _option(self, request: Request) -> tuple[Field, Option]:
        field, option_id = self.found(request), path_id(request, "option_id")
        option = next((o for o in field.options if o.id == option_id), None)
        if option is None:
            raise refusals.not_found()
        return field, option

    async def show_option(self, request: Request) -> Response:
        field, option = self._option(request)
        shown = render_setup.option(option, field, host(request))
        return ok({"custom_field_option": shown})

    async def delete_option(self, request: Request) -> Response:
        field, option = self._option(request)
        forget_options(self.account, field, {option.value})
        field.options.remove(option)
        return gone()


def _kept(field: Field, wanted: list[Json]) -> list[Option | None]:
    """For each wanted option the one that is there already, by id or tag."""
    by_tag = {option.value: option for option in field.options}
    by_id = {option.id: option for option in field.options}
    return [by_id.get(as_id(one.get("id"))) or by_tag.get(str(one["value"])) for one in wanted]
