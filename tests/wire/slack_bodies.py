"""Slack's bodies in our own words, with the keys the vendor sends, the ones nobody reads among them."""

from typing import Any

from integrations.slack.codec.meta import FormMeta, write_meta

CASE = "01J8ZK3V9QW5T2N7R4M6X8YBCD"
EFFECT = f"{CASE}/suspend/1/0"
WHO = {
    "id": "UMOD0001",
    "username": "lerato",
    "name": "lerato",
    "team_id": "TMRD0001",
    "new_key": [1],
}


def slash(text: str = "", **more: Any) -> dict[str, Any]:
    return {
        "token": "old",
        "team_id": "TMRD0001",
        "team_domain": "mrd",
        "channel_id": "CMOD0001",
        "channel_name": "mr-d-mod",
        "user_id": "UAGENT01",
        "user_name": "thandi",
        "command": "/ato",
        "text": text,
        "response_url": "https://hooks.slack.com/commands/T/1/x",
        "trigger_id": "13.7.abc",
        "api_app_id": "AATODESK",
        "is_enterprise_install": "false",
        **more,
    }


def click(action_id: str, value: str | None = f"{CASE}|1", **more: Any) -> dict[str, Any]:
    pressed = {
        "type": "button",
        "action_id": action_id,
        "block_id": "b1",
        "action_ts": "1700.01",
        "text": {"type": "plain_text", "text": "x", "emoji": True},
    }
    return {
        "type": "block_actions",
        "user": WHO,
        "api_app_id": "AATODESK",
        "token": "old",
        "trigger_id": "13.8.def",
        "team": {"id": "TMRD0001", "domain": "mrd"},
        "enterprise": None,
        "is_enterprise_install": False,
        "container": {"type": "message", "message_ts": "1700.02", "channel_id": "CMOD0001", "is_ephemeral": False},
        "channel": {"id": "CMOD0001", "name": "mr-d-mod"},
        "message": {"ts": "1700.02"},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T/1/x",
        "actions": [pressed | ({} if value is None else {"value": value})],
        **more,
    }


def view(meta: FormMeta | str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    raw = meta if isinstance(meta, str) else write_meta(meta)
    return {
        "id": "V111",
        "team_id": "TMRD0001",
        "type": "modal",
        "blocks": [],
        "private_metadata": raw,
        "callback_id": "form",
        "state": {"values": values or {}},
        "hash": "1700.aB",
        "root_view_id": "V111",
        "title": {"type": "plain_text", "text": "x"},
        "previous_view_id": None,
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "app_id": "AATODESK",
        "bot_id": "BBOT0001",
    }


def submission(meta: FormMeta | str, values: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "view_submission",
        "team": {"id": "TMRD0001", "domain": "mrd"},
        "user": WHO,
        "api_app_id": "AATODESK",
        "token": "old",
        "trigger_id": "13.9.ghi",
        "view": view(meta, values),
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
        **more,
    }


def event(inner: dict[str, Any]) -> dict[str, Any]:
    return {
        "token": "old",
        "team_id": "TMRD0001",
        "api_app_id": "AATODESK",
        "event": inner,
        "type": "event_callback",
        "event_id": "Ev01",
        "event_time": 1700,
        "authorizations": [],
        "is_ext_shared_channel": False,
    }


VALUES = {
    "name@receive": {"name": {"type": "plain_text_input", "value": " Naledi "}},
    "phone@receive": {"phone": {"type": "plain_text_input", "value": None}},
    "channel@receive": {"channel": {"type": "radio_buttons", "selected_option": {"text": {}, "value": "call"}}},
    "still@receive": {"still": {"type": "radio_buttons", "selected_option": None}},
    "reasons@receive": {"reasons": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}},
    "at@receive": {"at": {"type": "datetimepicker", "selected_date_time": 1700000000}},
    "sheet@receive": {
        "sheet": {"type": "file_input", "files": [{"id": "F1", "permalink": "https://x/F1"}, {"id": "F2"}]}
    },
    "orders@receive": {"orders": {"type": "plain_text_input", "value": None}},
    "orders__none@receive": {"orders__none": {"type": "plain_text_input", "value": "new customer"}},
    "pick:outcome@receive": {"pick:outcome": {"type": "radio_buttons", "selected_option": {"value": "found"}}},
}
