"""Diff of the desk's webhook and triggers, and a check for other triggers that would notify a customer. Pure."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from integrations.zendesk.difference import RUN, Difference, several
from integrations.zendesk.rules import (
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


def hook(found: Found, wanted: Wanted) -> RawHook | None:
    """Return the webhook with this desk's name; whether this desk made it, `is_ours` says."""
    return next((one for one in found.hooks if one.name == wanted.webhook), None)


def is_ours(there: RawHook, wanted: Wanted) -> bool:
    """Return whether the webhook with this desk's name is this desk's, and not another's of the same name.

    It is when it calls this desk, or when it signs with this desk's secret and no desk answers where it calls.
    """
    return (there.endpoint is not None and there.endpoint == wanted.endpoint) or (wanted.proved and not wanted.answered)


_CONNECTED = ("conditional_ticket_events",)


def hooks(wanted: Wanted, found: Found) -> Iterator[Difference]:
    """Yield the differences of the webhook."""
    same = [one for one in found.hooks if one.name == wanted.webhook]
    if len(same) > 1:
        yield several("webhook", wanted.webhook)
    elif not same:
        yield _no_hook(wanted)
    elif not is_ours(same[0], wanted):
        yield _taken(wanted, same[0])
    else:
        yield from _hook_differs(wanted, same[0])


def _taken(wanted: Wanted, there: RawHook) -> Difference:
    """Return that a webhook of this name calls somewhere else: it is never pointed here."""
    what = (
        f"The webhook “{wanted.webhook}” calls {there.endpoint}, and not this desk: another desk with the name"
        f" “{wanted.desk}” made it, or this one at an older address. It was left as it is."
    )
    cure = (
        "If another desk answers there, give this one a name of its own in ATO_NAME, such as fraud-eu, and run `ato"
        " provision`. If it is this desk, stop it there, delete that webhook in Zendesk, and run `ato provision`."
    )
    if wanted.endpoint is None:
        cure = "Put this desk's address into ATO_WEB__PUBLIC_URL. " + cure
    return Difference(check="webhook", name=wanted.webhook, what=what, cure=cure)


def _no_hook(wanted: Wanted) -> Difference:
    name, what = wanted.webhook, f"There is no webhook “{wanted.webhook}”."
    if wanted.endpoint is None:
        cure = "Put the bot's address into ATO_WEB__PUBLIC_URL, then run `ato provision`."
        return Difference(check="webhook", name=name, what=what, cure=cure)
    body = {
        "name": name,
        "description": KEPT,
        "subscriptions": list(_CONNECTED),
        **_shape(wanted.endpoint),
    }
    return Difference(
        check="webhook", name=name, what=what, call=Call(method="POST", path="/api/v2/webhooks", body={"webhook": body})
    )


def _shape(endpoint: str) -> dict[str, Any]:
    return {
        "endpoint": endpoint,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
    }


_HINTS = {
    "status": "If Zendesk paused it, see in its activity log why deliveries failed.",
    "endpoint": "If another desk answers there, first give one of the two a name of its own in ATO_NAME.",
}
"""What to look at beside running `ato provision`, by the attribute of the webhook that differs."""


def _hints(differs: Collection[str]) -> list[str]:
    return [words for name, words in _HINTS.items() if name in differs]


def _hook_differs(wanted: Wanted, there: RawHook) -> Iterator[Difference]:
    if tuple(there.subscriptions or ()) != _CONNECTED:
        yield Difference(
            check="webhook",
            name=wanted.webhook,
            what=f"The webhook “{wanted.webhook}” is not one that triggers call, and that is fixed when it is made.",
            cure="Rename it in Zendesk, then run `ato provision`.",
        )
        return
    shape = _shape(wanted.endpoint or there.endpoint or "")
    differs = {name: value for name, value in shape.items() if getattr(there, name) != value}
    if differs:
        what = "is paused" if "status" in differs else f"has another {', '.join(differs).replace('_', ' ')}"
        cure = " ".join([RUN, *_hints(differs)])
        call = Call(method="PATCH", path=f"/api/v2/webhooks/{there.id}", body={"webhook": differs})
        yield Difference(
            check="webhook", name=wanted.webhook, what=f"The webhook “{wanted.webhook}” {what}.", cure=cure, call=call
        )


def _titled(found: Found, title: str) -> list[RawRule]:
    return [one for one in found.rules if one.title == title]


def rules(wanted: Wanted, found: Found, kinds: Sequence[Placed]) -> Iterator[Difference]:
    """Yield the differences of the desk's triggers, one for each kind of ticket; none calls another desk's webhook."""
    there, at = hook(found, wanted), {one.kind: one for one in kinds}
    hook_id = there.id if there and is_ours(there, wanted) else None
    kinds_by_title = {kind.title(wanted.desk): kind for kind in reversed(wanted.kinds)}
    for title, kind in reversed(kinds_by_title.items()):
        same = _titled(found, title)
        if len(same) > 1:
            yield several("trigger", title)
        elif hook_id is not None and kind in at:
            yield from _rule(kind, same, trigger_of(at[kind], hook_id, wanted.desk))
        elif not same:
            yield Difference(check="trigger", name=title, what=f"There is no trigger “{title}”.", waits=True)


def _rule(kind: Kind, same: Sequence[RawRule], body: dict[str, Any]) -> Iterator[Difference]:
    title = body["title"]
    if not same:
        call = Call(method="POST", path="/api/v2/triggers", body={"trigger": body})
        yield Difference(check="trigger", name=title, what=f"There is no trigger “{title}”.", call=call)
    elif differs := changed(same[0], body):
        call = Call(method="PUT", path=f"/api/v2/triggers/{same[0].id}", body={"trigger": body})
        if (tag := _other_tag(same[0], body)) is not None:
            check = "option"
            what = (
                f"The option “{kind.query_type}” has another tag now, and the trigger “{title}” still waits for {tag}."
            )
        else:
            check, what = "trigger", f"The trigger “{title}” was changed: {', '.join(differs)}."
        yield Difference(check=check, name=title, what=what, call=call)


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
