"""Block Kit validation of elements and composition objects, as tables of rules with Slack's limits.

Source of the limits: https://docs.slack.dev/reference/block-kit. Elements a desk bot uses; one that is not in a table
is refused, as Slack refuses an unknown one.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.slack.rules import (
    Rule,
    also,
    anything,
    boolean,
    integer,
    many,
    one_of,
    say,
    shape,
    string,
    text,
    typed,
)

BOTH = ("plain_text", "mrkdwn")
ACTION_ID = string(255)
PLACEHOLDER = text(150)
CONFIRM = shape(
    {"title": text(100), "text": text(300, *BOTH), "confirm": text(30), "deny": text(30)},
    {"style": one_of("primary", "danger")},
)
BASE: dict[str, Rule] = {"type": anything, "action_id": ACTION_ID}


def option(*kinds: str, url: bool = False) -> Rule:
    extra: dict[str, Rule] = {"description": text(75, *kinds)}
    if url:
        extra["url"] = string(3000)
    return shape({"text": text(75, *kinds), "value": string(150)}, extra)


PLAIN_OPTION = option()
RICH_OPTION = option(*BOTH)
OPTION_GROUP = shape({"label": text(75), "options": many(PLAIN_OPTION, 100)})
FILTER = shape(
    {},
    {
        "include": many(one_of("im", "mpim", "private", "public"), 4),
        "exclude_bot_users": boolean,
        "exclude_external_shared_channels": boolean,
    },
)
DISPATCH = shape({}, {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)})


def pattern(regex: str, meaning: str) -> Rule:
    def check(value: Any, at: str, found: list[str]) -> None:
        if not isinstance(value, str) or not re.fullmatch(regex, value):
            say(f"should be {meaning}", at, found)

    return check


DATE = pattern(r"\d{4}-\d{2}-\d{2}", "a date like 2026-11-30")
TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time like 18:05")
NUMBER = pattern(r"-?\d+(\.\d+)?", "a number in a string")


def element(required: dict[str, Rule], optional: dict[str, Rule], *, confirm: bool = True) -> Rule:
    """One interactive element: every one has an action_id, and most may ask for confirmation."""
    extra: dict[str, Rule] = {"focus_on_load": boolean}
    if confirm:
        extra["confirm"] = CONFIRM
    return shape({"type": anything, **required}, {"action_id": ACTION_ID, **extra, **optional})


def chosen_among(*names: str) -> Rule:
    """An initial option must equal one of the options."""

    def check(value: Any, at: str, found: list[str]) -> None:
        offered = all_options(value)
        for name in names:
            first = value.get(name)
            for pick in first if isinstance(first, list) else [first] if first else []:
                if pick not in offered:
                    say(f"{name} is not one of the options", f"{at}/{name}", found)

    return check


def all_options(value: dict[str, Any]) -> list[Any]:
    """The options of a menu, with those of its groups."""
    options = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        options += group.get("options") or [] if isinstance(group, dict) else []
    return options


def has_options(value: Any, at: str, found: list[str]) -> None:
    if ("options" in value) == ("option_groups" in value):
        say("needs either options or option_groups", at, found)


def static_menu(multi: bool) -> Rule:
    first = "initial_options" if multi else "initial_option"
    rules: dict[str, Rule] = {
        "placeholder": PLACEHOLDER,
        "options": many(PLAIN_OPTION, 100),
        "option_groups": many(OPTION_GROUP, 100),
        first: many(PLAIN_OPTION, 100) if multi else PLAIN_OPTION,
    }
    if multi:
        rules["max_selected_items"] = integer(1)
    return also(also(element({}, rules), has_options), chosen_among(first))


def live_menu(kind: str, multi: bool) -> Rule:
    """A select whose options Slack or the app supplies: users, channels, conversations, external."""
    plural = f"initial_{kind}s" if kind != "option" else "initial_options"
    rules: dict[str, Rule] = {"placeholder": PLACEHOLDER}
    rules[plural if multi else f"initial_{kind}"] = anything
    if multi:
        rules["max_selected_items"] = integer(1)
    elif kind in ("channel", "conversation"):
        rules["response_url_enabled"] = boolean
    if kind == "conversation":
        rules |= {"default_to_current_conversation": boolean, "filter": FILTER}
    if kind == "option":
        rules["min_query_length"] = integer(0)
    return element({}, rules)


def list_of_boxes(first: str) -> Rule:
    rules: dict[str, Rule] = {
        first: many(RICH_OPTION, 10) if first.endswith("s") else RICH_OPTION,
    }
    return also(element({"options": many(RICH_OPTION, 10)}, rules), chosen_among(first))


def lengths_agree(value: Any, at: str, found: list[str]) -> None:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        say("min_length is greater than max_length", at, found)
    first = value.get("initial_value")
    if isinstance(first, str) and isinstance(most, int) and len(first) > most:
        say("initial_value is longer than max_length", f"{at}/initial_value", found)


def line(**extra: Rule) -> Rule:
    """A text input."""
    rules: dict[str, Rule] = {
        "placeholder": PLACEHOLDER,
        "initial_value": string(3000, 0),
        "dispatch_action_config": DISPATCH,
        **extra,
    }
    return also(element({}, rules, confirm=False), lengths_agree)


BUTTON = element(
    {"text": text(75)},
    {
        "url": string(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)
OVERFLOW = element({"options": many(option(url=True), 5)}, {})
IMAGE = shape(
    {"type": anything, "alt_text": string(2000)},
    {"image_url": string(3000), "slack_file": anything},
)
PICKERS: dict[str, Rule] = {
    "datepicker": element({}, {"placeholder": PLACEHOLDER, "initial_date": DATE}),
    "timepicker": element({}, {"placeholder": PLACEHOLDER, "initial_time": TIME, "timezone": string(64)}),
    "checkboxes": list_of_boxes("initial_options"),
    "radio_buttons": list_of_boxes("initial_option"),
}
DATETIME: dict[str, Rule] = {
    "datetimepicker": element({}, {"initial_date_time": integer(1_000_000_000, 9_999_999_999)})
}
MENUS: dict[str, Rule] = {"static_select": static_menu(False)} | {
    f"{name}_select": live_menu(kind, False)
    for name, kind in (
        ("external", "option"),
        ("users", "user"),
        ("conversations", "conversation"),
        ("channels", "channel"),
    )
}
MULTI_MENUS: dict[str, Rule] = {"multi_static_select": static_menu(True)} | {
    f"multi_{name}_select": live_menu(kind, True)
    for name, kind in (
        ("external", "option"),
        ("users", "user"),
        ("conversations", "conversation"),
        ("channels", "channel"),
    )
}
LINES: dict[str, Rule] = {
    "plain_text_input": line(multiline=boolean, min_length=integer(0, 3000), max_length=integer(1, 3000)),
    "email_text_input": line(),
    "url_text_input": line(),
    "number_input": also(
        line(is_decimal_allowed=boolean, min_value=NUMBER, max_value=NUMBER, initial_value=NUMBER),
        lambda value, at, found: (
            None
            if isinstance(value.get("is_decimal_allowed"), bool)
            else say("missing required field: is_decimal_allowed", at, found)
        ),
    ),
    "rich_text_input": element(
        {},
        {
            "initial_value": anything,
            "placeholder": PLACEHOLDER,
            "dispatch_action_config": DISPATCH,
            "min_lines": integer(1, 100),
            "max_lines": integer(1, 100),
        },
        confirm=False,
    ),
    "file_input": element({}, {"filetypes": many(string(64), 100), "max_files": integer(1, 10)}, confirm=False),
}
TAPS: dict[str, Rule] = {"button": BUTTON, "overflow": OVERFLOW}

IN_ACTIONS = typed({**TAPS, **MENUS, **MULTI_MENUS, **PICKERS, **DATETIME}, "element")
IN_SECTION = typed({**TAPS, **MENUS, **MULTI_MENUS, **PICKERS, "image": IMAGE}, "accessory")
IN_INPUT = typed({**MENUS, **MULTI_MENUS, **PICKERS, **DATETIME, **LINES}, "element")
IN_CONTEXT = typed({"image": IMAGE, "mrkdwn": text(3000, "mrkdwn"), "plain_text": text(3000)}, "element")
