"""Formatting of values as plain, unescaped text in the reader's language and zone. Pure; a closed set of types."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from desk.playbook.parts import FieldSpec
from desk.values import Fact, in_language

WORDS: dict[str, dict[str, str]] = {
    "pass": {"en": "pass", "it": "superata"},
    "fail": {"en": "fail", "it": "non superata"},
    "same": {"en": "unchanged", "it": "invariato"},
    "changed": {"en": "changed", "it": "modificato"},
    "yes": {"en": "yes", "it": "sì"},
    "no": {"en": "no", "it": "no"},
}
"""The words of the fixed two-way answers."""

ERASED = {"en": "[erased]", "it": "[cancellato]"}

TWO_WAY = {"check": ("pass", "fail"), "same": ("same", "changed"), "yes_no": ("yes", "no")}


def show(field: FieldSpec, fact: Fact | None, language: str, zone: str) -> str:
    """Format a fact as plain, unescaped text; a dash where nothing is known."""
    if fact is None or not fact.known:
        return in_language(ERASED, language) if fact and fact.erased else "—"
    if fact.value is None:
        words = {"en": "none known", "it": "nessuno noto"}
        return f"{in_language(words, language)}: {fact.none_because}"
    return _show_value(field, fact.value, language, zone)


def _show_list(field: FieldSpec, value: list[JsonValue], language: str, zone: str) -> str:
    if field.type == "rows":
        return "\n".join(show_row(field, row, language) for row in value if isinstance(row, dict))
    return ", ".join(_show_value(field, one, language, zone) for one in value)


def _show_value(field: FieldSpec, value: JsonValue, language: str, zone: str) -> str:
    if isinstance(value, dict):
        return show_money(value, language)
    if isinstance(value, list):
        return _show_list(field, value, language, zone)
    if field.type == "instant":
        return show_instant(datetime.fromisoformat(str(value)), language, zone)
    words = field.options.get(str(value)) or (WORDS.get(str(value)) if field.type in TWO_WAY else None)
    return in_language(words, language) if words else str(value)


def show_row(field: FieldSpec, row: dict[str, JsonValue], language: str) -> str:
    """Format one row: each cell after its column's title."""
    cells = [
        f"{in_language(column.title, language)}: {show_cell(row.get(name), language)}"
        for name, column in field.columns.items()
        if row.get(name)
    ]
    return " · ".join(cells)


def show_cell(value: JsonValue, language: str) -> str:
    """Format one cell of a row; empty text where it is empty."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return show_money(value, language)
    words = WORDS.get(str(value))
    return in_language(words, language) if words else str(value)


def show_money(value: dict[str, JsonValue], language: str) -> str:
    """Format money in the reader's language."""
    from babel.numbers import format_currency  # noqa: PLC0415 - Babel's locale data loads only where money is shown

    return format_currency(Decimal(str(value["amount"])), str(value["currency"]), locale=locale(language))


def show_instant(at: datetime, language: str, zone: str) -> str:
    """Format an aware instant in the reader's zone and language, to the minute."""
    here = at.astimezone(ZoneInfo(zone))
    month = _months(locale(language))[here.month]
    return f"{here.day} {month} {here.year} {here.hour:02}:{here.minute:02}"


@lru_cache(maxsize=8)
def _months(name: str) -> Mapping[int, str]:
    """Return the month names of Babel's pattern "d MMM y HH:mm", read once per language."""
    from babel.dates import get_month_names  # noqa: PLC0415

    return dict(get_month_names("abbreviated", "format", name))


def locale(language: str) -> str:
    """Return the Babel locale of a language code such as en, en-GB or it-IT."""
    return {"it": "it_IT", "en": "en_ZA"}.get(language[:2], "en_ZA")
