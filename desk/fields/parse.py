"""Parsing of fields: from raw form input or sheet cells to values. Pure; a closed set of types.

Values are JSON: text, a list of text, rows, or money as `{"amount": "129.90", "currency": "ZAR"}` (a Decimal with two
places, as text); instants are ISO 8601 in UTC.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from desk.fields.format import WORDS
from desk.fields.scalars import CELLS, SCALARS, BadValue, typed_text
from desk.playbook.parts import Column, FieldSpec
from desk.values import Fill, Line, Text


def read(field: FieldSpec, fill: Fill, now: datetime) -> JsonValue | Line:
    """Parse form input into the field's value, or a line that says what is wrong."""
    try:
        return _READ[field.type](field, fill.raw, now)
    except BadValue as wrong:
        return wrong.line


def _rows(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    """Parse one row per line, its cells separated by `|`, `;` or a tab, in the order of the columns."""
    lines = raw.splitlines() if isinstance(raw, str) else list(raw or ())
    rows: list[JsonValue] = []
    for number, line in enumerate((one for one in lines if one.strip()), 1):
        rows.append(_row(field, re.split(r"[|;\t]", line), number, now))
    if len(rows) > 500:
        raise BadValue(
            "That is too much: {lines} lines, 500 at most. Upload a sheet in parts.",
            lines=len(rows),
        )
    return rows


def _row(field: FieldSpec, cells: list[str], number: int, now: datetime) -> dict[str, JsonValue]:
    if len(cells) > len(field.columns):
        raise BadValue(
            "Line {number} has {cells} parts, {most} at most.", number=number, cells=len(cells), most=len(field.columns)
        )
    row: dict[str, JsonValue] = {}
    for index, (name, column) in enumerate(field.columns.items()):
        words = typed_text(cells[index]) if index < len(cells) else ""
        if not words and not column.optional:
            raise BadValue(
                "Line {number}: {what} is missing.",
                number=number,
                what=column.title,
            )
        row[name] = _cell(field, column, words, number, now) if words else ""
        if column.must and row[name] != column.must:
            raise BadValue(
                "Line {number}: “{what}” has to be {must}.",
                number=number,
                what=column.title,
                must=WORDS.get(column.must) or column.must,
            )
    return row


def _cell(field: FieldSpec, column: Column, words: str, number: int, now: datetime) -> JsonValue:
    try:
        return CELLS[column.type](field, words, now)
    except (ValueError, BadValue):
        raise BadValue(
            "Line {number}: “{words}” is not a valid {what}.", number=number, words=words[:40], what=column.title
        ) from None


def read_cells(field: FieldSpec, number: int, cells: Mapping[str, str], now: datetime) -> dict[str, JsonValue] | Line:
    """Parse the cells of a sheet's row; an error never repeats a cell's contents."""
    row: dict[str, JsonValue] = {}
    for name, column in field.columns.items():
        words = typed_text(cells.get(name) or "")
        try:
            row[name] = CELLS[column.type](field, words, now) if words else ""
        except (ValueError, BadValue):
            return _unfit(
                "Row {row}: “{what}” is not as it should be. Write it like {example}.",
                number,
                column,
                example=_EXAMPLES.get(column.type, "—"),
            )
        if not words and not column.optional:
            return _unfit("Row {row}: “{what}” is missing.", number, column)
        if column.must and row[name] != column.must:
            return _unfit(
                "Row {row}: “{what}” has to be {must}.",
                number,
                column,
                must=WORDS.get(column.must) or column.must,
            )
    return row


def _unfit(key: str, number: int, column: Column, **more: str | Text) -> Line:
    return Line(key=key, args={"row": number, "what": column.title, **more})


_EXAMPLES = {
    "order": "DFD-77120",
    "money": "129.90",
    "ip": "203.0.113.9",
    "yes_no": "yes",
    "time": "2026-11-21 22:47",
}


_READ: dict[str, Callable[[FieldSpec, Any, datetime], JsonValue]] = {**SCALARS, "rows": _rows}


def default(field: FieldSpec, now: datetime) -> JsonValue:
    """Return a field's default value; `now` stands for this instant."""
    return now.isoformat() if field.default == "now" else field.default
