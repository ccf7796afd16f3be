"""Endpoints of triggers, trigger categories and account settings."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.zendesk import refusals, render, render_setup
from sandbox.zendesk.definitions import definitions
from sandbox.zendesk.helpdesk import Helpdesk, created, gone, host, ok, path_id, sent
from sandbox.zendesk.models import Json, Trigger
from sandbox.zendesk.paging import page
from sandbox.zendesk.seeding import add_trigger


class RuleRoutes:
    """Triggers. An update replaces all conditions or all actions."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        return [
            Route("/api/v2/triggers", self.list_all, methods=["GET"]),
            Route("/api/v2/triggers/definitions", self.definitions, methods=["GET"]),
            Route("/api/v2/triggers/active", self.list_active, methods=["GET"]),
            Route("/api/v2/triggers", self.create, methods=["POST"]),
            Route("/api/v2/triggers/{id}", self.show, methods=["GET"]),
            Route("/api/v2/triggers/{id}", self.update, methods=["PUT"]),
            Route("/api/v2/triggers/{id}", self.delete, methods=["DELETE"]),
            Route("/api/v2/trigger_categories", self.categories, methods=["GET"]),
            Route("/api/v2/account/settings", self.settings, methods=["GET"]),
        ]

    def found(self, request: Request) -> Trigger:
        trigger = self.account.triggers.get(path_id(request))
        if trigger is None:
            raise refusals.not_found()
        return trigger

    def _page(self, request: Request, rows: list[Trigger]) -> Response:
        rows = sorted(rows, key=lambda t: t.position)
        return ok(page(request, "triggers", rows, lambda t: render.trigger(t, host(request))))

    async def list_all(self, request: Request) -> Response:
        return self._page(request, list(self.account.triggers.values()))

    async def list_active(self, request: Request) -> Response:
        return self._page(request, [t for t in self.account.triggers.values() if t.active])

    async def show(self, request: Request) -> Response:
        return ok({"trigger": render.trigger(self.found(request), host(request))})

    async def create(self, request: Request) -> Response:
        wanted = await sent(request, "trigger")
        conditions, actions = _conditions(wanted), wanted.get("actions") or []
        if not wanted.get("title"):
            raise refusals.invalid_one("title", "Title: cannot be blank", "BlankValue")
        _check(conditions, actions)
        trigger = add_trigger(self.account, str(wanted["title"]), conditions["all"], conditions["any"], actions)
        _change(trigger, wanted)
        shown = render.trigger(trigger, host(request))
        return created({"trigger": shown}, shown["url"])

    async def update(self, request: Request) -> Response:
        trigger, wanted = self.found(request), await sent(request, "trigger")
        if {"conditions", "all", "any"} & wanted.keys():
            trigger.conditions = _conditions(wanted)
        trigger.actions = wanted.get("actions", trigger.actions)
        _check(trigger.conditions, trigger.actions)
        trigger.title = str(wanted.get("title", trigger.title))
        _change(trigger, wanted)
        trigger.updated_at = self.account.instant()
        shown = render.trigger(trigger, host(request))
        return ok({"trigger": shown}, 200, {"location": shown["url"]})

    async def delete(self, request: Request) -> Response:
        del self.account.triggers[self.found(request).id]
        return gone()

    async def categories(self, request: Request) -> Response:
        rows = self.account.categories
        return ok(page(request, "trigger_categories", rows, dict))

    async def definitions(self, _: Request) -> Response:
        return ok({"definitions": definitions(self.account)})

    async def settings(self, _: Request) -> Response:
        return ok({"settings": render_setup.account_settings()})


def _conditions(wanted: Json) -> Json:
    """Conditions under `conditions`, or `all` and `any` at the top level."""
    given = wanted.get("conditions") or wanted
    return {"all": list(given.get("all") or []), "any": list(given.get("any") or [])}


def _check(conditions: Json, actions: list[Json]) -> None:
    if not conditions["all"] and not conditions["any"]:
        text = "Conditions: must contain at least one condition"
        raise refusals.invalid_one("conditions", text, "EmptyValue")
    if not actions or not all(isinstance(a, dict) and a.get("field") for a in actions):
        text = "Actions: must contain at least one action"
        raise refusals.invalid_one("actions", text, "EmptyValue")


def _change(trigger: Trigger, wanted: Json) -> None:
    trigger.active = bool(wanted.get("active", trigger.active))
    trigger.description = wanted.get("description", trigger.description)
    trigger.position = int(wanted.get("position") or trigger.position)
    trigger.category_id = str(wanted.get("category_id") or trigger.category_id)
