"""Input blocks of a form: every field type, its prefill and its limits. Pure.

Limits: https://docs.slack.dev/reference/block-kit. It validates nothing: the desk does that.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from desk.cards.forms import Input
from desk.fields.format import TWO_WAY, WORDS
from desk.fields.templates import Say
from desk.playbook.parts import FieldSpec
from desk.values import Fact, Fill, Line, Text, in_language
from integrations.slack.codec.meta import NONE

Block = dict[str, Any]

_ONE_LINE = {"text", "name", "code", "order", "phone", "money"}
_SAYINGS: dict[str, Line] = {
    "phone": Line(key="As dialled, or with + and the country code."),
    "order": Line(key="Write it like DFD-77120."),
    "orders": Line(key="One a line, like DFD-77120."),
    "instant": Line(key="Leave it empty if it is now."),
}
"""Default hints, where the playbook has none."""

NOT_IN_SOP = Line(key="Not in SOP.")
NONE_KNOWN = Line(key="None known, because…")
AMOUNT = Line(key="An amount in {currency}, such as 129.90.")

OPTION = 75
GROUP = 100
"""Maximum characters of an option, and options of a menu: https://docs.slack.dev/reference/block-kit"""

ROWS = Line(key="One a line, parted by |: {columns}")


def cut(words: str, most: int) -> str:
    """Truncate text to Slack's limit, with an ellipsis."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def plain(words: str, most: int = 3000) -> Block:
    """Build a plain_text object, in which nothing a customer wrote can be a link or a mention."""
    return {"type": "plain_text", "text": cut(words, most) or " "}


def question(one: Input, where: str, say: Say, language: str) -> list[Block]:
    """Render one question without answers; `where` distinguishes the same field of two steps."""
    field = one.field
    drawn: Block = {
        "type": "input",
        "block_id": f"{one.name}@{where}",
        "label": plain(in_language(field.title, language) or one.name, 2000),
        "element": {**_ELEMENTS[field.type](field, language), "action_id": one.name},
        "optional": one.optional or field.none_known or field.default is not None,
    }
    hint = _hint(field, say, language)
    if hint:
        drawn["hint"] = plain(hint, 2000)
    return [drawn, _none_known(one.name, where, say, language)] if field.none_known else [drawn]


def _none_known(name: str, where: str, say: Say, language: str) -> Block:
    return {
        "type": "input",
        "block_id": f"{name}{NONE}@{where}",
        "label": plain(say(NONE_KNOWN, language, "UTC"), 2000),
        "element": {"type": "plain_text_input", "action_id": f"{name}{NONE}", "max_length": 300},
        "optional": True,
    }


def _hint(field: FieldSpec, say: Say, language: str) -> str:
    saying = _SAYINGS.get(field.type)
    if field.type == "money":
        saying = Line(key=AMOUNT.key, args={"currency": field.currency})
    if field.type == "rows":
        titles = [in_language(column.title, language) for column in field.columns.values()]
        saying = Line(key=ROWS.key, args={"columns": " | ".join(titles)})
    help_ = in_language(field.help, language) if field.help else ""
    hint = help_ or (say(saying, language, "UTC") if saying else "")
    return " ".join(filter(None, [hint, "" if field.sop else say(NOT_IN_SOP, language, "UTC")]))


def _one_line(field: FieldSpec, _language: str) -> Block:
    return {"type": "plain_text_input", "max_length": field.max_length}


def _many_lines(field: FieldSpec, _language: str) -> Block:
    return {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": max(field.max_length, 1000),
    }


def _typed(kind: str) -> Callable[[FieldSpec, str], Block]:
    return lambda _field, _language: {"type": kind}


def _choice(field: FieldSpec, language: str) -> Block:
    options = [option(name, words, language) for name, words in _answers(field).items()]
    return {
        "type": "radio_buttons" if len(options) <= 10 else "static_select",
        "options": options[:100],
    }


def _choices(field: FieldSpec, language: str) -> Block:
    if not field.options:  # nothing to tick yet: Slack refuses a list without options
        return _many_lines(field, language)
    options = [option(name, words, language) for name, words in field.options.items()]
    if len(options) <= 10:
        return {"type": "checkboxes", "options": options}
    if len(options) <= GROUP:
        return {"type": "multi_static_select", "options": options}
    groups = [options[at : at + GROUP] for at in range(0, len(options), GROUP)]
    return {
        "type": "multi_static_select",
        "option_groups": [_group(n, one) for n, one in enumerate(groups)],
    }


def _group(number: int, options: list[Block]) -> Block:
    """Build an option group of up to a hundred options.

    https://docs.slack.dev/reference/block-kit/composition-objects/option-group-object
    """
    first = number * GROUP + 1
    return {"label": plain(f"{first}\N{EN DASH}{first + len(options) - 1}", 75), "options": options}


def _answers(field: FieldSpec) -> Mapping[str, Text]:
    words = TWO_WAY.get(field.type)
    return {word: field.options.get(word) or WORDS[word] for word in words} if words else field.options


def option(name: str, words: Text, language: str, more: str = "") -> Block:
    """Build an option; text too long for one line continues in the description."""
    first, rest = split(in_language(words, language) or name)
    below = " ".join(filter(None, [rest, more]))
    drawn = {"text": plain(first, OPTION), "value": name}
    return {**drawn, "description": plain(below, OPTION)} if below else drawn


def split(words: str) -> tuple[str, str]:
    """Split text that is too long for an option, between two words where possible."""
    if len(words) <= OPTION:
        return words, ""
    at = words.rfind(" ", 1, OPTION + 1)
    at = at if at > 0 else OPTION
    return words[:at], words[at:].strip()


def _files(field: FieldSpec) -> Block:
    """Build a file input; a sheet that fills in rows is a single file of the two readable kinds."""
    sheet: Block = {"max_files": 1, "filetypes": ["csv", "xlsx"]}
    return {"type": "file_input", **(sheet if field.into else {"max_files": 10})}


_ELEMENTS: dict[str, Callable[[FieldSpec, str], Block]] = {
    **dict.fromkeys(_ONE_LINE, _one_line),
    **dict.fromkeys(("long_text", "orders", "rows"), _many_lines),
    **dict.fromkeys(("choice", "check", "same", "yes_no"), _choice),
    "choices": _choices,
    "ticks": _choices,
    "email": _typed("email_text_input"),
    "url": _typed("url_text_input"),
    "instant": _typed("datetimepicker"),
    "files": lambda field, _language: _files(field),
}


def answer_of(fact: Fact | None) -> Fill:
    """Convert a known fact into form input."""
    if fact is None or not fact.known:
        return Fill()
    return Fill(raw=_raw(fact.value), none_because=fact.none_because)


def _raw(value: JsonValue) -> str | tuple[str, ...] | None:
    if isinstance(value, dict):
        return str(value.get("amount", ""))
    if isinstance(value, list):
        return tuple(_row(one) for one in value)
    return None if value is None else str(value)


def _row(one: JsonValue) -> str:
    """Format one row the way it is typed; anything else is a single word."""
    cells = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else [one]
    return " | ".join(_cell(cell) for cell in cells)


def _cell(cell: JsonValue) -> str:
    if isinstance(cell, dict):
        return str(cell.get("amount", ""))
    return "" if cell is None else str(cell)


def answered(block: Block, fill: Fill) -> Block:
    """Return the block with this answer; an answer the element cannot hold is left out."""
    element = block["element"]
    name = element["action_id"]
    raw = fill.none_because if name.endswith(NONE) else fill.raw
    if not raw:
        return block
    initial = _INITIALS[element["type"]](element, raw)
    return {**block, "element": {**element, **initial}} if initial else {**block, "optional": _may_stay(block)}


def _may_stay(block: Block) -> bool:
    """Return whether an empty input keeps the known fact: long text is not prefilled, and not required again."""
    return bool(block["optional"]) or bool(block["element"].get("multiline"))


def _initial_words(element: Block, raw: str | tuple[str, ...]) -> Block:
    """Prefill text. Text too long is left out entirely: truncated and sent back it would replace the fact."""
    words = raw if isinstance(raw, str) else "\n".join(raw)
    return {"initial_value": words} if len(words) <= element.get("max_length", 3000) else {}


def _initial_link(_element: Block, raw: str | tuple[str, ...]) -> Block:
    return {"initial_value": raw} if isinstance(raw, str) and raw.startswith(("https://", "http://")) else {}


def _initial_option(element: Block, raw: str | tuple[str, ...]) -> Block:
    found = [one for one in element["options"] if one["value"] == raw]
    return {"initial_option": found[0]} if found else {}


def _initial_options(element: Block, raw: str | tuple[str, ...]) -> Block:
    chosen = {raw} if isinstance(raw, str) else set(raw)
    groups = element.get("option_groups") or [element]
    found = [one for group in groups for one in group["options"] if one["value"] in chosen]
    return {"initial_options": found} if found else {}


def _initial_instant(_element: Block, raw: str | tuple[str, ...]) -> Block:
    try:
        at = int(datetime.fromisoformat(str(raw)).timestamp())
    except (ValueError, OverflowError):
        return {}
    return {"initial_date_time": at} if 10**9 <= at < 10**10 else {}  # ten digits


def _nothing(_element: Block, _raw: str | tuple[str, ...]) -> Block:
    return {}


_INITIALS: dict[str, Callable[[Block, str | tuple[str, ...]], Block]] = {
    "plain_text_input": _initial_words,
    "email_text_input": _initial_words,
    "url_text_input": _initial_link,
    "radio_buttons": _initial_option,
    "static_select": _initial_option,
    "checkboxes": _initial_options,
    "multi_static_select": _initial_options,
    "datetimepicker": _initial_instant,
    "file_input": _nothing,
}
