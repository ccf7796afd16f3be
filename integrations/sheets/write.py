"""Spreadsheet writer: titles in a language, instants in a zone, and no active content.

The output reads back as the same rows. openpyxl keeps a sheet in a temporary file while it writes, and removes it at
once.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from integrations.sheets.cells import clean, shield
from integrations.sheets.columns import Column

Values = Mapping[str, str | None]

_LONGEST = 32_767
"""Excel's maximum cell length."""


def write_csv(
    columns: Sequence[Column],
    rows: Iterable[Values],
    *,
    language: str = "en",
    zone: str = "UTC",
    separator: str = ",",
) -> bytes:
    """Write a CSV in UTF-8 with a BOM, which Excel needs; every cell is quoted.

    Excel in South Africa and Italy expects `;` between cells; `read_sheet` takes either.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in _table(columns, rows, language, zone):
        writer.writerow([shield(words) for words in row])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(
    columns: Sequence[Column],
    rows: Iterable[Values],
    *,
    language: str = "en",
    zone: str = "UTC",
) -> bytes:
    """Write a workbook whose cells are all text and stay text when edited."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.freeze_panes = "A2"
    for place in range(len(columns)):
        sheet.column_dimensions[chr(ord("A") + place % 26)].width = 28
    for row in _table(columns, rows, language, zone):
        sheet.append([_text_cell(sheet, words) for words in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(columns: Sequence[Column], rows: Iterable[Values], language: str, zone: str) -> Iterator[list[str]]:
    """Yield the titles, then the rows, as clean text."""
    yield [column.heading(language) for column in columns]
    for row in rows:
        yield [_shown(column, row.get(column.name), ZoneInfo(zone)) for column in columns]


def _shown(column: Column, value: str | None, zone: ZoneInfo) -> str:
    words = clean(value or "")
    if column.kind == "instant" and words:
        words = datetime.fromisoformat(words).astimezone(zone).isoformat(sep=" ")
    return words[:_LONGEST]


def _text_cell(sheet: Any, words: str) -> Any:
    """Build a text cell with Excel's quote prefix; an apostrophe is only needed before an apostrophe."""
    cell = WriteOnlyCell(sheet, shield(words) if words.startswith("'") else words)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell
