"""OAuth scopes of the Slack app, with the API methods and events that need them. Pure tables.

https://docs.slack.dev/reference/methods and https://docs.slack.dev/reference/events name them. A test compares the
table with the calls in the code. Which of several scopes a method needs depends on the conversation: inboxes are
channels, public or private, and a person's own inbox is the bot's direct messages.
"""

from collections.abc import Mapping

_SEEING = ("channels:read", "groups:read")
_READING = ("channels:history", "groups:history", "im:history")

METHODS: Mapping[str, tuple[str, ...]] = {
    "apps.connections.open": (),  # asked with the app-level token, which has connections:write of its own
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": _READING,
    "conversations.info": _SEEING,
    "conversations.list": _SEEING,
    "conversations.open": ("im:write",),
    "conversations.replies": _READING,
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}
"""Every API method the desk calls, with its scopes."""

EVENTS: Mapping[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "user_change": ("users:read",),
}
"""Every event the desk subscribes to, with its scopes."""

PROFILE = ("users:read.email",)
"""Email addresses in profiles, by which an agent of the ticket system is known."""
COMMAND = ("commands",)
"""Slash commands and shortcuts."""


def needed() -> tuple[str, ...]:
    """Return every scope the app needs, sorted."""
    found = {*COMMAND, *PROFILE}
    for scopes in (*METHODS.values(), *EVENTS.values()):
        found.update(scopes)
    return tuple(sorted(found))
