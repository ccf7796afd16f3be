"""Custom field values. A wrong dropdown tag is ignored silently, as in Zendesk.

A dropdown (tagger) takes the tag of one of its options. Anything else, its title included, changes nothing and answers
200. A dropdown and the ticket's tags are two views of one value: writing one changes the other.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.zendesk.account import Account
from sandbox.zendesk.models import Field, Json, Ticket


@dataclass
class Draft:
    """A ticket's fields after a write that is not accepted yet."""

    state: Json
    values: dict[int, Any]

    @classmethod
    def of(cls, ticket: Ticket) -> Draft:
        return cls(copy.deepcopy(ticket.state), copy.deepcopy(ticket.values))

    @property
    def tags(self) -> list[str]:
        tags: list[str] = self.state["tags"]
        return tags


def write_fields(account: Account, draft: Draft, entries: Any) -> None:
    """`custom_fields`: a list of id and value. Unknown and inactive fields are ignored silently."""
    for entry in entries if isinstance(entries, list) else []:
        found = account.fields.get(as_id(entry.get("id"))) if isinstance(entry, dict) else None
        if found is not None and found.active and found.removable:
            write_value(draft, found, entry.get("value"))


def write_value(draft: Draft, field: Field, value: Any) -> None:
    if field.type == "tagger":
        _write_tagger(draft, field, value)
    elif field.type == "multiselect":
        _write_multiselect(draft, field, value)
    elif field.type == "checkbox":
        draft.values[field.id] = value in (True, "true", "1", 1)
    else:
        draft.values[field.id] = None if value in (None, "") else str(value)


def _write_tagger(draft: Draft, field: Field, value: Any) -> None:
    if value not in (None, "") and value not in field.tags:
        return  # https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/ : no error either
    before = draft.values.get(field.id)
    if before in draft.tags:
        draft.tags.remove(before)
    if value and value not in draft.tags:
        draft.tags.append(value)
    draft.values[field.id] = value or None


def _write_multiselect(draft: Draft, field: Field, value: Any) -> None:
    wanted = [v for v in value or [] if v in field.tags]
    draft.state["tags"] = [t for t in draft.tags if t not in field.tags] + wanted
    draft.values[field.id] = wanted


def follow_tags(account: Account, draft: Draft) -> None:
    """Set dropdowns from the tags after tags were written by hand or by a trigger."""
    for field in account.custom_fields():
        present = [tag for tag in field.tags if tag in draft.tags]
        if field.type == "tagger" and draft.values.get(field.id) not in present:
            draft.values[field.id] = present[-1] if present else None
        elif field.type == "multiselect":
            draft.values[field.id] = present


def forget_options(account: Account, field: Field, gone: set[str]) -> None:
    """Remove a deleted option from tickets, value and tag."""
    for ticket in account.tickets.values():
        if ticket.values.get(field.id) in gone:
            ticket.values[field.id] = None
        ticket.state["tags"] = [tag for tag in ticket.state["tags"] if tag not in gone]


def as_id(value: Any) -> Any:
    """An id from a number or a string; anything else is kept and will not be found."""
    return int(value) if isinstance(value, str) and value.isdigit() else value


def as_instant(text: str) -> datetime | None:
    """An instant of a request; UTC without a zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
