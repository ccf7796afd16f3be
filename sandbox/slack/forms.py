"""Input state and validation of Slack's client: the value sent for each input, and what it refuses to submit.

Pure. Knows elements and input values; not views, people or the app.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.slack.blocks import elements_of
from sandbox.slack.elements import all_options

Element = dict[str, Any]
State = dict[str, Any]
# type -> (key in the state, key of the first value, what an untouched one sends)
STATES: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "overflow": ("selected_option", "", None),
    "users_select": ("selected_user", "initial_user", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "", []),
}
STATELESS = ("button", "overflow")


class CannotEnter(Exception):
    """The client does not accept this input."""


def blank(element: Element) -> State:
    """The value of an untouched element."""
    key, first, empty = STATES[element["type"]]
    return {"type": element["type"], key: element.get(first, empty)}


def values_of(blocks: list[dict[str, Any]], entered: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """`view.state.values`: every input, touched or not."""
    values: dict[str, dict[str, Any]] = {}
    for block, element in elements_of(blocks):
        if element["type"] in STATELESS:
            continue
        name, action = block["block_id"], element["action_id"]
        state = entered.get(name, {}).get(action) or blank(element)
        values.setdefault(name, {})[action] = state
    return values


def enter(element: Element, given: Any, files: Callable[[str], Any]) -> State:
    """A person's value as this element's state; `files` looks a file up by id."""
    kind = element["type"]
    key, _, empty = STATES[kind]
    if given is None or given in ("", []):
        return {"type": kind, key: empty}
    if kind == "file_input":
        return {"type": kind, key: [files(name) for name in listed(given)]}
    if kind in _WRITTEN:
        return {"type": kind, key: _WRITTEN[kind](given)}
    if key == "selected_option":
        return {"type": kind, key: chosen(element, given)}
    if key == "selected_options":
        return {"type": kind, key: [chosen(element, one) for one in listed(given)]}
    return {"type": kind, key: listed(given) if isinstance(empty, list) else str(given)}


def listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def chosen(element: Element, given: Any) -> Any:
    """The option with this value; an option that is not offered cannot be chosen."""
    value = given.get("value") if isinstance(given, dict) else str(given)
    if "external" in element["type"]:
        shown = {"type": "plain_text", "text": value, "emoji": True}
        return given if isinstance(given, dict) else {"text": shown, "value": value}
    for option in all_options(element):
        if option.get("value") == value:
            return option
    raise CannotEnter(f"There is no option {value!r} here.")


def seconds(given: Any) -> int:
    if isinstance(given, int):
        return given
    try:
        return int(datetime.fromisoformat(str(given)).timestamp())
    except ValueError as wrong:
        raise CannotEnter("This is not a date and time.") from wrong


def rich(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def objection(block: dict[str, Any], element: Element, state: State) -> str | None:
    """The client's validation error for an input, or None."""
    if block.get("type") != "input":
        return None
    value = state[STATES[element["type"]][0]]
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    check = CHECKS.get(element["type"])
    return check(element, value) if check is not None else None


def _length(element: Element, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"This must be at least {least} characters."
    if len(value) > most:
        return f"This must be no more than {most} characters."
    return None


def _number(element: Element, value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "This is not a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "This must be a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < Decimal(least):
        return f"This must be {least} or more."
    if most is not None and number > Decimal(most):
        return f"This must be {most} or less."
    return None


def _pattern(regex: str, sentence: str) -> Callable[[Element, Any], str | None]:
    def check(_: Element, value: Any) -> str | None:
        return None if re.fullmatch(regex, str(value)) else sentence

    return check


def _how_many(element: Element, value: list[Any]) -> str | None:
    most = element.get("max_selected_items") or element.get("max_files") or 100
    return f"Choose no more than {most}." if len(value) > most else None


CHECKS: dict[str, Callable[[Element, Any], str | None]] = {
    "plain_text_input": _length,
    "number_input": _number,
    "email_text_input": _pattern(r"[^@\s]+@[^@\s]+\.[^@\s]+", "This is not an email address."),
    "url_text_input": _pattern(r"[a-z][a-z0-9+.-]*:\S+", "This is not a link."),
    "datepicker": _pattern(r"\d{4}-\d\d-\d\d", "This is not a date."),
    "timepicker": _pattern(r"([01]\d|2[0-3]):[0-5]\d", "This is not a time."),
    "file_input": _how_many,
    "multi_static_select": _how_many,
    "multi_external_select": _how_many,
    "multi_users_select": _how_many,
    "multi_conversations_select": _how_many,
    "multi_channels_select": _how_many,
}


def _rich(given: Any) -> Any:
    return rich(str(given))


_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "number_input": str,
    "rich_text_input": _rich,
    "datetimepicker": seconds,
}
