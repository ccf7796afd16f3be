"""Follow-ups: a new ticket that takes over from a closed one. Named after any other ticket, the wish has no effect.

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
    """The closed ticket that is named, if it is one."""
    found = account.ticket(as_id(wanted.get("via_followup_source_id")))
    return found if found is not None and found.state["status"] == "closed" else None


def inherit(draft: Draft, before: Ticket) -> None:
    """What is sent afterwards takes the place of what came along; tags, too."""
    for name in COPIED:
        draft.state[name] = copy.copy(before.state[name])
    draft.values.update(copy.deepcopy(before.values))
