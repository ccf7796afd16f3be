"""Template placeholders `{{ticket.…}}`, substituted without escaping; unknown ones become empty."""

from __future__ import annotations

import re
from typing import Any

from sandbox.zendesk.account import Account
from sandbox.zendesk.writing import Written

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def fill(account: Account, written: Written, text: str) -> str:
    known = _known(account, written)
    return _PLACEHOLDER.sub(lambda found: _text(known.get(found.group(1))), text)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _known(account: Account, written: Written) -> dict[str, Any]:
    ticket, state = written.ticket, written.ticket.state
    latest = ticket.comments[-1] if ticket.comments else None
    public = next((c for c in reversed(ticket.comments) if c.public), None)
    found: dict[str, Any] = {
        "ticket.id": ticket.id,
        "ticket.title": state["subject"],
        "ticket.description": ticket.description,
        "ticket.status": state["status"],
        "ticket.external_id": state["external_id"],
        "ticket.tags": " ".join(state["tags"]),
        "ticket.updated_at_with_timestamp": ticket.updated_at.isoformat(),
        "ticket.latest_comment": latest.body if latest else "",
        "ticket.latest_public_comment": public.body if public else "",
        "ticket.comments_formatted": public.body if public else "",
        "ticket.url": f"mrd-sandbox.zendesk.com/agent/tickets/{ticket.id}",
        "ticket.via": ticket.channel,
        "current_user.name": written.actor.name,
        "current_user.email": written.actor.email,
    }
    found.update({f"ticket.ticket_field_{n}": v for n, v in ticket.values.items()})
    return found | _people(account, state)


def _people(account: Account, state: dict[str, Any]) -> dict[str, Any]:
    group = account.groups.get(state["group_id"] or 0)
    form = account.forms.get(state["ticket_form_id"] or 0)
    found: dict[str, Any] = {
        "ticket.group.name": group.name if group else "",
        "ticket.ticket_form": form.name if form else "",
    }
    for role in ("requester", "assignee"):
        user = account.users.get(state[f"{role}_id"] or 0)
        found[f"ticket.{role}.name"] = user.name if user else ""
        found[f"ticket.{role}.email"] = user.email if user else ""
    return found
