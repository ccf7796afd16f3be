"""JSON representation of fields, forms, webhooks, jobs and account settings."""

from __future__ import annotations

from sandbox.zendesk.models import Field, Form, Json, Option, Webhook
from sandbox.zendesk.render import iso, stamps


def field(found: Field, host: str) -> Json:
    shown: Json = {
        "url": f"{host}/api/v2/ticket_fields/{found.id}.json",
        "id": found.id,
        "type": found.type,
        **dict.fromkeys(("title", "raw_title"), found.title),
        **dict.fromkeys(("description", "raw_description"), found.description),
        "position": found.position,
        "active": found.active,
        **dict.fromkeys(("required", "collapsed_for_agents"), False),
        "regexp_for_validation": None,
        **dict.fromkeys(("title_in_portal", "raw_title_in_portal"), found.title),
        **dict.fromkeys(("visible_in_portal", "editable_in_portal", "required_in_portal"), False),
        "tag": None,
        **stamps(found),
        "removable": found.removable,
        "key": None,
        "agent_description": None,
    }
    if found.type in ("tagger", "multiselect"):
        shown["custom_field_options"] = [option_in_field(o) for o in found.options]
    return shown


def option_in_field(found: Option) -> Json:
    names = dict.fromkeys(("name", "raw_name"), found.name)
    return {"id": found.id, **names, "value": found.value, "default": False}


def option(found: Option, owner: Field, host: str) -> Json:
    address = f"{host}/api/v2/ticket_fields/{owner.id}/options/{found.id}.json"
    return {**option_in_field(found), "position": owner.options.index(found), "url": address}


def form(found: Form, host: str) -> Json:
    return {
        "url": f"{host}/api/v2/ticket_forms/{found.id}.json",
        "id": found.id,
        **dict.fromkeys(("name", "display_name", "raw_name", "raw_display_name"), found.name),
        "end_user_visible": False,
        "position": found.position,
        "ticket_field_ids": list(found.field_ids),
        "active": found.active,
        "default": found.default,
        "in_all_brands": True,
        "restricted_brand_ids": [],
        "end_user_conditions": [],
        "agent_conditions": [],
        **stamps(found),
    }


def webhook(found: Webhook, address: str) -> Json:
    shown: Json = {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "status": found.status,
        "subscriptions": list(found.subscriptions),
        "created_at": iso(found.created_at),
        "created_by": found.created_by,
        "endpoint": found.endpoint or address,
        "http_method": found.http_method,
        "request_format": found.request_format,
    }
    if found.authentication:
        secret = ("password", "token", "value")
        data = found.authentication.get("data") or {}
        kept = {k: v for k, v in data.items() if k not in secret}
        shown["authentication"] = {**found.authentication, "data": kept}
    return shown


def job(job_id: str, host: str, total: int | None = None) -> Json:
    return {
        "id": job_id,
        "url": f"{host}/api/v2/job_statuses/{job_id}.json",
        "total": total,
        "progress": None,
        "status": "queued",
        "message": None,
        "results": None,
    }


def account_settings() -> Json:
    return {
        "active_features": {"customer_satisfaction": False, "user_tagging": True},
        "tickets": {"agent_ticket_deletion": True, "comments_public_by_default": True},
        "api": {"api_token_access": False, "api_password_access": False},
        "rule": {"macro_most_used": False},
        "user": {"agent_created_welcome_emails": False},
    }
