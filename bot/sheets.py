"""Adapter between the desk and spreadsheets: attachments become bytes, uploads become rows of a field.

It stands here because neither the ticket system's package nor the chat's may import the one that reads sheets.
"""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.case.effects import Sheet
from desk.case.results import SheetRow, SheetRows, SheetWrong
from desk.playbook import parts
from desk.playbook.parts import FieldSpec
from desk.values import Line
from integrations.sheets.columns import Column, RowError
from integrations.sheets.read import read_sheet
from integrations.sheets.write import write_csv

MOST_TOLD = 50


def write_sheet(sheet: Sheet) -> bytes:
    """Write a CSV without active cells; separated by `;`, which Excel expects in Italy and South Africa."""
    columns = [Column(str(place), {"en": title}) for place, title in enumerate(sheet.header)]
    rows = ({str(place): cell for place, cell in enumerate(row)} for row in sheet.rows)
    return write_csv(columns, rows, separator=";")


class SheetReader:
    """Reads CSV and XLSX by the columns of a field, in a thread because a big file takes a second."""

    async def read(self, content: bytes, field: FieldSpec, zone: str, now: datetime) -> SheetRows | SheetWrong:
        """Return the rows, or every error in the file."""
        columns = [_column(name, one, field.max_length) for name, one in field.columns.items()]
        found = await asyncio.to_thread(read_sheet, "", content, columns, zone=zone, now=now)
        if isinstance(found, tuple):
            return SheetWrong(lines=tuple(map(_told, found[:MOST_TOLD])))
        return SheetRows(
            rows=tuple(
                SheetRow(
                    number=row.number,
                    cells={name: _cell(field.columns[name], value, zone) for name, value in row.values.items()},
                )
                for row in found.rows
            )
        )


def _column(name: str, column: parts.Column, longest: int) -> Column:
    return Column(
        name,
        column.title,
        column.aliases,
        required=not column.optional,
        kind="instant" if column.type == "time" else "text",
        max_length=min(longest, 1000),
    )


def _cell(column: parts.Column, value: str | None, zone: str) -> str:
    """Format a cell as somebody would have typed it: times are local, as in the form."""
    if column.type != "time" or not value:
        return value or ""
    at = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
    return at.replace(tzinfo=None).isoformat(" ", "minutes")


def _told(error: RowError) -> Line:
    return error.line
