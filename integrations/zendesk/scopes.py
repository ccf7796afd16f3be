"""OAuth scopes for Zendesk: the minimum for each command. Pure.

Determined by removing one after the other against the sandbox's table of endpoints. Zendesk documents dedicated scopes
for tickets, users, triggers and webhooks; for ticket fields, ticket forms and groups none, so reading needs `read`, and
creating them `write`. [?] No page confirms that `tickets:write` covers uploads; `ato doctor --live` checks it.
https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/
"""

import re

SERVE = "read tickets:write"
"""For `ato serve` and `ato doctor`: read everything, write tickets only."""
PROVISION = "read write"
"""For `ato provision`: creates groups, fields, forms, triggers and a webhook."""

_MISSING = re.compile(r"required scopes: ([a-z_:, ]{1,200})")


def missing(description: object) -> str:
    """Return the scopes that a 403 names, of which any one would do; empty when it names none."""
    found = _MISSING.search(description) if isinstance(description, str) else None
    return found.group(1).strip(" ,") if found else ""
