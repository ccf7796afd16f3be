"""Sheets for tests, as people and spreadsheet programs make them, and what the reader says of them."""

import io
import re
import zipfile

from openpyxl import Workbook

from integrations.sheets.columns import FINDINGS, RowError, Sheet
from integrations.sheets.read import read_sheet

TITLES = ("Field", "Before", "After", "Changed at", "Source")
EMAIL = ("Email", "werner@example.com", "thief@mail.example", "2026-11-20 23:12", "197.80.1.2")
PHONE = ("Cellphone", "+27835550177", "+27615550199", "", "log 4711")
GOOD = (TITLES, EMAIL, PHONE)
ZA = "Africa/Johannesburg"


def text(*rows: tuple[str, ...], separator: str = ",") -> str:
    return "".join(separator.join(row) + "\r\n" for row in rows)


def book(*rows: tuple[object, ...], **sheets: tuple[tuple[object, ...], ...]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for title, more in sheets.items():
        sheet = made.create_sheet(title)
        for row in more:
            sheet.append(row)
    return saved(made)


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rebuilt(content: bytes, changes: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Put other parts into a workbook, as somebody with bad intentions would."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return out.getvalue()


SHEET1, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def part(content: bytes, name: str = SHEET1) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def row(number: object, cells: str = "") -> str:
    return f'<row r="{number}">{cells}</row>'


def worksheet(inside: str, before: str = "") -> bytes:
    """A worksheet part by hand."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{before}<worksheet xmlns="{space}"><sheetData>{inside}</sheetData></worksheet>'
    ).encode()


def as_excel(*rows: tuple[str, ...]) -> bytes:
    """A workbook as Excel itself writes one: texts in a part of their own, formatted in the middle of a word."""
    made, shared, lines = book(("x",)), [], []
    for number, cells in enumerate(rows, 1):
        line = ""
        for letter, words in zip("ABCDE", cells, strict=False):
            line += f'<c r="{letter}{number}" t="s"><v>{len(shared)}</v></c>' if words else ""
            shared += [f"<si><r><t>{words[:2]}</t></r><r><rPr><b/></rPr><t>{words[2:]}</t></r></si>"] * bool(words)
        lines.append(row(number, line))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    types = (
        part(made, "[Content_Types].xml")
        .decode()
        .replace("</Types>", f'<Override PartName="/{SHARED}" ContentType="{kind}"/></Types>')
    )
    links = (
        part(made, "xl/_rels/workbook.xml.rels")
        .decode()
        .replace(
            "</Relationships>",
            f'<Relationship Id="rId99" Type="{link}" Target="sharedStrings.xml"/></Relationships>',
        )
    )
    return rebuilt(
        made,
        {
            SHEET1: worksheet("".join(lines)),
            "[Content_Types].xml": types.encode(),
            "xl/_rels/workbook.xml.rels": links.encode(),
            SHARED: f'<sst xmlns="{space}">{"".join(shared)}</sst>'.encode(),
        },
    )


def read(content: bytes | str, columns=FINDINGS, **more: object) -> Sheet | tuple[RowError, ...]:
    raw = content.encode() if isinstance(content, str) else content
    return read_sheet("findings", raw, columns, zone=ZA, **more)


def good(content: bytes | str, **more: object) -> Sheet:
    sheet = read(content, **more)
    assert isinstance(sheet, Sheet), sheet
    return sheet


def said(content: bytes | str, **more: object) -> list[str]:
    """What a person is told, in English."""
    errors = read(content, **more)
    assert isinstance(errors, tuple), errors
    return [say(error) for error in errors]


def say(error: RowError) -> str:
    def value(found: re.Match[str]) -> str:
        given = error.line.args[found[1]]
        if isinstance(given, dict):
            return given["en"]
        return ", ".join(given) if isinstance(given, list) else str(given)

    return re.sub(r"\{(\w+)\}", value, error.line.key)
