"""OAuth scopes per endpoint. `read` and `write` open everything of their kind, others one resource each.

Documented for tickets, users, triggers and webhooks; named by a 403 for groups. For ticket fields, ticket forms, search
and attachments no page names a scope, so that only the broad one opens them here.
"""

from __future__ import annotations

import re

RESOURCES = (
    "tickets",
    "users",
    "auditlogs",
    "organizations",
    "hc",
    "apps",
    "triggers",
    "automations",
    "targets",
    "webhooks",
    "macros",
    "requests",
    "satisfaction_ratings",
    "dynamic_content",
    "any_channel",
    "zis",
    "groups",
    "brands",
)
KNOWN = frozenset({"read", "write", "impersonate"}) | {
    f"{one}:{kind}" for one in RESOURCES for kind in ("read", "write")
}
_PATHS: tuple[tuple[str, str], ...] = (  # the first that fits counts
    (
        r"^/api/v2/(tickets|ticket_audits|uploads|deleted_tickets|incremental/tickets)(/|$)",
        "tickets",
    ),
    (r"^/api/v2/users(/|$)", "users"),
    (r"^/api/v2/(groups|group_memberships)(/|$)", "groups"),
    (r"^/api/v2/(triggers|trigger_categories)(/|$)", "triggers"),
    (r"^/api/v2/webhooks(/|$)", "webhooks"),
    (r"^/api/v2/brands(/|$)", "brands"),
)
OPEN = re.compile(r"^/api/v2/oauth/tokens/current$")
"""What any token may ask, whatever its scopes: what it may."""


def opens(method: str, path: str, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes of which one is missing; empty when the call may pass."""
    kind = "read" if method in ("GET", "HEAD") else "write"
    if method == "GET" and OPEN.match(path) and given:
        return ()
    own = next((name for form, name in _PATHS if re.match(form, path)), None)
    wanted = (f"{own}:{kind}", kind) if own else (kind,)
    return () if set(wanted) & set(given) else wanted


ADMINS_WRITE = re.compile(
    r"^/api/v2/(groups|group_memberships|ticket_fields|ticket_forms|triggers|trigger_categories|webhooks"
    r"|oauth/clients)(/|$)"
)
ADMINS_READ = re.compile(r"^/api/v2/(webhooks|incremental|oauth/clients|queues)(/|$)")


def admins_only(method: str, path: str) -> bool:
    """Say whether only an administrator may do this."""
    if method in ("GET", "HEAD"):
        return bool(ADMINS_READ.match(path))
    return bool(ADMINS_WRITE.match(path))
