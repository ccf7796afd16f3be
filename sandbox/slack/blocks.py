"""Block Kit validation of blocks and views, as tables of rules with Slack's limits.

Knows the blocks in slack_sdk's models that a desk bot may use. Blocks for AI answers (card, carousel, data_table, plan
and the like) are refused as unsupported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack.elements import BOTH, IN_ACTIONS, IN_CONTEXT, IN_INPUT, IN_SECTION
from sandbox.slack.rules import (
    Rule,
    also,
    anything,
    boolean,
    integer,
    many,
    say,
    shape,
    string,
    text,
    typed,
)

LARGEST_VIEW = 250 * 1024
MOST_MARKDOWN = 12_000


def block(required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    return shape({"type": anything, **required}, {"block_id": string(255), **(optional or {})})


def _section_says_something(value: Any, at: str, found: list[str]) -> None:
    if value.get("text") is None and value.get("fields") is None:
        say("section needs text or fields", at, found)


def _one_image(value: Any, at: str, found: list[str]) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        say("needs either image_url or slack_file", at, found)


INLINE = typed(
    {
        "text": shape({"type": anything, "text": string(12_000)}, {"style": anything}),
        "link": shape(
            {"type": anything, "url": string(3000)},
            {"text": string(3000), "unsafe": boolean, "style": anything},
        ),
        "emoji": shape({"type": anything, "name": string(255)}, {"unicode": string(255), "skin_tone": anything}),
        "user": shape({"type": anything, "user_id": string(255)}, {"style": anything}),
        "usergroup": shape({"type": anything, "usergroup_id": string(255)}, {"style": anything}),
        "channel": shape({"type": anything, "channel_id": string(255)}, {"style": anything}),
        "broadcast": shape({"type": anything, "range": string(20)}, {"style": anything}),
        "color": shape({"type": anything, "value": string(20)}),
        "date": shape(
            {"type": anything, "timestamp": integer(0), "format": string(255)},
            {"url": string(3000), "fallback": string(3000)},
        ),
    },
    "rich text element",
)
RICH_SECTION = shape({"type": anything, "elements": many(INLINE, 10_000, 0)})
BORDERED = shape(
    {"type": anything, "elements": many(INLINE, 10_000, 0)},
    {"border": integer(0, 1), "language": string(64)},
)
RICH_LIST = shape(
    {
        "type": anything,
        "style": anything,
        "elements": many(typed({"rich_text_section": RICH_SECTION}, "list item"), 10_000, 0),
    },
    {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
)
RICH = typed(
    {
        "rich_text_section": RICH_SECTION,
        "rich_text_list": RICH_LIST,
        "rich_text_quote": BORDERED,
        "rich_text_preformatted": BORDERED,
    },
    "rich text element",
)
RICH_TEXT = block({"elements": many(RICH, 10_000, 0)})
CELL = typed(
    {
        "raw_text": shape({"type": anything, "text": string(3000)}),
        "rich_text": RICH_TEXT,
    },
    "cell",
)
INPUT = block(
    {"label": text(2000), "element": IN_INPUT},
    {"hint": text(2000), "optional": boolean, "dispatch_action": boolean},
)
BLOCKS: dict[str, Rule] = {
    "section": also(
        block(
            {},
            {
                "text": text(3000, *BOTH),
                "fields": many(text(2000, *BOTH), 10),
                "accessory": IN_SECTION,
                "expand": boolean,
            },
        ),
        _section_says_something,
    ),
    "actions": block({"elements": many(IN_ACTIONS, 25)}),
    "context": block({"elements": many(IN_CONTEXT, 10)}),
    "divider": block({}),
    "header": block({"text": text(150)}),
    "image": also(
        block(
            {"alt_text": string(2000)},
            {"image_url": string(3000), "slack_file": anything, "title": text(2000)},
        ),
        _one_image,
    ),
    "input": INPUT,
    "rich_text": RICH_TEXT,
}
MESSAGE_BLOCKS: dict[str, Rule] = {
    **BLOCKS,
    "markdown": block({"text": string(MOST_MARKDOWN)}),
    "table": block({"rows": many(many(CELL, 20), 100)}, {"column_settings": many(anything, 20, 0)}),
    "video": block(
        {
            "alt_text": string(2000),
            "title": text(200),
            "thumbnail_url": string(3000),
            "video_url": string(3000),
        },
        {
            "author_name": string(50),
            "description": text(200),
            "provider_icon_url": string(2000),
            "provider_name": string(50),
            "title_url": string(2000),
        },
    ),
}
VIEW_COMMON: dict[str, Rule] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
MODAL = shape(
    {"type": anything, "title": text(24), "blocks": many(typed(BLOCKS, "block"), 100, 0)},
    {
        **VIEW_COMMON,
        "submit": text(24),
        "close": text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME = shape(
    {"type": anything, "blocks": many(typed(BLOCKS, "block"), 100, 0)},
    {**VIEW_COMMON, "title": text(24), "submit": anything, "close": anything},
)
MESSAGE = many(typed(MESSAGE_BLOCKS, "block"), 50, 0)


def message_faults(blocks: Any) -> list[str]:
    """Validation errors of a message's blocks."""
    found: list[str] = []
    MESSAGE(blocks, "/blocks", found)
    if isinstance(blocks, list):
        _across(blocks, "/blocks", found)
        _no_files(blocks, "/blocks", found)
    return found


def view_faults(view: Any, kind: str) -> list[str]:
    """Validation errors of a modal or home view."""
    found: list[str] = []
    if not isinstance(view, dict) or view.get("type") != kind:
        say(f"type must be {kind}", "/view/type", found)
        return found
    (MODAL if kind == "modal" else HOME)(view, "/view", found)
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        _across(blocks, "/view/blocks", found)
        _whole_view(view, blocks, found)
    return found


def _whole_view(view: dict[str, Any], blocks: list[Any], found: list[str]) -> None:
    if view["type"] == "home":
        _no_files(blocks, "/view/blocks", found)
    elif any(kind_of(b) == "input" for b in blocks) and not view.get("submit"):
        say("submit is required when a modal has an input block", "/view", found)
    focused = sum(1 for _, element in elements_of(blocks) if element.get("focus_on_load"))
    if focused > 1:
        say("only one element may have focus_on_load", "/view/blocks", found)


def too_large(view: Any) -> bool:
    return len(json.dumps(view, ensure_ascii=False).encode()) > LARGEST_VIEW


def _across(blocks: list[Any], at: str, found: list[str]) -> None:
    """Rules that span several blocks."""
    seen: set[str] = set()
    for index, one in enumerate(b for b in blocks if isinstance(b, dict)):
        name = one.get("block_id")
        if isinstance(name, str) and name in seen:
            say(f"block_id is used twice: {name}", f"{at}/{index}/block_id", found)
        seen.add(str(name))
        _actions_differ(one, f"{at}/{index}", found)
    written = sum(len(str(b.get("text"))) for b in blocks if kind_of(b) == "markdown")
    if written > MOST_MARKDOWN:
        say(f"markdown blocks together exceed {MOST_MARKDOWN} characters", at, found)


def _actions_differ(one: dict[str, Any], at: str, found: list[str]) -> None:
    seen: set[str] = set()
    for element in block_elements(one):
        name = element.get("action_id")
        if isinstance(name, str) and name in seen:
            say(f"action_id is used twice in one block: {name}", f"{at}/elements", found)
        seen.add(str(name))


def _no_files(blocks: list[Any], at: str, found: list[str]) -> None:
    for _, element in elements_of(blocks):
        if element.get("type") == "file_input":
            say("file_input is only for modals", at, found)


def kind_of(one: Any) -> str:
    return str(one.get("type")) if isinstance(one, dict) else ""


def block_elements(one: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of one block."""
    kind = one.get("type")
    held: list[Any] = []
    if kind == "actions":
        held = one.get("elements") or []
    elif kind == "section":
        held = [one.get("accessory")]
    elif kind == "input":
        held = [one.get("element")]
    return [e for e in held if isinstance(e, dict) and e.get("type") != "image"]


def elements_of(blocks: list[Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every interactive element with its block."""
    for one in blocks:
        if isinstance(one, dict):
            for element in block_elements(one):
                yield one, element
