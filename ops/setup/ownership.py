"""Whose the webhook with this desk's name is: two desks of one name on an account must not take each other's."""

from urllib.parse import urlsplit

import httpx

from config.settings import Settings
from integrations.zendesk.comparing_rules import hook
from integrations.zendesk.rules import Wanted
from integrations.zendesk.setup import Found, SetUp

_PATIENCE = 3.0


def looked_at(account: SetUp, wish: Wanted, settings: Settings) -> tuple[Wanted, Found]:
    """Read the account, and whether its webhook of this desk's name is this desk's; raises TryAgain and GiveUp."""
    found = account.found()
    there = hook(found, wish)
    if there is None:
        return wish, found
    proved = account.secret(there.id) == settings.zendesk.webhook_secret.get_secret_value()
    elsewhere = proved and there.endpoint and wish.endpoint and there.endpoint != wish.endpoint
    answered = bool(elsewhere) and desk_answers(str(there.endpoint))
    return wish.model_copy(update={"proved": proved, "answered": answered}), found


def desk_answers(endpoint: str) -> bool:
    """Return whether a running desk answers at the host of a webhook's endpoint."""
    parts = urlsplit(endpoint)
    try:
        answer = httpx.get(f"{parts.scheme}://{parts.netloc}/healthz", timeout=_PATIENCE)
        return answer.status_code == 200 and answer.json() == {"process": "ok"}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False
