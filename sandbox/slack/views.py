"""`views.*` methods: open, push, update, publish."""

from __future__ import annotations

from typing import Any

from sandbox.slack.apps import acting
from sandbox.slack.asking import Args
from sandbox.slack.blocks import too_large, view_faults
from sandbox.slack.forms import values_of
from sandbox.slack.screens import DEEPEST_STACK, View
from sandbox.slack.workspace import Refused, Workspace, fill_ids, refused_arguments

Answer = dict[str, Any]


def check_view(space: Workspace, view: Any, kind: str, but: View | None = None) -> dict[str, Any]:
    """A valid view, or Slack's refusal; `but` may keep its own external_id."""
    if too_large(view):
        raise Refused("view_too_large")
    found = view_faults(view, kind)
    if found:
        raise refused_arguments("invalid_arguments", found)
    external = view.get("external_id")
    other = space.screens.by_external(external) if external else None
    if other is not None and other is not but:
        raise Refused("duplicate_external_id")
    fill_ids(view["blocks"])
    return dict(view)


def show(view: View) -> dict[str, Any]:
    return view.written(values_of(view.blocks, view.entered))


def read_view(args: Args) -> Any:
    args.need("view")
    return args.data("view")


def open_(space: Workspace, args: Args) -> Answer:
    name, asked = args.need("trigger_id"), read_view(args)
    body = check_view(space, asked, "modal")
    trigger = space.use_trigger(name)
    view = space.screens.open(space.new_id("V"), trigger.user, body)
    trigger.opened = view.id
    return {"ok": True, "view": show(view)}


def push(space: Workspace, args: Args) -> Answer:
    """Only from a modal: the trigger must come from an interaction inside one."""
    name, asked = args.need("trigger_id"), read_view(args)
    body = check_view(space, asked, "modal")
    trigger = space.triggers.get(name)
    stack = space.screens.stack(trigger.user) if trigger else []
    if trigger is not None and (trigger.view_id is None or not stack):
        raise Refused("not_found")
    if len(stack) >= DEEPEST_STACK:
        raise Refused("push_limit_reached")
    trigger = space.use_trigger(name)
    view = space.screens.push(space.new_id("V"), trigger.user, body)
    trigger.opened = view.id
    return {"ok": True, "view": show(view)}


def update(space: Workspace, args: Args) -> Answer:
    view_id, external_id = args.maybe("view_id"), args.maybe("external_id")
    if view_id is None and external_id is None:
        args.need("view_id")
    view = space.screens.views.get(view_id or "") or (space.screens.by_external(external_id) if external_id else None)
    if view is None or view.kind != "modal" or view.app.id != acting().id:
        raise Refused("not_found")
    body = check_view(space, read_view(args), "modal", but=view)
    _same_hash(view, args)
    view.replace(body)
    return {"ok": True, "view": show(view)}


def publish(space: Workspace, args: Args) -> Answer:
    user = args.user("user_id")
    home = space.screens.home(user.id)
    body = check_view(space, read_view(args), "home", but=home)
    if home is not None:
        _same_hash(home, args)
    view = space.screens.publish(space.new_id("V"), user.id, body)
    return {"ok": True, "view": show(view)}


def _same_hash(view: View, args: Args) -> None:
    given = args.maybe("hash")
    if given is not None and given != view.hash:
        raise Refused("hash_conflict")


METHODS = {
    "views.open": open_,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
