"""The pretend Zendesk's answers against real recorded ones: the same keys, the same JSON types, the same status.

The recordings are not part of this repository. Where they are missing, the comparison is skipped and says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pretend_zendesk import House, house

CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts" / "zendesk"
MAY_BE_MORE = {"generated_timestamp", "fields", "custom_field_options", "audit"}
MAY_BE_LESS = {"generated_timestamp", "authentication", "malware_access_override"}


@pytest.fixture
async def zd(monkeypatch):
    if not CONTRACTS.exists():
        pytest.skip(f"the recorded answers are not here: {CONTRACTS}")
    async with house(monkeypatch) as running:
        yield running


async def _ticket(zd: House) -> int:
    comment = {"body": "B", "public": True}
    upload = await zd.ask("POST", "/uploads.json?filename=a.txt", content=b"a")
    comment["uploads"] = [upload.json()["upload"]["token"]]
    made = await zd.ask("POST", "/tickets.json", json={"ticket": {"subject": "A", "comment": comment}})
    return made.json()["ticket"]["id"]


async def _gone(zd: House) -> int:
    number = await _ticket(zd)
    await zd.ask("DELETE", f"/tickets/{number}.json")
    zd.world.clock.advance(90)
    return number


async def _webhook(zd: House) -> str:
    hook = {"name": "H", "endpoint": "http://127.0.0.1:9/", "http_method": "POST"}
    hook |= {"request_format": "json", "status": "active", "description": "D"}
    made = await zd.ask("POST", "/webhooks", json={"webhook": hook})
    return made.json()["webhook"]["id"]


TRIGGER = {
    "title": "T",
    "all": [{"field": "status", "operator": "less_than", "value": "solved"}],
    "actions": [{"field": "status", "value": "open"}],
}
HOOK = {
    "name": "H",
    "description": "D",
    "endpoint": "http://127.0.0.1:9/",
    "http_method": "POST",
    "request_format": "json",
    "status": "active",
    "authentication": {
        "type": "basic_auth",
        "data": {"username": "u", "password": "p"},
        "add_position": "header",
    },
}
MANY = {"tickets": [{"subject": "A", "comment": {"body": "B"}}]}
SIZE = "page%5Bsize%5D=2"
# recorded file: (method, path with {ticket}, {webhook}, {me}, {group}, {field}, {trigger}, body)
CALLS: dict[str, tuple[str, str, Any]] = {
    "POST_tickets_json_201": ("POST", "/tickets.json", {"ticket": {**MANY["tickets"][0]}}),
    "GET_tickets_id_json_200": ("GET", "/tickets/{ticket}.json", None),
    "PUT_tickets_id_json_200": ("PUT", "/tickets/{ticket}.json", {"ticket": {"subject": "C"}}),
    "PUT_tickets_id_json_404": ("PUT", "/tickets/9223372036854775807.json", {"ticket": {}}),
    "DELETE_tickets_id_json_204": ("DELETE", "/tickets/{ticket}.json", None),
    "DELETE_tickets_id_json_404": ("DELETE", "/tickets/9223372036854775807.json", None),
    "DELETE_deleted_tickets_id_json_200": ("DELETE", "/deleted_tickets/{gone}.json", None),
    "GET_incremental_tickets_cursor_json_200": (
        "GET",
        "/incremental/tickets/cursor.json?start_time=0",
        None,
    ),
    "GET_tickets_json_200": ("GET", "/tickets.json?" + SIZE, None),
    "GET_tickets_show_many_json_200": ("GET", "/tickets/show_many.json?ids={ticket}", None),
    "GET_tickets_id_comments_json_200": ("GET", "/tickets/{ticket}/comments.json?" + SIZE, None),
    "GET_ticket_audits_json_200": ("GET", "/ticket_audits.json?" + SIZE, None),
    "POST_tickets_create_many_json_200": ("POST", "/tickets/create_many.json", MANY),
    "POST_tickets_create_many_json_400": (
        "POST",
        "/tickets/create_many.json",
        {"tickets": [{}] * 101},
    ),
    "PUT_tickets_update_many_json_200": ("PUT", "/tickets/update_many.json", {"tickets": []}),
    "DELETE_tickets_destroy_many_json_200": ("DELETE", "/tickets/destroy_many.json?ids=1", None),
    "POST_uploads_json_201": ("POST", "/uploads.json?filename=a.txt", "bytes"),
    "GET_users_me_json_200": ("GET", "/users/me.json", None),
    "GET_users_id_json_200": ("GET", "/users/{me}.json", None),
    "GET_users_show_many_json_200": ("GET", "/users/show_many.json?ids={me}", None),
    "POST_users_json_201": ("POST", "/users.json", {"user": {"name": "N"}}),
    "PUT_users_id_json_200": ("PUT", "/users/{me}.json", {"user": {"name": "N"}}),
    "PUT_users_id_json_404": ("PUT", "/users/9223372036854775807.json", {"user": {}}),
    "GET_groups_json_200": ("GET", "/groups.json?" + SIZE, None),
    "POST_groups_json_201": ("POST", "/groups.json", {"group": {"name": "G"}}),
    "PUT_groups_id_json_200": ("PUT", "/groups/{group}.json", {"group": {"name": "G"}}),
    "DELETE_groups_id_json_204": ("DELETE", "/groups/{group}.json", None),
    "GET_group_memberships_json_200": ("GET", "/group_memberships.json?" + SIZE, None),
    "POST_ticket_fields_json_201": (
        "POST",
        "/ticket_fields.json",
        {"ticket_field": {"title": "T", "type": "text"}},
    ),
    "PUT_ticket_fields_id_json_200": (
        "PUT",
        "/ticket_fields/{field}.json",
        {"ticket_field": {"title": "T"}},
    ),
    "PUT_ticket_fields_id_json_404": (
        "PUT",
        "/ticket_fields/9223372036854775807.json",
        {"ticket_field": {}},
    ),
    "DELETE_ticket_fields_id_json_204": ("DELETE", "/ticket_fields/{field}.json", None),
    "GET_triggers_json_200": ("GET", "/triggers.json?" + SIZE, None),
    "POST_triggers_json_201": ("POST", "/triggers.json", {"trigger": TRIGGER}),
    "PUT_triggers_id_json_200": ("PUT", "/triggers/{trigger}.json", {"trigger": {"title": "U"}}),
    "PUT_triggers_id_json_404": (
        "PUT",
        "/triggers/9223372036854775807.json",
        {"trigger": TRIGGER},
    ),
    "DELETE_triggers_id_json_204": ("DELETE", "/triggers/{trigger}.json", None),
    "GET_webhooks_200": ("GET", "/webhooks", None),
    "GET_webhooks_webhook_id_200": ("GET", "/webhooks/{webhook}", None),
    "POST_webhooks_201": ("POST", "/webhooks", {"webhook": HOOK}),
    "PUT_webhooks_webhook_id_204": ("PUT", "/webhooks/{webhook}", {"webhook": HOOK}),
    "PATCH_webhooks_webhook_id_204": ("PATCH", "/webhooks/{webhook}", {"webhook": {"name": "I"}}),
    "DELETE_webhooks_webhook_id_204": ("DELETE", "/webhooks/{webhook}", None),
    "GET_webhooks_webhook_id_invocations_200": (
        "GET",
        "/webhooks/{webhook}/invocations?page%5Bsize%5D=1",
        None,
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_an_answer_has_the_shape_of_the_recorded_one(zd, name):
    method, path, body = CALLS[name]
    account = zd.zendesk.helpdesk.account
    names = {
        "ticket": await _ticket(zd),
        "gone": await _gone(zd),
        "webhook": await _webhook(zd),
        "me": 900000001,
        "group": zd.group("CS Agents"),
        "field": zd.query_type,
        "trigger": next(iter(account.triggers)),
    }
    zd.zendesk.helpdesk.deliveries.conduct.mode = "drop"
    for _ in range(2):
        zd.zendesk.helpdesk.deliveries.fire(names["webhook"], "{}")
    sent = {"content": b"a"} if body == "bytes" else {"json": body} if body is not None else {}
    answer = await zd.ask(method, path.format(**names), **sent)
    recorded = json.loads((CONTRACTS / "recorded" / f"{name}.json").read_text())["response"]
    assert answer.status_code == recorded["status"]["code"], answer.text
    if recorded["body"] is not None:
        assert not list(differences(recorded["body"], answer.json(), ""))


def differences(real: Any, ours: Any, at: str):
    """Keys that only one side has, and types that differ; null fits any type."""
    if real is None or ours is None or at.endswith(".actions[].value"):
        return  # an action's value is a text, a number or a list, as the action wants it
    if isinstance(real, dict) and isinstance(ours, dict):
        yield from _in_dicts(real, ours, at)
    elif isinstance(real, list) and isinstance(ours, list):
        if real and ours:
            yield from differences(real[0], ours[0], f"{at}[]")
    elif type(real) is not type(ours):
        yield f"{at}: {type(real).__name__} is {type(ours).__name__}"


def _in_dicts(real: dict[str, Any], ours: dict[str, Any], at: str):
    if at.endswith(("metadata", ".source")):
        return  # who asked, and from where: differs from entry to entry in the recordings too
    for key in real.keys() | ours.keys():
        if key not in ours and key not in MAY_BE_LESS:
            yield f"{at}.{key}: missing"
        elif key not in real and key not in MAY_BE_MORE:
            yield f"{at}.{key}: not in the recording"
        elif key in real and key in ours:
            yield from differences(real[key], ours[key], f"{at}.{key}")


def test_signature_vectors_of_the_contracts_hold():
    from sandbox.zendesk.signing import sign

    path = CONTRACTS / "webhooks" / "signature_vectors.json"
    if not path.exists():
        pytest.skip(f"the signature vectors are not here: {path}")
    vectors = json.loads(path.read_text())
    for vector in vectors:
        made = sign(vector["secret"], vector["timestamp"], vector["body"].encode())
        assert made == (vector["signature"] if vector["ok"] else vector["correct_today"])
