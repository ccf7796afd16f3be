"""JSON representation of the account's objects: Zendesk's keys and types, links on the caller's host."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.zendesk.account import Account
from sandbox.zendesk.models import (
    Attachment,
    Audit,
    Comment,
    Group,
    Json,
    Membership,
    Ticket,
    Trigger,
    Upload,
    User,
)

BRAND_ID = 26155621587603
STATUS_IDS = {name: 26155621627539 + n for n, name in enumerate(("new", "open", "pending", "hold", "solved", "closed"))}
_SYSTEM = {
    "client": "sandbox",
    "ip_address": "127.0.0.1",
    "location": "Cape Town, 11, South Africa",
    "latitude": -33.9258,
    "longitude": 18.4232,
}


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamps(thing: Any) -> Json:
    return {"created_at": iso(thing.created_at), "updated_at": iso(thing.updated_at)}


def via(channel: str, to: Json | None = None) -> Json:
    return {"channel": channel, "source": {"from": {}, "to": to or {}, "rel": None}}


def ticket_via(account: Account, found: Ticket) -> Json:
    """`via`; a follow-up names its closed ticket."""
    shown = via(found.channel)
    before = account.tickets.get(found.follows or 0)
    if before is not None:
        source = {"ticket_id": before.id, "subject": before.state["subject"], "channel": "api"}
        shown["source"] |= {"from": source, "rel": "follow_up"}
    return shown


def ticket(account: Account, found: Ticket, host: str) -> Json:
    values = ticket_in_list(account, found, host)
    fields = [{"id": f.id, "value": found.values.get(f.id)} for f in account.custom_fields()]
    return {**values, "fields": fields, "generated_timestamp": int(found.updated_at.timestamp())}


def ticket_in_list(account: Account, found: Ticket, host: str) -> Json:
    state = found.state
    fields = [{"id": f.id, "value": found.values.get(f.id)} for f in account.custom_fields()]
    return {
        "url": f"{host}/api/v2/tickets/{found.id}.json",
        "id": found.id,
        **{key: state[key] for key in ("external_id", "type", "subject", "priority", "status")},
        **{key: state[key] for key in ("recipient", "requester_id", "submitter_id")},
        **{key: state[key] for key in ("assignee_id", "group_id", "problem_id", "due_at")},
        **{key: list(state[key]) for key in ("collaborator_ids", "follower_ids", "tags")},
        "email_cc_ids": list(state["email_cc_ids"]),
        "raw_subject": state["subject"],
        "description": found.description,
        "via": ticket_via(account, found),
        **stamps(found),
        "organization_id": None,
        "forum_topic_id": None,
        "has_incidents": False,
        "is_public": found.is_public,
        "custom_fields": fields,
        "satisfaction_rating": None,
        "sharing_agreement_ids": [],
        "custom_status_id": STATUS_IDS[state["status"]],
        "followup_ids": [t.id for t in account.tickets.values() if t.follows == found.id],
        "ticket_form_id": state["ticket_form_id"],
        "brand_id": BRAND_ID,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
    }


def comment(found: Comment, host: str) -> Json:
    return {
        **comment_event(found, host),
        "via": via(found.channel),
        "created_at": iso(found.created_at),
        "metadata": {"system": dict(_SYSTEM), "custom": {}},
    }


def comment_event(found: Comment, host: str) -> Json:
    return {
        "id": found.id,
        "type": "Comment",
        "author_id": found.author_id,
        "body": found.body,
        "html_body": found.html_body,
        "plain_body": found.body,
        "public": found.public,
        "attachments": [attachment(a, host) for a in found.attachments],
        "audit_id": found.audit_id,
    }


def audit(found: Audit, host: str) -> Json:
    events = (
        comment_event(e["comment"], host) if isinstance(e.get("comment"), Comment) else dict(e) for e in found.events
    )
    return {
        "id": found.id,
        "ticket_id": found.ticket_id,
        "created_at": iso(found.created_at),
        "author_id": found.author_id,
        "metadata": {"system": dict(_SYSTEM), "custom": {}},
        "events": list(events),
        "via": via(found.channel),
    }


def attachment(found: Attachment, host: str) -> Json:
    content_url = f"{host}/attachments/token/{found.token}/?name={found.file_name}"
    return {
        "url": f"{host}/api/v2/attachments/{found.id}.json",
        "id": found.id,
        "file_name": found.file_name,
        "content_url": content_url,
        "mapped_content_url": content_url,
        "content_type": found.content_type,
        "size": len(found.content),
        "width": None,
        "height": None,
        "inline": False,
        "deleted": False,
        "malware_access_override": False,
        "malware_scan_result": "not_scanned",
        "thumbnails": [],
    }


def upload(found: Upload, host: str) -> Json:
    files = [attachment(a, host) for a in found.attachments]
    return {
        "token": found.token,
        "expires_at": iso(found.expires_at),
        "attachments": files,
        "attachment": files[-1] if files else None,
    }


def user(found: User, host: str) -> Json:
    agent = found.is_agent
    return {
        "id": found.id,
        "url": f"{host}/api/v2/users/{found.id}.json",
        "name": found.name,
        "email": found.email,
        **stamps(found),
        "time_zone": found.time_zone,
        "iana_time_zone": found.time_zone,
        "phone": found.phone,
        **dict.fromkeys(("shared_phone_number", "photo", "organization_id")),
        "locale_id": 1,
        "locale": found.locale,
        "role": found.role,
        "verified": agent,
        "external_id": found.external_id,
        "tags": list(found.tags),
        "active": found.active,
        **dict.fromkeys(("shared", "shared_agent", "only_private_comments", "suspended"), False),
        **dict.fromkeys(("alias", "last_login_at", "signature", "details", "notes")),
        "two_factor_auth_enabled": False,
        "role_type": 4 if agent else None,
        "custom_role_id": None,
        "moderator": agent,
        "ticket_restriction": None if agent else "requested",
        "restricted_agent": not agent,
        "default_group_id": found.default_group_id,
        "report_csv": agent,
        "user_fields": {},
    }


def anonymous(host: str) -> Json:
    """/users/me for an unknown caller: an anonymous user with status 200."""
    nobody = User(0, "Anonymous user", "invalid@example.com", "end-user", *_never())
    blank = dict.fromkeys(("id", "url", "created_at", "updated_at"))
    return {**user(nobody, host), **blank}


def _never() -> tuple[datetime, datetime]:
    never = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return never, never


def group(found: Group, host: str) -> Json:
    return {
        "url": f"{host}/api/v2/groups/{found.id}.json",
        "id": found.id,
        "is_public": True,
        "name": found.name,
        "description": found.description,
        "default": found.default,
        "deleted": found.deleted,
        **stamps(found),
    }


def membership(found: Membership, host: str) -> Json:
    return {
        "url": f"{host}/api/v2/group_memberships/{found.id}.json",
        "id": found.id,
        "user_id": found.user_id,
        "group_id": found.group_id,
        "default": found.default,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.created_at),
    }


def trigger(found: Trigger, host: str) -> Json:
    return {
        "url": f"{host}/api/v2/triggers/{found.id}.json",
        "id": found.id,
        "title": found.title,
        "active": found.active,
        **stamps(found),
        "default": found.default,
        "actions": found.actions,
        "conditions": found.conditions,
        "description": found.description,
        "position": found.position,
        "raw_title": found.title,
        "category_id": found.category_id,
    }
