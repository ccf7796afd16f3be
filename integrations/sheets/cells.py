"""Cells as a file holds them, and how each becomes a value of its column. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from desk.values import Line, Text
from integrations.sheets.columns import MOST_COLUMNS, MOST_ROWS, Column, Unfit, plain

CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that show nothing, can turn the reading direction around, or cannot be written."""
ACTIVE = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What makes a spreadsheet take a text for a formula when it stands first."""
_SHIELDED = re.compile(f"'+[{re.escape(ACTIVE)}]")

TITLES_WITHIN = 10
"""The titles stand in one of the first rows that have something in them."""

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ ,T]+(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?)?", re.ASCII)


@dataclass(frozen=True)
class Odd:
    """A cell that holds no value: a formula, an error of the spreadsheet, or something else that is no text."""

    kind: Literal["formula", "error", "other"]
    shown: str = ""


Cell = str | datetime | Odd


@dataclass(frozen=True)
class Table:
    """The rows of a file that have something in them, each with its number."""

    kind: Literal["csv", "xlsx"]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    guessed: bool = False


def trimmed(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Drop the empty cells at the end of a row."""
    kept = list(cells)
    while kept and kept[-1] == "":
        kept.pop()
    return tuple(kept)


def check_size(rows: Sequence[object], cells: Sequence[Cell]) -> None:
    """Hold a sheet to what a person would attach, while it is read; raises Unfit."""
    if len(cells) > MOST_COLUMNS:
        raise too_wide()
    if len(rows) > MOST_ROWS + TITLES_WITHIN:
        raise too_long()


def too_wide() -> Unfit:
    """Say that there are too many columns."""
    return Unfit("The sheet is too wide: it may have {most} columns.", most=MOST_COLUMNS)


def too_long() -> Unfit:
    """Say that there are too many rows."""
    return Unfit("The sheet is too long: it may have {most} rows. Split it.", most=MOST_ROWS)


@dataclass(frozen=True)
class Reading:
    """How a sheet is read: the zone of instants that name none, and the instant after which none may lie."""

    zone: ZoneInfo
    now: datetime | None = None


class Wrong(ValueError):
    """What is wrong with one cell; the sentence gets its row and column where it is caught."""

    def __init__(self, key: str, **args: str | int | Text | list[str]) -> None:
        """Keep the sentence."""
        super().__init__(key)
        self.key, self.args_of = key, args

    def line(self, row: int, column: str) -> Line:
        """Say it of this place."""
        return Line(key=self.key, args={"row": row, "column": column, **self.args_of})


def clean(words: str) -> str:
    """Take out what nobody sees, and the space around it."""
    return CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


def read_text_cell(raw: str) -> Cell:
    """Read a cell of text. An apostrophe in front of `=`, `+`, `-` or `@` only keeps a spreadsheet from calculating.

    A formula is never taken for a value, not even in a CSV, where it is only text: whoever opens the sheet next
    would see something else.
    """
    words = clean(raw)
    if words.startswith(("=", "\uff1d")):
        return Odd("formula", words[:50])
    return words[1:] if _SHIELDED.match(words) else words


def shield(words: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate, and before such an apostrophe."""
    return f"'{words}" if words[:1] in tuple(ACTIVE) or _SHIELDED.match(words) else words


def read_cell(column: Column, cell: Cell, reading: Reading) -> str | None:
    """Turn a cell into the column's value, None where it is empty; raises Wrong."""
    if isinstance(cell, Odd):
        raise _odd(cell)
    if cell == "":
        if column.required:
            raise Wrong("Row {row}, {column}: this is empty. Fill it in; write “none” where there was none.")
        return None
    return _READ[column.kind](column, cell, reading)


def _odd(cell: Odd) -> Wrong:
    if cell.kind == "formula":
        return Wrong("Row {row}, {column}: this is a formula. Copy the column and paste it as values.")
    if cell.kind == "error":
        return Wrong("Row {row}, {column}: the spreadsheet shows an error here ({shown}).", shown=cell.shown)
    return Wrong("Row {row}, {column}: this is neither text nor a date with a time.")


def _text(column: Column, cell: str | datetime, reading: Reading) -> str:
    words = cell if isinstance(cell, str) else cell.isoformat(sep=" ")
    if len(words) > column.max_length:
        raise Wrong(
            "Row {row}, {column}: this is too long: {length} characters, {most} at most.",
            length=len(words),
            most=column.max_length,
        )
    return words


def _choice(column: Column, cell: str | datetime, reading: Reading) -> str:
    wanted = plain(cell) if isinstance(cell, str) else ""
    for value, words in column.options.items():
        if wanted and wanted in map(plain, (value, *words)):
            return value
    raise Wrong("Row {row}, {column}: write one of {options}.", options=list(column.options))


def _instant(column: Column, cell: str | datetime, reading: Reading) -> str:
    """Read an instant; one without an offset is of the reading's zone, day before month as in South Africa and Italy."""
    at = cell if isinstance(cell, datetime) else _written(cell)
    if at is None or not 2000 <= at.year <= 2100:
        raise Wrong(
            "Row {row}, {column}: this is not a date with a time. Write it like 2026-11-21 22:47 or 21/11/2026 22:47."
        )
    at = (at if at.tzinfo else at.replace(tzinfo=reading.zone)).astimezone(UTC)
    if reading.now is not None and at > reading.now:
        raise Wrong("Row {row}, {column}: this is in the future. Give the time at which it happened.")
    return at.isoformat()


def _written(words: str) -> datetime | None:
    words = re.sub(r"\s*(?:UTC|GMT)$", "Z", " ".join(words.split()))
    try:
        if _ISO.fullmatch(words):
            return datetime.fromisoformat(words)
        if found := _DAY_FIRST.fullmatch(words):
            day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone is put on by the caller
    except ValueError:
        return None
    return None


_READ: dict[str, Callable[[Column, str | datetime, Reading], str]] = {
    "text": _text,
    "choice": _choice,
    "instant": _instant,
}
