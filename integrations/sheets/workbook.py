"""XLSX reader (openpyxl), values only: a formula is reported as one, macros and links are ignored."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from integrations.sheets.archive import LAST_ROW, check_archive, damaged
from integrations.sheets.cells import Cell, Odd, Table, check_size, clean, read_text_cell, trimmed
from integrations.sheets.columns import MOST_COLUMNS, MOST_XLSX_BYTES, Unfit

FAILURES = (
    LookupError,  # what openpyxl and zipfile stumble over when a part is missing or has another shape
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    SyntaxError,  # ElementTree's ParseError is one
    EOFError,
    OSError,
    RuntimeError,  # NotImplementedError and RecursionError are two
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)

MOST_NUMBER = 10**30
"""Numbers above it are rejected: formatting a larger one may take minutes."""

_Rows = tuple[tuple[int, tuple[Cell, ...]], ...]


def read_xlsx(content: bytes) -> Table:
    """Read the one sheet of a workbook; raises Unfit."""
    if len(content) > MOST_XLSX_BYTES:
        raise Unfit("The file is too big: a workbook may have {most} MB. Split it.", most=5)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_archive(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of every extension it passes over
            sheets = list(_sheets(content))
    except FAILURES:
        raise damaged() from None
    return Table("xlsx", _only(sheets))


def _only(sheets: list[tuple[str, _Rows]]) -> _Rows:
    """Return the one visible, non-empty sheet; several are an error: skipping one would lose findings silently."""
    full = [(title, rows) for title, rows in sheets if rows]
    if len(full) > 1:
        raise Unfit(
            "The workbook has several sheets with something in them: {sheets}. Keep the one with the rows, or attach "
            "each by itself.",
            sheets=[title[:50] for title, _ in full],
        )
    return full[0][1] if full else ()


def _sheets(content: bytes) -> Iterator[tuple[str, _Rows]]:
    """Yield every visible sheet. `data_only` is off: it shows a formula's cached result, which may be made up."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_vba=False, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield str(sheet.title), tuple(_rows(sheet))
    finally:
        book.close()


def _rows(sheet: Any) -> list[tuple[int, tuple[Cell, ...]]]:
    """Return the non-empty rows; the declared dimensions of a sheet are ignored."""
    sheet.reset_dimensions()
    found: list[tuple[int, tuple[Cell, ...]]] = []
    blank: object = None  # openpyxl gives one and the same tuple for every row that is not there
    for number, row in enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS), 1):
        if row is blank:
            continue
        if cells := trimmed(read_xlsx_cell(cell.value, cell.data_type) for cell in row):
            found.append((number, cells))
            check_size(found, cells)
        else:
            blank = row
    return found


def read_xlsx_cell(value: Any, kind: str) -> Cell:
    """Read one cell by its stored value, not by its number format."""
    if value is None:
        return ""
    if kind in {"f", "e"}:
        return Odd("formula" if kind == "f" else "error", str(value)[:20])
    if isinstance(value, str):
        return _words(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a sheet knows no zone
    return _number(value) if isinstance(value, int | float | Decimal) else Odd("other")


def _words(value: str) -> Cell:
    """Read a text cell; one that begins with `=` is text here, since a workbook marks formulas itself."""
    words = clean(value)
    return words if words.startswith(("=", "\uff1d")) else read_text_cell(words)


def _number(value: float | Decimal) -> Cell:
    """Format a number as a person typed it: a telephone number is no 2.78255e+10."""
    exact = Decimal(value)
    if not exact.is_finite() or abs(exact) >= MOST_NUMBER:
        return Odd("other")
    whole = int(exact)
    return str(whole) if whole == value else str(value)
