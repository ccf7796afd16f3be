"""Effects of an app's responses in Slack: to a command, a response_url, a view submission.

Changes what people see. Sends nothing.
"""

from __future__ import annotations

import time
from typing import Any

from sandbox.slack.blocks import message_faults
from sandbox.slack.chat import change_message
from sandbox.slack.screens import DEEPEST_STACK, View
from sandbox.slack.views import check_view
from sandbox.slack.workspace import (
    RESPONSE_URL_SECONDS,
    RESPONSE_URL_USES,
    Message,
    Refused,
    ResponseUrl,
    Workspace,
    refused_arguments,
)

TROUBLE = "We had some trouble connecting. Try again?"


def use_response_url(space: Workspace, name: str, body: Any) -> None:
    """Consume one of the five uses of a response_url."""
    url = space.response_urls.get(name)
    if url is None:
        raise Refused("invalid_url")
    if time.monotonic() - url.born > RESPONSE_URL_SECONDS:
        raise Refused("expired_url")
    if url.used >= RESPONSE_URL_USES:
        raise Refused("used_url")
    url.used += 1
    respond(space, url, body)


def respond(space: Workspace, url: ResponseUrl, body: Any) -> Message | None:
    """Show a response: replacing the original, ephemeral, or in channel."""
    if isinstance(body, str):
        body = {"text": body}
    if not isinstance(body, dict):
        raise Refused("invalid_payload")
    if body.get("delete_original"):
        _remove(space, url)
        return None
    text, blocks = _content(body)
    if body.get("replace_original") and url.message is not None:
        change_message(space, url.message, text, blocks)
        return url.message
    everyone = body.get("response_type") == "in_channel"
    return space.add_message(
        Message(
            ts=space.new_ts(),
            channel=url.channel,
            user=url.app.bot_user,
            text=text,
            blocks=blocks,
            bot=True,
            thread_ts=body.get("thread_ts"),
            only_for=None if everyone else url.user,
            extra={} if everyone else {"is_ephemeral": True},
        )
    )


def _content(body: dict[str, Any]) -> tuple[str, list[dict[str, Any]] | None]:
    text, blocks = str(body.get("text") or ""), body.get("blocks")
    if not text and not blocks:
        raise Refused("no_text")
    found = message_faults(blocks) if blocks is not None else []
    if found:
        raise refused_arguments("invalid_blocks", found)
    return text, blocks


def _remove(space: Workspace, url: ResponseUrl) -> None:
    message = url.message
    if message is None:
        raise Refused("message_not_found")
    space.channels[message.channel].remove(message)


def submitted(space: Workspace, view: View, body: Any) -> str | None:
    """Apply the response to a submission; returns Slack's error message when it is invalid."""
    if body in (None, "", {}):
        _close(space, view)
        return None
    action = body.get("response_action") if isinstance(body, dict) else None
    act = {"errors": _errors, "update": _update, "push": _push, "clear": _clear}.get(str(action))
    if act is None:
        return TROUBLE
    try:
        return act(space, view, body)
    except Refused as refused:
        return f"{TROUBLE} ({refused.answer})"


def _close(space: Workspace, view: View) -> None:
    stack = space.screens.stacks.get(view.user, [])
    if view.id in stack:
        stack.remove(view.id)
        space.screens.views.pop(view.id, None)


def _errors(_: Workspace, view: View, body: dict[str, Any]) -> str | None:
    errors = body.get("errors")
    inputs = {b["block_id"] for b in view.blocks if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        return f"{TROUBLE} (errors must name input blocks of this view: {sorted(inputs)})"
    view.errors = {str(name): str(what) for name, what in errors.items()}
    return None


def _update(space: Workspace, view: View, body: dict[str, Any]) -> None:
    view.replace(check_view(space, body.get("view"), "modal", but=view))


def _push(space: Workspace, view: View, body: dict[str, Any]) -> None:
    content = check_view(space, body.get("view"), "modal")
    if len(space.screens.stack(view.user)) >= DEEPEST_STACK:
        raise Refused("push_limit_reached")
    space.screens.push(space.new_id("V"), view.user, content)


def _clear(space: Workspace, view: View, _: dict[str, Any]) -> None:
    space.screens.clear(view.user)
