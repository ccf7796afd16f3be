"""Spreadsheet reader: detects the format by content, validates every row and reports every error.

It takes up to a second and blocks: call it in a thread of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.values import Line, Text
from integrations.sheets.cells import (
    TITLES_WITHIN,
    Cell,
    Reading,
    Table,
    Wrong,
    clean,
    read_cell,
    too_long,
)
from integrations.sheets.columns import MOST_ROWS, Column, Row, RowError, Sheet, Unfit
from integrations.sheets.delimited import read_csv
from integrations.sheets.workbook import read_xlsx

Titles = Mapping[int, Column]
"""Column of each position in the file."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<table")


def read_sheet(
    name: str,
    content: bytes,
    columns: Sequence[Column],
    *,
    zone: str = "UTC",
    now: datetime | None = None,
) -> Sheet | tuple[RowError, ...]:
    """Read a CSV or XLSX, or return every error in it; raises nothing, whatever the bytes are.

    Instants without an offset are in `zone`; with `now`, none may be later. `name` is only shown to people.
    """
    try:
        table = _open(content, columns)
        at, titles, unread = _titles(table, columns)
        rows, errors = _check(table, at, titles, Reading(ZoneInfo(zone), now))
    except Unfit as unfit:
        return (RowError(0, "", unfit.line),)
    errors = [*_missing(table, at, titles, columns), *errors]
    if errors:
        return tuple(errors)
    filled = [Row(row.number, {one.name: row.values.get(one.name) for one in columns}) for row in rows]
    return Sheet(clean(name)[:100], table.kind, tuple(filled), unread, table.guessed)


def _open(content: bytes, columns: Sequence[Column]) -> Table:
    """Detect the format by the first bytes; raises Unfit."""
    start = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start:
        raise Unfit("The file is empty.")
    if content.startswith(_ZIP):
        return read_xlsx(content)
    if content.startswith(_OLE):
        raise Unfit(
            "This is a workbook of an old form, or it has a password. Save it as .xlsx without a password and attach it"
            " again."
        )
    if start.startswith(_PAGES):
        raise Unfit("This is a web page, not a sheet. Save it as .xlsx or as CSV (UTF-8).")
    return read_csv(content, columns)


def _titles(table: Table, columns: Sequence[Column]) -> tuple[int, Titles, tuple[str, ...]]:
    """Find the header row: of the first rows, the one with the most known titles; raises Unfit."""
    best: tuple[int, Titles] = (0, {})
    for at, (_, cells) in enumerate(table.rows[:TITLES_WITHIN]):
        known = _known(cells, columns)
        if len(known) > len(best[1]):
            best = at, known
    at, titles = best
    if not titles:
        raise Unfit(
            "No row of titles was found. The first row has to name the columns: {columns}.",
            columns=_headings(columns),
        )
    number, cells = table.rows[at]
    _check_once(number, titles)
    unread = [str(cell)[:50] for place, cell in enumerate(cells) if cell and place not in titles]
    return at, titles, tuple(unread)


def _headings(columns: Sequence[Column]) -> Text:
    """Return the titles in each language they have."""
    languages = {language for column in columns for language in column.title}
    return {one: ", ".join(column.heading(one) for column in columns) for one in sorted(languages)}


def _known(cells: Sequence[Cell], columns: Sequence[Column]) -> dict[int, Column]:
    return {
        place: column
        for place, cell in enumerate(cells)
        if isinstance(cell, str)
        for column in columns
        if column.called(cell)
    }


def _check_once(number: int, titles: Titles) -> None:
    """Reject two titles for one column: it is not clear which of them counts."""
    names = [column.name for column in titles.values()]
    for column in titles.values():
        if names.count(column.name) > 1:
            raise Unfit(
                "Row {row}: two columns are called “{column}”. Rename or remove one of them.",
                row=number,
                column=column.title,
            )


def _missing(table: Table, at: int, titles: Titles, columns: Sequence[Column]) -> Iterator[RowError]:
    """Yield an error for each missing required column."""
    number = table.rows[at][0]
    there = {column.name for column in titles.values()}
    for column in columns:
        if column.required and column.name not in there:
            title = column.heading("en")
            key = "Row {row}: the column “{column}” is missing. Add it, with something in every row."
            yield RowError(number, title, Line(key=key, args={"row": number, "column": title}))


def _check(table: Table, at: int, titles: Titles, reading: Reading) -> tuple[list[Row], list[RowError]]:
    """Validate the rows below the header one by one; raises Unfit when there is none, or too many."""
    below = table.rows[at + 1 :]
    if not below:
        raise Unfit("There is no row below the titles. Add one row for each finding.")
    if len(below) > MOST_ROWS:
        raise too_long()
    header = table.rows[at][1]
    rows, errors = [], []
    for number, cells in below:
        row, wrong = _check_row(number, cells, header, titles, reading)
        rows.append(row)
        errors.extend(wrong)
    return rows, errors


def _check_row(
    number: int, cells: Sequence[Cell], header: Sequence[Cell], titles: Titles, reading: Reading
) -> tuple[Row, list[RowError]]:
    values: dict[str, str | None] = {}
    errors: list[RowError] = []
    if len(cells) > len(header):
        errors.append(_too_many(number, len(cells), len(header)))
    for place, column in titles.items():
        title = str(header[place])
        try:
            cell = cells[place] if place < len(cells) else ""
            values[column.name] = read_cell(column, cell, reading)
        except Wrong as wrong:
            errors.append(RowError(number, title, wrong.line(number, title)))
    return Row(number, values), errors


def _too_many(number: int, cells: int, titles: int) -> RowError:
    key = (
        "Row {row}: it has {cells} cells but there are only {titles} titles. Put text that has a separator in it into "
        "quotation marks, or give every column a title."
    )
    return RowError(number, "", Line(key=key, args={"row": number, "cells": cells, "titles": titles}))
