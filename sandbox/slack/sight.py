"""Visibility in the simulated Slack: messages with threads, ephemeral messages, modals and home, per person.

Read-only. A person sees public channels, their own channels, and their direct messages with the bot.
"""

from __future__ import annotations

from typing import Any

from sandbox.slack.screens import View
from sandbox.slack.views import show
from sandbox.slack.workspace import Conversation, Message, User, Workspace
from sandbox.slack.writing import write_channel, write_message

Seen = dict[str, Any]


class NotSeen(Exception):
    """The person cannot see this."""


def person(space: Workspace, user: Any) -> User:
    found = space.users.get(str(user))
    if found is None:
        raise NotSeen(f"There is nobody with the id {user}.")
    return found


def place(space: Workspace, user: User, channel: Any) -> Conversation:
    """A channel this person sees; no channel, or `dm`, is their direct messages with the bot."""
    if channel in (None, "", "dm"):
        return space.direct(user.id)
    found = space.channels.get(str(channel))
    if found is None or (found.kind != "channel" and user.id not in found.members):
        raise NotSeen(f"{user.name} does not see a channel {channel}.")
    return found


def message(space: Workspace, user: User, channel: Any, ts: Any) -> Message:
    conversation = place(space, user, channel)
    private = [m for m in conversation.ephemeral if m.only_for == user.id and m.ts == ts]
    found = conversation.messages.get(str(ts)) or next(iter(private), None)
    if found is None:
        raise NotSeen(f"{user.name} sees no message {ts} in {conversation.name}.")
    return found


def view(space: Workspace, user: User, view_id: Any) -> View:
    found = space.screens.views.get(str(view_id))
    if found is None or found.user != user.id or not space.screens.is_open(found):
        raise NotSeen(f"{user.name} has no view {view_id} open.")
    return found


def see_view(found: View | None, space: Workspace) -> Seen | None:
    """A view with the error texts under its inputs, which Slack does not send to apps."""
    if found is None:
        return None
    return show(found) | {"errors": found.errors, "open": space.screens.is_open(found)}


def see_message(space: Workspace, one: Message) -> Seen:
    """A message as on the screen; metadata is for apps, but tests may want to look at it."""
    seen = write_message(space, one, metadata=True) | {"channel": one.channel, "at": one.at}
    return seen | {"is_ephemeral": True, "user_only": one.only_for} if one.only_for else seen


def see_private(space: Workspace, conversation: Conversation, user: str | None) -> list[Seen]:
    shown = [m for m in conversation.ephemeral if user is None or m.only_for == user]
    return [see_message(space, m) for m in shown]


def see_channel(space: Workspace, conversation: Conversation, user: str | None = None) -> Seen:
    """Everything in a channel; without a user, including all ephemeral messages."""
    tops = [m for m in conversation.messages.values() if not m.is_reply]
    return {
        "channel": write_channel(conversation, count=True) | {"members": conversation.members},
        "messages": [
            see_message(space, m) | {"replies": [see_message(space, r) for r in conversation.replies(m.ts)]}
            for m in tops
        ],
        "ephemeral": see_private(space, conversation, user),
    }


def see_all(space: Workspace, user: str, since: str = "0") -> list[Seen]:
    """Every message newer than `since` in front of one person, oldest first."""
    found = [
        m
        for conversation in space.seen_by(user)
        for m in [*conversation.messages.values(), *conversation.ephemeral]
        if m.ts > since and m.only_for in (None, user)
    ]
    return [see_message(space, m) for m in sorted(found, key=lambda m: m.ts)]


def see_screens(space: Workspace, user: str) -> Seen:
    stack = space.screens.stack(user)
    return {
        "modals": [see_view(v, space) for v in stack],
        "home": see_view(space.screens.home(user), space),
    }
