"""OAuth scopes per Web API method; a method without its scope is refused as in Slack.

https://docs.slack.dev/reference/methods lists them; where one of several suffices, all are listed.
"""

from __future__ import annotations

from sandbox.slack.workspace import Refused

_SEEING = ("channels:read", "groups:read", "im:read", "mpim:read")
_READING = ("channels:history", "groups:history", "im:history", "mpim:history")
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete"), ("chat:write",)),
    **dict.fromkeys(("conversations.info", "conversations.list", "conversations.members"), _SEEING),
    **dict.fromkeys(("conversations.history", "conversations.replies"), _READING),
    "conversations.open": ("im:write", "mpim:write", "channels:manage", "groups:write"),
    **dict.fromkeys(("users.info", "users.list"), ("users:read",)),
    "users.lookupByEmail": ("users:read.email",),
    **dict.fromkeys(("usergroups.list", "usergroups.users.list"), ("usergroups:read",)),
    **dict.fromkeys(("files.getUploadURLExternal", "files.completeUploadExternal", "files.delete"), ("files:write",)),
    "files.info": ("files:read",),
}
GIVEN = (
    "commands",
    "chat:write",
    "channels:read",
    "channels:history",
    "groups:read",
    "groups:history",
    "im:write",
    "im:history",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "files:read",
    "files:write",
)
"""What the pretend app was installed with."""


def check_scope(method: str, given: set[str]) -> None:
    """Refuse a method for which no scope was granted."""
    needed = NEEDS.get(method, ())
    if needed and given.isdisjoint(needed):
        raise Refused("missing_scope", needed=needed[0], provided=",".join(sorted(given)))
