"""Account switches for tests: missing forms and options, re-routing triggers, faulty webhooks, sign-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from sandbox import seeds
from sandbox.zendesk import overview, refusals
from sandbox.zendesk.breaker import Breaker
from sandbox.zendesk.deliveries import Mode
from sandbox.zendesk.helpdesk import Helpdesk
from sandbox.zendesk.models import Json, Webhook
from sandbox.zendesk.seeding import TAKEOVER_TAG, add_trigger
from sandbox.zendesk.values import forget_options


class Strict(BaseModel):
    """Body of the control API; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class Renaming(Strict):
    """A new name, a new tag, or both for a dropdown option; `option` is its name or tag."""

    option: str
    name: str | None = None
    tag: str | None = None


class Reroute(Strict):
    """A foreign trigger that moves new tickets of one group to another."""

    to: str
    when_group: str | None = None


class SignIn(Strict):
    """Sign-in behaviour; `owner` is the OAuth client's user."""

    client: str = seeds.ZENDESK_CLIENT_ID
    old_account: bool | None = None
    token_seconds: int | None = None
    revoke_chance: float | None = None
    revoke: bool = False
    secret: str | None = None
    allowed_scopes: str | None = None
    add_client: str | None = None
    drop_client: bool = False
    owner: str | None = None
    owner_role: Literal["admin", "agent", "end-user"] | None = None


class Switches(Strict):
    """All optional; only given keys apply."""

    remove_form: str | None = None
    remove_option: str | None = None
    remove_group: str | None = None
    webhook: Literal["active", "inactive"] | None = None
    circuit_breaker: Literal["open", "closed"] | None = None
    reroute: Reroute | None = None
    no_reroute: bool = False
    search_lag_seconds: float | None = None
    database_conflicts: int | None = None
    limits: Literal["real", "off"] | None = None
    sign_in: SignIn | None = None


class Post(Strict):
    """Delivery behaviour from now on."""

    mode: Mode = "normal"
    forge: bool = False
    age_seconds: float = 0.0


def add_routes(router: APIRouter, helpdesk: Helpdesk) -> None:
    _setup_routes(router, helpdesk)
    _delivery_routes(router, helpdesk)


def _setup_routes(router: APIRouter, helpdesk: Helpdesk) -> None:
    @router.post("/settings")
    async def change_settings(wanted: Switches) -> JSONResponse:
        return attempt(lambda: switch(helpdesk, wanted))

    @router.get("/settings")
    async def read_settings() -> JSONResponse:
        return JSONResponse(settings(helpdesk))

    @router.post("/fields/{field}/rename-option")
    async def rename(field: str, wanted: Renaming) -> JSONResponse:
        return attempt(lambda: rename_option(helpdesk, field, wanted))

    @router.delete("/forms/{form}")
    async def drop_form(form: str) -> JSONResponse:
        return attempt(lambda: remove_form(helpdesk, form))


def _delivery_routes(router: APIRouter, helpdesk: Helpdesk) -> None:
    deliveries = helpdesk.deliveries

    @router.get("/deliveries")
    async def read_deliveries() -> JSONResponse:
        rows = [overview.delivery(d) for d in deliveries.made]
        return JSONResponse({"mode": deliveries.conduct.mode, "deliveries": rows})

    @router.post("/deliveries")
    async def conduct(wanted: Post) -> JSONResponse:
        now = deliveries.conduct
        now.mode, now.forge, now.age_s = wanted.mode, wanted.forge, wanted.age_seconds
        return JSONResponse(wanted.model_dump())

    @router.post("/deliveries/release")
    async def release() -> JSONResponse:
        return JSONResponse({"released": deliveries.release()})

    @router.post("/deliveries/drain")
    async def drain() -> JSONResponse:
        await deliveries.drain()
        return JSONResponse({"ok": True})

    @router.post("/deliveries/{invocation_id}/replay")
    async def replay(invocation_id: str) -> JSONResponse:
        return attempt(lambda: _replay(helpdesk, invocation_id))


def _replay(helpdesk: Helpdesk, invocation_id: str) -> Json:
    found = helpdesk.deliveries.replay(invocation_id)
    return overview.delivery(refusals.known(found, "delivery", invocation_id))


def attempt(act: Callable[[], Json], status: int = 200) -> JSONResponse:
    """Apply; a refusal of the account is returned as it is."""
    try:
        return JSONResponse(act(), status)
    except refusals.Refused as refused:
        return JSONResponse({"refused": refused.body}, refused.status)


# What the switches do ----------------------------------------------------------------------------

DESKS = "ATO Desk"
REROUTE_TITLE = "Somebody else's routing"


def switch(helpdesk: Helpdesk, wanted: Switches) -> Json:
    if wanted.remove_form:
        remove_form(helpdesk, wanted.remove_form)
    if wanted.remove_option:
        remove_option(helpdesk, wanted.remove_option)
    if wanted.remove_group:
        group = helpdesk.account.group_named(wanted.remove_group)
        refusals.known(group, "group", wanted.remove_group).deleted = True
    if wanted.no_reroute or wanted.reroute:
        _drop_reroute(helpdesk)
    if wanted.reroute:
        _add_reroute(helpdesk, wanted.reroute)
    if wanted.sign_in:
        _set_sign_in(helpdesk, wanted.sign_in)
    _set_numbers(helpdesk, wanted)
    _set_webhook(helpdesk, wanted)
    return settings(helpdesk)


def _set_sign_in(helpdesk: Helpdesk, wanted: SignIn) -> None:
    oauth = helpdesk.oauth
    for name in ("old_account", "token_seconds", "revoke_chance"):
        if (value := getattr(wanted, name)) is not None:
            setattr(oauth.conduct, name, value)
    if wanted.revoke:
        oauth.revoke_all()
    if wanted.add_client:
        owner = oauth.account.users[seeds.ZENDESK_BOT_ID]
        oauth.add_client(wanted.add_client, wanted.secret or "", owner)
    else:
        _change_client(helpdesk, wanted)


def _change_client(helpdesk: Helpdesk, wanted: SignIn) -> None:
    client = helpdesk.oauth.named(wanted.client)
    if wanted.secret is not None:
        client.secret = wanted.secret
    if wanted.allowed_scopes is not None:
        client.allowed = tuple(wanted.allowed_scopes.split())
    if wanted.owner is not None:
        found = helpdesk.account.agent_named(wanted.owner)
        client.user_id = refusals.known(found, "person", wanted.owner).id
    if wanted.owner_role is not None:
        helpdesk.account.users[client.user_id].role = wanted.owner_role
    if wanted.drop_client:
        helpdesk.oauth.clients.remove(client)


def _set_numbers(helpdesk: Helpdesk, wanted: Switches) -> None:
    now = helpdesk.account.settings
    if wanted.search_lag_seconds is not None:
        now.search_lag_s = wanted.search_lag_seconds
    if wanted.database_conflicts is not None:
        now.database_conflicts = wanted.database_conflicts
    if wanted.limits:
        helpdesk.limited = wanted.limits == "real"


def desks(helpdesk: Helpdesk) -> Webhook | None:
    """The webhook that calls the bot."""
    hooks = helpdesk.account.webhooks.values()
    return next((one for one in hooks if one.name == DESKS), None)


def _set_webhook(helpdesk: Helpdesk, wanted: Switches) -> None:
    if wanted.webhook:
        refusals.known(desks(helpdesk), "webhook", DESKS).status = wanted.webhook
    if wanted.circuit_breaker:
        webhook = refusals.known(desks(helpdesk), "webhook", DESKS)
        breaker = helpdesk.deliveries.breakers.setdefault(webhook.id, Breaker())
        breaker.forced_open = wanted.circuit_breaker == "open"


def _add_reroute(helpdesk: Helpdesk, wanted: Reroute) -> None:
    """Add a trigger, first in order, that moves new tickets of one group to another."""
    account = helpdesk.account
    target = refusals.known(account.group_named(wanted.to), "group", wanted.to)
    every: list[Json] = [{"field": "update_type", "operator": "is", "value": "Create"}]
    if wanted.when_group:
        source = refusals.known(account.group_named(wanted.when_group), "group", wanted.when_group)
        every.append({"field": "group_id", "operator": "is", "value": str(source.id)})
    action = {"field": "group_id", "value": str(target.id)}
    add_trigger(account, REROUTE_TITLE, every, [], [action]).position = 0


def _drop_reroute(helpdesk: Helpdesk) -> None:
    triggers = helpdesk.account.triggers
    for trigger in [t for t in triggers.values() if t.title == REROUTE_TITLE]:
        del triggers[trigger.id]


def remove_form(helpdesk: Helpdesk, name: str) -> Json:
    account = helpdesk.account
    by_id = account.forms.get(int(name)) if name.isdigit() else None
    form = refusals.known(by_id or account.form_named(name), "form", name)
    del account.forms[form.id]
    return {"removed": form.name}


def remove_option(helpdesk: Helpdesk, name: str) -> None:
    field = refusals.known(helpdesk.account.field_titled("Query type"), "field", "Query type")
    option = next((o for o in field.options if name in (o.name, o.value)), None)
    gone = refusals.known(option, "option", name)
    forget_options(helpdesk.account, field, {gone.value})
    field.options.remove(gone)


def rename_option(helpdesk: Helpdesk, field_name: str, wanted: Renaming) -> Json:
    """`field` is an id or a title. A new tag removes the old one from tickets, as in Zendesk."""
    account = helpdesk.account
    by_id = account.fields.get(int(field_name)) if field_name.isdigit() else None
    field = refusals.known(by_id or account.field_titled(field_name), "field", field_name)
    found = next((o for o in field.options if wanted.option in (o.name, o.value)), None)
    option = refusals.known(found, "option", wanted.option)
    if wanted.tag and wanted.tag != option.value:
        forget_options(account, field, {option.value})
        option.value = wanted.tag
    option.name = wanted.name or option.name
    return {"field": field.title, "name": option.name, "tag": option.value}


def settings(helpdesk: Helpdesk) -> Json:
    account = helpdesk.account
    return {
        **overview.objects(account),
        **_webhook(helpdesk),
        "takeover_tag": TAKEOVER_TAG,
        "search_lag_seconds": account.settings.search_lag_s,
        "database_conflicts": account.settings.database_conflicts,
        "limits": "real" if helpdesk.limited else "off",
        "tokens": {
            "minted": helpdesk.oauth.minted,
            "alive": len(helpdesk.oauth.tokens),
            "revoked": helpdesk.oauth.revoked,
            **vars(helpdesk.oauth.conduct),
        },
        "deliveries": helpdesk.deliveries.conduct.mode,
    }


def _webhook(helpdesk: Helpdesk) -> Json:
    webhook = desks(helpdesk)
    breaker = helpdesk.deliveries.breakers.get(webhook.id) if webhook else None
    return {
        "webhook": webhook.status if webhook else "gone",
        "webhook_address": helpdesk.webhook_address(),
        "circuit_breaker": "open" if breaker and breaker.is_open else "closed",
    }
