"""Follow-up tickets of a closed ticket; for any other ticket `via_followup_source_id` is ignored.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#create-ticket
"""

from __future__ import annotations

import copy

from sandbox.zendesk.account import Account
from sandbox.zendesk.models import Json, Ticket
from sandbox.zendesk.values import Draft, as_id

FOLLOWED = "closed_ticket"
COPIED = ("subject", "requester_id", "ticket_form_id", "tags")
"""What comes along beside the custom fields; comments, priority, type, group and assignee do not."""


def followed(account: Account, wanted: Json) -> Ticket | None:
    """The closed ticket of a follow-up, or None."""
    found = account.ticket(as_id(wanted.get("via_followup_source_id")))
    return found if found is not None and found.state["status"] == "closed" else None


def inherit(draft: Draft, before: Ticket) -> None:
    """Values sent override inherited ones, tags included."""
    for name in COPIED:
        draft.state[name] = copy.copy(before.state[name])
    draft.values.update(copy.deepcopy(before.values))
