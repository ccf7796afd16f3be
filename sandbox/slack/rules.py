"""Combinators for JSON validation rules that report errors with a JSON pointer.

A rule takes a value, its JSON pointer and a list of errors to append to. Knows no blocks; the tables are in `elements`
and `blocks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Rule = Callable[[Any, str, list[str]], None]


def say(what: str, at: str, found: list[str]) -> None:
    found.append(f"[ERROR] {what} [json-pointer:{at or '/'}]")


def string(most: int, least: int = 1) -> Rule:
    def check(value: Any, at: str, found: list[str]) -> None:
        if not isinstance(value, str):
            say("should be a string", at, found)
        elif len(value) > most:
            say(f"must be at most {most} characters, has {len(value)}", at, found)
        elif len(value) < least:
            say(f"must be at least {least} characters", at, found)

    return check


def boolean(value: Any, at: str, found: list[str]) -> None:
    if not isinstance(value, bool):
        say("should be a boolean", at, found)


def integer(least: int, most: int | None = None) -> Rule:
    def check(value: Any, at: str, found: list[str]) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            say("should be an integer", at, found)
        elif value < least or (most is not None and value > most):
            bounds = f"at least {least}" if most is None else f"between {least} and {most}"
            say(f"must be {bounds}", at, found)

    return check


def one_of(*allowed: str) -> Rule:
    def check(value: Any, at: str, found: list[str]) -> None:
        if value not in allowed:
            say(f"must be one of {', '.join(allowed)}", at, found)

    return check


def many(rule: Rule, most: int, least: int = 1) -> Rule:
    def check(value: Any, at: str, found: list[str]) -> None:
        if not isinstance(value, list):
            say("should be an array", at, found)
            return
        if len(value) > most:
            say(f"no more than {most} items allowed, has {len(value)}", at, found)
        if len(value) < least:
            say(f"at least {least} item(s) needed", at, found)
        for index, item in enumerate(value):
            rule(item, f"{at}/{index}", found)

    return check


def anything(value: Any, at: str, found: list[str]) -> None:
    """Accept any value: for keys the bot never sends."""


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with exactly these keys; `None` counts as absent, as in Slack."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str, found: list[str]) -> None:
        if not isinstance(value, dict):
            say("should be an object", at, found)
            return
        for key in required:
            if value.get(key) is None:
                say(f"missing required field: {key}", at, found)
        for key, inner in value.items():
            if key not in known:
                say(f"invalid additional property: {key}", at, found)
            elif inner is not None:
                known[key](inner, f"{at}/{key}", found)

    return check


def typed(table: Mapping[str, Rule], what: str) -> Rule:
    """An object whose `type` chooses its rule; a type not in the table is refused."""

    def check(value: Any, at: str, found: list[str]) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        rule = table.get(kind) if isinstance(kind, str) else None
        if rule is None:
            say(f"unsupported {what} type: {kind}", at, found)
        else:
            rule(value, at, found)

    return check


def also(rule: Rule, extra: Rule) -> Rule:
    """Both rules; the second only on an object, so that it may use `.get`."""

    def check(value: Any, at: str, found: list[str]) -> None:
        rule(value, at, found)
        if isinstance(value, dict):
            extra(value, at, found)

    return check


def text(most: int, *kinds: str) -> Rule:
    """A text object; plain text only unless `mrkdwn` is named."""
    allowed = kinds or ("plain_text",)
    body = shape(
        {"type": one_of(*allowed), "text": string(most)},
        {"emoji": boolean, "verbatim": boolean},
    )
    return also(body, _emoji_is_for_plain)


def _emoji_is_for_plain(value: Any, at: str, found: list[str]) -> None:
    if value.get("type") == "mrkdwn" and "emoji" in value:
        say("emoji is only for plain_text", at, found)
    if value.get("type") == "plain_text" and "verbatim" in value:
        say("verbatim is only for mrkdwn", at, found)
