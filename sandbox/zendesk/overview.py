"""Read model for people: tickets, mails and deliveries with names in place of ids."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.zendesk import render
from sandbox.zendesk.account import Account
from sandbox.zendesk.deliveries import Delivery
from sandbox.zendesk.models import Comment, Json, Mail, Ticket


def ticket(account: Account, found: Ticket) -> Json:
    state = found.state
    form, group = account.forms.get(state["ticket_form_id"]), account.groups.get(state["group_id"])
    requester = account.users.get(state["requester_id"])
    return {
        "id": found.id,
        "subject": state["subject"],
        "external_id": state["external_id"],
        "status": state["status"],
        "form": form.name if form else None,
        "query_type": query_type(account, found),
        "group": group.name if group else None,
        "assignee": person(account, state["assignee_id"]),
        "requester": {"name": requester.name, "email": requester.email} if requester else None,
        "tags": list(state["tags"]),
        "is_public": found.is_public,
        "channel": found.channel,
        "deleted": found.deleted,
        "created_at": render.iso(found.created_at),
        "updated_at": render.iso(found.updated_at),
    }


def found(account: Account, words: str) -> list[Ticket]:
    """Tickets that contain every word in number, subject, requester or status, oldest first."""
    wanted = words.lower().split()
    tickets = list(account.tickets.values())
    return [t for t in tickets if all(word in _spoken(account, t) for word in wanted)]


def _spoken(account: Account, one: Ticket) -> str:
    requester = account.users.get(one.state["requester_id"])
    who = f"{requester.name} {requester.email}" if requester else ""
    return f"#{one.id} {one.state['subject']} {who} {one.state['status']}".lower()


def whole_ticket(account: Account, found: Ticket) -> Json:
    audits = [_audit(account, audit) for audit in found.audits]
    comments = [_comment(account, c) for c in found.comments]
    return {**ticket(account, found), "comments": comments, "audits": audits}


def query_type(account: Account, found: Ticket) -> str | None:
    field = account.field_titled("Query type")
    if field is None:
        return None
    tag = found.values.get(field.id)
    return next((option.name for option in field.options if option.value == tag), None)


def person(account: Account, user_id: Any) -> str | None:
    user = account.users.get(user_id)
    return user.name if user else None


def _comment(account: Account, found: Comment) -> Json:
    return {
        "id": found.id,
        "author": person(account, found.author_id),
        "public": found.public,
        "body": found.body,
        "at": render.iso(found.created_at),
        "attachments": [attachment.file_name for attachment in found.attachments],
        "attachment_ids": [attachment.id for attachment in found.attachments],
    }


def _audit(account: Account, found: Any) -> Json:
    shown = render.audit(found, "")
    return {
        "by": person(account, found.author_id),
        "at": shown["created_at"],
        "channel": found.channel,
        "events": shown["events"],
    }


def mail(found: Mail) -> Json:
    return {**asdict(found), "sent_at": render.iso(found.sent_at)}


def delivery(found: Delivery) -> Json:
    return asdict(found)


def objects(account: Account) -> Json:
    """What stands in the account, by name."""
    query_type = account.field_titled("Query type")
    return {
        "forms": [form.name for form in account.forms.values()],
        "groups": [group.name for group in account.groups.values() if not group.deleted],
        "query_types": [option.name for option in query_type.options] if query_type else [],
        "agents": [user.name for user in account.users.values() if user.role == "agent"],
        "triggers": [trigger.title for trigger in account.triggers.values() if trigger.active],
    }
