"""Diff of the desk's webhook and triggers, and a check for other triggers that would notify a customer. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from integrations.zendesk.difference import RUN, Difference, several
from integrations.zendesk.rules import (
    HOOK,
    KEPT,
    Kind,
    Placed,
    Wanted,
    changed,
    trigger_of,
    would_notify,
)
from integrations.zendesk.setup import Call, Found
from integrations.zendesk.shapes import RawHook, RawRule


def hook(found: Found) -> RawHook | None:
    """Return the desk's webhook."""
    return next((one for one in found.hooks if one.name == HOOK), None)


_CONNECTED = ("conditional_ticket_events",)


def hooks(wanted: Wanted, found: Found) -> Iterator[Difference]:
    """Yield the differences of the webhook."""
    same = [one for one in found.hooks if one.name == HOOK]
    if len(same) > 1:
        yield several("webhook", HOOK)
    elif not same:
        yield _no_hook(wanted)
    else:
        yield from _hook_differs(wanted, same[0])


def _no_hook(wanted: Wanted) -> Difference:
    what = f"There is no webhook “{HOOK}”."
    if wanted.endpoint is None:
        cure = "Put the bot's address into ATO_WEB__PUBLIC_URL, then run `ato provision`."
        return Difference(check="webhook", name=HOOK, what=what, cure=cure)
    body = {
        "name": HOOK,
        "description": KEPT,
        "subscriptions": list(_CONNECTED),
        **_shape(wanted.endpoint),
    }
    return Difference(
        check="webhook", name=HOOK, what=what, call=Call(method="POST", path="/api/v2/webhooks", body={"webhook": body})
    )


def _shape(endpoint: str) -> dict[str, Any]:
    return {
        "endpoint": endpoint,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
    }


def _hook_differs(wanted: Wanted, there: RawHook) -> Iterator[Difference]:
    if tuple(there.subscriptions or ()) != _CONNECTED:
        yield Difference(
            check="webhook",
            name=HOOK,
            what=f"The webhook “{HOOK}” is not one that triggers call, and that is fixed when it is made.",
            cure="Rename it in Zendesk, then run `ato provision`.",
        )
        return
    shape = _shape(wanted.endpoint or there.endpoint or "")
    differs = {name: value for name, value in shape.items() if getattr(there, name) != value}
    if differs:
        what = "is paused" if "status" in differs else f"has another {', '.join(differs).replace('_', ' ')}"
        cure = RUN + (
            " If Zendesk paused it, see in its activity log why deliveries failed." if "status" in differs else ""
        )
        call = Call(method="PATCH", path=f"/api/v2/webhooks/{there.id}", body={"webhook": differs})
        yield Difference(check="webhook", name=HOOK, what=f"The webhook “{HOOK}” {what}.", cure=cure, call=call)


def rules(wanted: Wanted, found: Found, kinds: Sequence[Placed]) -> Iterator[Difference]:
    """Yield the differences of the desk's triggers, one for each kind of ticket."""
    there, at = hook(found), {one.kind: one for one in kinds}
    seen: set[str] = set()
    for kind in wanted.kinds:
        if kind.title in seen:
            continue
        seen.add(kind.title)
        same = [one for one in found.rules if one.title == kind.title]
        if len(same) > 1:
            yield several("trigger", kind.title)
        elif there is None or kind not in at:
            if not same:
                yield Difference(
                    check="trigger",
                    name=kind.title,
                    what=f"There is no trigger “{kind.title}”.",
                    waits=True,
                )
        else:
            yield from _rule(kind, same, trigger_of(at[kind], there.id))


def _rule(kind: Kind, same: Sequence[RawRule], body: dict[str, Any]) -> Iterator[Difference]:
    if not same:
        call = Call(method="POST", path="/api/v2/triggers", body={"trigger": body})
        yield Difference(check="trigger", name=kind.title, what=f"There is no trigger “{kind.title}”.", call=call)
    elif differs := changed(same[0], body):
        call = Call(method="PUT", path=f"/api/v2/triggers/{same[0].id}", body={"trigger": body})
        if (tag := _other_tag(same[0], body)) is not None:
            check, what = (
                "option",
                (
                    f"The option “{kind.query_type}” has another tag now, and the trigger “{kind.title}” still waits"
                    f" for {tag}."
                ),
            )
        else:
            check, what = (
                "trigger",
                f"The trigger “{kind.title}” was changed: {', '.join(differs)}.",
            )
        yield Difference(check=check, name=kind.title, what=what, call=call)


def _other_tag(rule: RawRule, body: dict[str, Any]) -> str | None:
    """Return the tag a trigger waits for, if it differs from the option's tag in nothing else."""
    wanted = body["conditions"]["all"][0]
    if len(rule.conditions.all) != 1 or not wanted["field"].startswith("custom_fields_"):
        return None
    there = rule.conditions.all[0]
    same = all(there.get(name) == wanted[name] for name in ("field", "operator"))
    return str(there.get("value")) if same and there.get("value") != wanted["value"] else None


def notifying(found: Found, kinds: Sequence[Placed]) -> Iterator[Difference]:
    """Yield foreign triggers that would notify a customer of a ticket to which the desk adds internal notes only."""
    for rule in found.rules:
        if (kind := would_notify(rule, kinds)) is not None:
            yield Difference(
                check="requester",
                name=rule.title,
                what=(
                    f"The trigger “{rule.title}” would write to the requester of “{kind.query_type or kind.form}”, who"
                    " may be the intruder."
                ),
                cure="Give it the condition “Comment is Public”, or leave these tickets out of it by their form.",
            )
