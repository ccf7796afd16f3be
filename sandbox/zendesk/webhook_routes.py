"""Webhook endpoints: create, update, pause, signing secret, deliveries."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from ulid import ULID

from sandbox.zendesk import refusals, render_setup
from sandbox.zendesk.deliveries import Attempt, Delivery
from sandbox.zendesk.helpdesk import Helpdesk, caller, gone, ok, sent
from sandbox.zendesk.models import Json, Trigger, Webhook
from sandbox.zendesk.paging import cursor_page

CONNECTED = {
    "code": "InvalidValue",
    "title": "Webhook is connected to a trigger",
    "detail": "Remove the webhook from active triggers and automations before deleting it",
}
"""[?] We have not seen what Zendesk answers; it is refused here, so that the desk deletes its triggers first."""
WRITABLE = ("name", "description", "status", "http_method", "request_format", "authentication")


class WebhookRoutes:
    """Webhooks. The kind, trigger or event subscription, is fixed at creation."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk = helpdesk
        self.account = helpdesk.account

    def routes(self) -> list[Route]:
        one = "/api/v2/webhooks/{id}"
        attempts = one + "/invocations/{invocation}/attempts"
        return [
            Route("/api/v2/webhooks", self.list_all, methods=["GET"]),
            Route("/api/v2/webhooks", self.create, methods=["POST"]),
            Route(one, self.show, methods=["GET"]),
            Route(one, self.replace, methods=["PUT"]),
            Route(one, self.patch, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(one + "/signing_secret", self.secret, methods=["GET"]),
            Route(one + "/signing_secret", self.new_secret, methods=["POST"]),
            Route(one + "/invocations", self.invocations, methods=["GET"]),
            Route(attempts, self.attempts, methods=["GET"]),
        ]

    def found(self, request: Request) -> Webhook:
        webhook_id = str(request.path_params["id"])
        webhook = self.account.webhooks.get(webhook_id)
        if webhook is None:
            raise refusals.no_such_webhook(webhook_id)
        return webhook

    def _shown(self, webhook: Webhook) -> Json:
        return render_setup.webhook(webhook, self.helpdesk.webhook_address())

    async def list_all(self, request: Request) -> Response:
        word = request.query_params.get("filter[name_contains]", "").lower()
        rows = [w for w in self.account.webhooks.values() if word in w.name.lower()]
        return ok({"meta": {"has_more": False}, "webhooks": [self._shown(w) for w in rows]})

    async def show(self, request: Request) -> Response:
        return ok({"webhook": self._shown(self.found(request))})

    async def create(self, request: Request) -> Response:
        wanted = await sent(request, "webhook")
        _check(wanted)
        webhook = Webhook(
            id=str(ULID()),
            name=str(wanted["name"]),
            endpoint=str(wanted["endpoint"]),
            secret=secrets.token_urlsafe(33),
            created_at=self.account.instant(),
            created_by=str(caller(request).id),
            subscriptions=list(wanted.get("subscriptions") or ["conditional_ticket_events"]),
        )
        _change(webhook, wanted)
        self.account.webhooks[webhook.id] = webhook
        return ok({"webhook": self._shown(webhook)}, 201)

    async def replace(self, request: Request) -> Response:
        webhook, wanted = self.found(request), await sent(request, "webhook")
        _check(wanted)
        _change(webhook, wanted)
        return gone()

    async def patch(self, request: Request) -> Response:
        webhook = self.found(request)
        _change(webhook, await sent(request, "webhook"))
        return gone()

    async def delete(self, request: Request) -> Response:
        webhook = self.found(request)
        if any(t.active and _calls(t, webhook) for t in self.account.triggers.values()):
            raise refusals.Refused(400, {"errors": [CONNECTED]})
        del self.account.webhooks[webhook.id]
        return gone()

    async def secret(self, request: Request) -> Response:
        return ok(_secret(self.found(request)))

    async def new_secret(self, request: Request) -> Response:
        webhook = self.found(request)
        webhook.secret = secrets.token_urlsafe(33)
        return ok(_secret(webhook), 201)

    async def invocations(self, request: Request) -> Response:
        webhook = self.found(request)
        made = [d for d in self.helpdesk.deliveries.made if d.webhook_id == webhook.id]
        found = cursor_page(request, "invocations", made[::-1], _invocation)
        return ok(_as_webhooks_page(found))

    async def attempts(self, request: Request) -> Response:
        webhook, wanted = self.found(request), request.path_params["invocation"]
        made = self.helpdesk.deliveries.made
        found = next((d for d in made if d.invocation_id == wanted), None)
        if found is None or found.webhook_id != webhook.id:
            raise refusals.no_such_webhook(str(wanted))
        return ok({"attempts": [_attempt(found, a) for a in found.attempts]})


def _calls(trigger: Trigger, webhook: Webhook) -> bool:
    """Whether a trigger has the action that calls this webhook."""
    called = (a.get("value") for a in trigger.actions if a.get("field") == "notification_webhook")
    return any(isinstance(value, list) and value[:1] == [webhook.id] for value in called)


def _as_webhooks_page(found: Json) -> Json:
    """Pages of webhooks have fewer links: none back, and none at all on the last."""
    rows = {"invocations": found["invocations"]}
    if not found["meta"]["has_more"]:
        return {"meta": {"has_more": False}, **rows}
    meta = {"has_more": True, "after_cursor": found["meta"]["after_cursor"]}
    return {"meta": meta, "links": {"next": found["links"]["next"]}, **rows}


def _check(wanted: Json) -> None:
    for name in ("name", "endpoint", "http_method", "request_format", "status"):
        if not wanted.get(name):
            fault = {"code": "InvalidValue", "title": f"{name} is missing", "source": name}
            raise refusals.Refused(400, {"errors": [fault]})


def _change(webhook: Webhook, wanted: Json) -> None:
    for name in WRITABLE:
        if name in wanted:
            setattr(webhook, name, wanted[name])
    webhook.endpoint = wanted.get("endpoint") or webhook.endpoint


def _secret(webhook: Webhook) -> Json:
    return {"signing_secret": {"secret": webhook.secret, "algorithm": "SHA256"}}


def _invocation(found: Delivery) -> Json:
    last = found.attempts[-1] if found.attempts else None
    return {
        "id": found.invocation_id,
        "status_code": (last.status_code if last else None) or 0,
        "status": found.status,
        "latest_completed_at": last.at if last else None,
    }


def _attempt(owner: Delivery, found: Attempt) -> Json:
    headers = [{"key": key, "value": value} for key, value in found.headers.items()]
    return {
        "id": owner.webhook_id,
        "invocation_id": owner.invocation_id,
        "status_code": found.status_code or 0,
        "status": owner.status,
        "request": {"headers": headers, "payload": owner.body},
        "response": {"headers": [], "payload": found.answer},
        "completed_at": found.at,
    }
