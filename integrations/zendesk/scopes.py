"""OAuth scopes the desk asks Zendesk for: the least with which each command works. Pure.

Found by taking away one after the other against the sandbox's table of endpoints. Zendesk's pages document a scope of
their own for tickets, users, triggers and webhooks; for ticket fields, ticket forms and groups none, which is why
reading needs `read`, and making them `write`. [?] That `tickets:write` opens uploads, too, no page confirms; `ato doctor --live` looks.
https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/
"""

import re

SERVE = "read tickets:write"
"""For `ato serve` and `ato doctor`: they read everything and write tickets only."""
PROVISION = "read write"
"""For `ato provision`: groups, fields, forms, triggers and a webhook are made with it."""

_MISSING = re.compile(r"required scopes: ([a-z_:, ]{1,200})")


def missing(description: object) -> str:
    """Read the scopes that a 403 names, of which any one would do; empty when it names none."""
    found = _MISSING.search(description) if isinstance(description, str) else None
    return found.group(1).strip(" ,") if found else ""
