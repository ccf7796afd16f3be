"""What Slack refuses in a modal: the models' checks, and those the models do not make.

https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views/modal-views
"""

import json
from collections.abc import Iterator
from typing import Any

from slack_sdk.models.views import View

_WORDS = {"title": 24, "submit": 24, "close": 24, "label": 2000, "hint": 2000, "placeholder": 150}
_OPTIONS = {"radio_buttons": 10, "checkboxes": 10, "static_select": 100, "multi_static_select": 100}


def words(view: Any) -> str:
    """Give everything a view says, for looking into."""
    return json.dumps(view, ensure_ascii=False)


def check(view: dict[str, Any]) -> dict[str, Any]:
    """Hold a modal to Slack's rules."""
    assert list(_refused(view)) == []
    assert len(view["blocks"]) <= 100
    assert len(view.get("private_metadata", "")) <= 3000
    assert len(words(view).encode()) < 250_000
    inputs = [one for one in view["blocks"] if one["type"] == "input"]
    assert not inputs or view["submit"]["text"]
    for ids in (
        [one["block_id"] for one in inputs],
        [one["element"]["action_id"] for one in inputs],
    ):
        assert len(ids) == len(set(ids))
    View(**{key: one for key, one in view.items() if one}).to_dict()
    return view


def _refused(body: Any, key: str = "") -> Iterator[str]:
    if isinstance(body, list):
        for one in body:
            yield from _refused(one, key)
    elif isinstance(body, dict):
        yield from _texts(body, key)
        yield from _options(body)
        yield from _element(body)
        for name, inner in body.items():
            yield from _refused(inner, name)


def _texts(body: dict[str, Any], key: str) -> Iterator[str]:
    text = body.get("text", "x")
    header = body.get("type") == "header"
    most = 150 if header else _WORDS.get(key, 3000)
    text = text if isinstance(text, str) else text["text"]
    if not 1 <= len(text) <= most:
        yield f"{key or body.get('type')}: {len(text)} characters"


def _options(body: dict[str, Any]) -> Iterator[str]:
    options = body.get("options")
    if options is None:
        return
    kind = body.get("type", "a group of a menu")
    if not 1 <= len(options) <= _OPTIONS.get(kind, 100):
        yield f"{kind}: {len(options)} options"
    if any(len(one["text"]["text"]) > 75 or len(one["value"]) > 150 for one in options):
        yield "an option is too long"
    chosen = [body.get("initial_option"), *body.get("initial_options", [])]
    if any(one is not None and one not in options for one in chosen):
        yield "an initial option that is not offered"


def _element(body: dict[str, Any]) -> Iterator[str]:
    if len(str(body.get("initial_value", ""))) > body.get("max_length", 3000):
        yield "an initial value is too long"
    if not 1 <= body.get("max_length", 1) <= 3000:
        yield "max_length"
    for name in ("action_id", "block_id", "callback_id"):
        if len(body.get(name, "")) > 255:
            yield name
