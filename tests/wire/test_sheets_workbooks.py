"""Workbooks: a cell without a value is named, nothing is calculated, and one that means harm is refused."""

import io
import re
import zipfile
from datetime import time

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from tests.wire.making_sheets import (
    EMAIL,
    GOOD,
    SHEET1,
    TITLES,
    book,
    good,
    part,
    rebuilt,
    row,
    said,
    saved,
    worksheet,
)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("=1+1", "Row 2, Before: this is a formula. Copy the column and paste it as values."),
        (ArrayFormula("B2:B2", "=SUM(1,2)"), "Row 2, Before: this is a formula."),
        ("#N/A", "Row 2, Before: the spreadsheet shows an error here (#N/A)."),
        (time(10, 30), "Row 2, Before: this is neither text nor a date with a time."),
    ],
)
def test_a_cell_without_a_value_is_named(cell: object, sentence: str) -> None:
    assert said(book(TITLES, ("Email", cell, "b", None, "log")))[0].startswith(sentence)


def test_a_formula_in_a_column_nobody_reads_is_no_matter() -> None:
    assert good(book((*TITLES, "Days"), (*EMAIL, "=1+1"))).unread == ("Days",)


def test_a_formulas_last_result_is_not_believed() -> None:
    made = book(TITLES, ("Email", "=A1", "b", None, "log"))
    forged = part(made).replace(b"<f>A1</f><v", b"<f>A1</f><v>good@example.com</v><x")
    assert "formula" in said(rebuilt(made, {SHEET1: forged}))[0]


def test_an_empty_sheet_beside_is_no_matter_and_a_full_one_is() -> None:
    assert good(book(*GOOD, Sheet2=(), Sheet3=()))
    assert said(book(*GOOD, More=(TITLES, EMAIL))) == [
        "The workbook has several sheets with something in them: Sheet, More. Keep the one with the rows, or attach each "
        "by itself."
    ]


def test_a_hidden_sheet_is_not_read() -> None:
    made = load_workbook(io.BytesIO(book(*GOOD, Lists=(("a",), ("b",)))))
    made["Lists"].sheet_state = "hidden"
    assert len(good(saved(made)).rows) == 2


def test_a_wide_workbook_is_refused_and_a_wide_format_is_not() -> None:
    assert "too wide" in said(book((*TITLES, *[None] * 60, "far"), EMAIL))[0]
    made = load_workbook(io.BytesIO(book(*GOOD)))
    made.active.cell(1, 90).number_format = "0.00"
    assert good(saved(made))


@pytest.mark.parametrize("claimed", [b"A1", b"A1:XFD1048576", b"Z9:A1"])
def test_the_size_a_sheet_claims_to_have_is_not_believed(claimed: bytes) -> None:
    made = book(*GOOD)
    forged = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + claimed + b'"', part(made))
    assert len(good(rebuilt(made, {SHEET1: forged})).rows) == 2


BOMB = worksheet(row(1, "<c/>" * 3_000_000))
LOL = '<!DOCTYPE x [<!ENTITY a "' + "a" * 100 + '"><!ENTITY b "' + "&a;" * 100 + '">]>'


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({SHEET1: BOMB}, "The workbook unpacks to far more"),
        ({f"xl/{n}.bin": bytes(999_999) for n in range(51)}, "The workbook unpacks to far more"),
        ({f"xl/{n}.txt": b"" for n in range(1_000)}, "The workbook unpacks to far more"),
        ({SHEET1: worksheet(row(1, "<c/>" * 240_000) * 3)}, "The workbook"),
        (
            {SHEET1: worksheet(row(1, "<c r='A1' t='inlineStr'><is><t>&b;</t></is></c>"), LOL)},
            "The workbook is damaged",
        ),
        ({SHEET1: worksheet("", "<!DOCTYPE x SYSTEM 'http://thief.test/x.dtd'>")}, "The workbook is damaged"),
        ({SHEET1: worksheet(row(2) + row(1))}, "The workbook is damaged"),
        ({SHEET1: worksheet(row(99_999_999_999))}, "The workbook is damaged"),
        ({SHEET1: worksheet(row("x"))}, "The workbook is damaged"),
        ({SHEET1: b"<worksheet>"}, "The workbook is damaged"),
        ({SHEET1: b""}, "The workbook is damaged"),
        ({"xl/workbook.xml": b"<a/>"}, "No row of titles was found"),
        ({"xl/vbaProject.bin": b"macro"}, "The workbook holds macros"),
        ({"xl/macrosheets/sheet1.xml": b"<a/>"}, "The workbook holds macros"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "This is no Excel workbook"),
        ({"xl/workbook.bin": b"x"}, "This is no Excel workbook"),
    ],
)
def test_a_workbook_that_means_harm_is_refused(parts: dict[str, bytes], sentence: str) -> None:
    assert said(rebuilt(book(*GOOD), parts))[0].startswith(sentence)


def test_any_other_zip_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert said(out.getvalue())[0].startswith("This is no Excel workbook")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_rare_compression_is_refused(method: int) -> None:
    assert said(rebuilt(book(*GOOD), {}, method))[0].startswith("This is no Excel workbook")


def test_a_password_is_asked_to_be_taken_off() -> None:
    locked = bytearray(book(*GOOD))
    for found in re.finditer(rb"PK\x01\x02", bytes(locked)):
        locked[found.start() + 8] |= 1
    assert said(bytes(locked))[0].startswith("The workbook has a password")


def test_too_many_cells_are_refused_before_they_are_read() -> None:
    filler = "".join(f'<c r="A{n % 7}" s="{n}"/>' for n in range(610_000))
    content = rebuilt(book(*GOOD), {SHEET1: worksheet(row(1, filler))})
    assert said(content)[0].startswith("The workbook has far more cells")


def test_too_many_rows_are_refused_and_far_ones_are_read() -> None:
    content = rebuilt(book(*GOOD), {SHEET1: worksheet("".join(map(row, range(1, 20_002))))})
    assert said(content)[0].startswith("The workbook has far more cells")
    far = part(book(*GOOD)).replace(b'"3"', b'"1048576"').replace(b'3" t=', b'1048576" t=')
    assert [one.number for one in good(rebuilt(book(*GOOD), {SHEET1: far})).rows] == [2, 1_048_576]
