"""Cells of a spreadsheet, and their conversion into column values. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from desk.values import Line, Text
from integrations.sheets.columns import MOST_COLUMNS, MOST_ROWS, Column, Unfit, plain

CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Invisible characters, those that change the writing direction, and those that cannot be written."""
ACTIVE = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""First characters that make a spreadsheet treat text as a formula."""
_SHIELDED = re.compile(f"'+[{re.escape(ACTIVE)}]")

TITLES_WITHIN = 10
"""Non-empty rows among which the header row is searched."""

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ ,T]+(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?)?", re.ASCII)


@dataclass(frozen=True)
class Odd:
    """A cell without a value: a formula, a spreadsheet error, or anything else that is no text."""

    kind: Literal["formula", "error", "other"]
    shown: str = ""


Cell = str | datetime | Odd


@dataclass(frozen=True)
class Table:
    """The non-empty rows of a file, each with its number."""

    kind: Literal["csv", "xlsx"]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    guessed: bool = False


def trimmed(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Drop trailing empty cells of a row."""
    kept = list(cells)
    while kept and kept[-1] == "":
        kept.pop()
    return tuple(kept)


def check_size(rows: Sequence[object], cells: Sequence[Cell]) -> None:
    """Check a sheet's size while it is read; raises Unfit."""
    if len(cells) > MOST_COLUMNS:
        raise too_wide()
    if len(rows) > MOST_ROWS + TITLES_WITHIN:
        raise too_long()


def too_wide() -> Unfit:
    """Return the error for too many columns."""
    return Unfit("The sheet is too wide: it may have {most} columns.", most=MOST_COLUMNS)


def too_long() -> Unfit:
    """Return the error for too many rows."""
    return Unfit("The sheet is too long: it may have {most} rows. Split it.", most=MOST_ROWS)


@dataclass(frozen=True)
class Reading:
    """Settings of a read: the zone of instants without an offset, and the latest instant allowed."""

    zone: ZoneInfo
    now: datetime | None = None


class Wrong(ValueError):
    """A cell is invalid; row and column are added where it is caught."""

    def __init__(self, key: str, **args: str | int | Text | list[str]) -> None:
        super().__init__(key)
        self.key, self.args_of = key, args

    def line(self, row: int, column: str) -> Line:
        """Return the sentence for a row and column."""
        return Line(key=self.key, args={"row": row, "column": column, **self.args_of})


def clean(words: str) -> str:
    """Remove invisible characters and surrounding space."""
    return CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


def read_text_cell(raw: str) -> Cell:
    """Read a text cell. An apostrophe before `=`, `+`, `-` or `@` is a spreadsheet's quote mark and is removed.

    A formula is never taken for a value, not even in a CSV, where it is only text: a spreadsheet would show something
    else.
    """
    words = clean(raw)
    if words.startswith(("=", "\uff1d")):
        return Odd("formula", words[:50])
    return words[1:] if _SHIELDED.match(words) else words


def shield(words: str) -> str:
    """Put an apostrophe before text that a spreadsheet would calculate, and before such an apostrophe."""
    return f"'{words}" if words[:1] in tuple(ACTIVE) or _SHIELDED.match(words) else words


def read_cell(column: Column, cell: Cell, reading: Reading) -> str | None:
    """Convert a cell into the column's value, None where it is empty; raises Wrong."""
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
    """Parse an instant; without an offset it is in the configured zone. Day before month."""
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
