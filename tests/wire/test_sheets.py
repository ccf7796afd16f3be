"""Sheets: read by what they are, and every wrong line named."""

import codecs
from datetime import UTC, datetime

import pytest

from integrations.sheets.columns import ACTIVITY, FINDINGS, Sheet
from integrations.sheets.read import read_sheet
from tests.wire.making_sheets import (
    EMAIL,
    GOOD,
    PHONE,
    TITLES,
    as_excel,
    book,
    good,
    read,
    said,
    text,
)

# What is read ---------------------------------------------------------------------------------------

EXPECTED = [
    {
        "field": "Email",
        "before": "werner@example.com",
        "after": "thief@mail.example",
        "changed_at": "2026-11-20T21:12:00+00:00",
        "source": "197.80.1.2",
    },
    {
        "field": "Cellphone",
        "before": "+27835550177",
        "after": "+27615550199",
        "changed_at": None,
        "source": "log 4711",
    },
]

FORMS = {
    "commas": text(*GOOD).encode(),
    "semicolons": text(*GOOD, separator=";").encode(),
    "tabs": text(*GOOD, separator="\t").encode(),
    "Excel's own first line": b"sep=;\r\n" + text(*GOOD, separator=";").encode(),
    "a mark": codecs.BOM_UTF8 + text(*GOOD).encode(),
    "UTF-16, as Excel's Unicode text": text(*GOOD, separator="\t").encode("utf-16"),
    "UTF-16 big-endian": codecs.BOM_UTF16_BE + text(*GOOD).encode("utf-16-be"),
    "UTF-16 without a mark": text(*GOOD).encode("utf-16-le"),
    "UTF-16 big-endian without a mark": text(*GOOD).encode("utf-16-be"),
    "UTF-32": text(*GOOD).encode("utf-32"),
    "an old Mac": text(*GOOD).replace("\r\n", "\r").encode(),
    "Unix, no end of line at the end": text(*GOOD).replace("\r\n", "\n").rstrip("\n").encode(),
    "everything in quotation marks": text(*[tuple(f'"{c}"' for c in row) for row in GOOD]).encode(),
    "a workbook": book(*GOOD),
    "a workbook of Excel's own": as_excel(*GOOD),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read(form: str) -> None:
    sheet = good(FORMS[form])
    assert [dict(row.values) for row in sheet.rows] == EXPECTED
    assert sheet.kind == ("xlsx" if "workbook" in form else "csv")
    assert (sheet.unread, sheet.guessed) == ((), False)


@pytest.mark.parametrize("name", ["findings.csv", "findings.xlsx", "findings.exe", "", "x" * 500])
@pytest.mark.parametrize("form", ["commas", "a workbook"])
def test_a_name_decides_nothing(name: str, form: str) -> None:
    sheet = read_sheet(name, FORMS[form], FINDINGS)
    assert isinstance(sheet, Sheet)
    assert len(sheet.name) <= 100


@pytest.mark.parametrize(
    "titles",
    [
        "WHAT WAS CHANGED,old value,New_Value,date & time,IP-address",
        " field , before , after , changed  at , source ",
        "Cosa è stato modificato,Prima,Dopo,Modificato il,Origine (IP o log)",
        "Campo,Valore precedente,Nuovo valore,Data e ora,Indirizzo IP",
        "Cosa e stato modificato,PRIMA,DOPO,Quando,Fonte",
    ],
)
def test_titles_are_found_however_they_are_written(titles: str) -> None:
    if "date & time" in titles:
        titles = titles.replace("date & time", "date and time")
    row = ",".join(EMAIL)
    assert dict(good(f"{titles}\n{row}\n").rows[0].values) == EXPECTED[0]


def test_columns_stand_in_any_order_and_others_are_named() -> None:
    sheet = good("Analyst,After,Source,Before,Field\nAisha,b,log,a,Email\n")
    assert dict(sheet.rows[0].values) == {
        "field": "Email",
        "before": "a",
        "after": "b",
        "changed_at": None,
        "source": "log",
    }
    assert sheet.unread == ("Analyst",)


def test_titles_may_stand_below_a_heading_and_blank_lines() -> None:
    sheet = good(f"Findings of ATO-12,,,,\n\n{text(*GOOD)}")
    assert [row.number for row in sheet.rows] == [4, 5]


def test_rows_have_the_numbers_a_spreadsheet_shows() -> None:
    made = book(TITLES, EMAIL, (), (), PHONE, (None, "", "  "))
    assert [row.number for row in good(made).rows] == [2, 5]
    lines = good('Field,Before,After,Source\nAddress,"1 A\n2 B",x,log\n\nEmail,a,b,log\n').rows
    assert [row.number for row in lines] == [2, 4]
    assert lines[0].values["before"] == "1 A\n2 B"


def test_letters_of_an_old_windows_file_are_guessed_and_said_to_be() -> None:
    sheet = good("Field;Before;After;Source\nNome;Nicolò – città;x;log\n".encode("cp1252"))
    assert sheet.rows[0].values["before"] == "Nicolò – città"
    assert sheet.guessed


def test_what_nobody_sees_is_taken_out() -> None:
    sheet = good("Field,Before,After,Source\nName,\u202eThandi\u200f\u00a0, Sipho ,log\n")
    assert (sheet.rows[0].values["before"], sheet.rows[0].values["after"]) == ("Thandi", "Sipho")


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026-11-20 23:12", "2026-11-20T21:12:00+00:00"),
        ("2026-11-20T23:12:05", "2026-11-20T21:12:05+00:00"),
        ("2026-11-20T23:12:05Z", "2026-11-20T23:12:05+00:00"),
        ("2026-11-20 23:12:05 UTC", "2026-11-20T23:12:05+00:00"),
        ("2026-11-20 23:12+01:00", "2026-11-20T22:12:00+00:00"),
        ("20/11/2026 23:12", "2026-11-20T21:12:00+00:00"),
        ("3.4.2026, 9.05", "2026-04-03T07:05:00+00:00"),
        ("20-11-2026", "2026-11-19T22:00:00+00:00"),
        (datetime(2026, 11, 20, 23, 12), "2026-11-20T21:12:00+00:00"),  # noqa: DTZ001 - as a workbook holds it
    ],
)
def test_instants_are_of_the_zone_and_day_comes_first(written: object, iso: str) -> None:
    row = ("Email", "a", "b", written, "log")
    assert good(book(TITLES, row)).rows[0].values["changed_at"] == iso
    if isinstance(written, str):
        assert good(text(TITLES, (*row[:3], f'"{written}"', "log"))).rows[0].values == (
            good(book(TITLES, row)).rows[0].values
        )


def test_numbers_of_a_workbook_are_what_a_person_typed() -> None:
    row = ("Cellphone", 27835550177, 27615550199.0, None, 4711.5)
    values = good(book(TITLES, row)).rows[0].values
    assert (values["before"], values["after"]) == ("27835550177", "27615550199")
    assert values["source"] == "4711.5"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Yes", "yes"),
        ("SÌ", "yes"),
        ("si", "yes"),
        ("x", "yes"),
        (True, "yes"),
        ("No", "no"),
        (False, "no"),
        ("", None),
    ],
)
def test_qualia_activity(written: object, value: str | None) -> None:
    row = ("21/11/2026 19:40", "Accesso", "203.0.113.7", written)
    made = book(("Quando", "Azione", "Indirizzo IP", "Sospetto"), row)
    assert dict(good(made, columns=ACTIVITY).rows[0].values) == {
        "at": "2026-11-21T17:40:00+00:00",
        "action": "Accesso",
        "ip": "203.0.113.7",
        "suspicious": value,
    }


# Every wrong line is named --------------------------------------------------------------------------


def test_every_wrong_line_is_named() -> None:
    rows = (
        EMAIL,
        ("Name", "", "Sipho", "", "log"),
        ("Email", "a", "b", "31/02/2026 10:00", ""),
        ("Email", "a", "b", "yesterday", "log", "and more"),
        ("x" * 101, "a", "b", "", "log"),
    )
    assert said(text(TITLES, *rows)) == [
        "Row 3, Before: this is empty. Fill it in; write “none” where there was none.",
        "Row 4, Changed at: this is not a date with a time. Write it like 2026-11-21 22:47 or 21/11/2026 22:47.",
        "Row 4, Source: this is empty. Fill it in; write “none” where there was none.",
        "Row 5: it has 6 cells but there are only 5 titles. Put text that has a separator in it into quotation marks, or "
        "give every column a title.",
        "Row 5, Changed at: this is not a date with a time. Write it like 2026-11-21 22:47 or 21/11/2026 22:47.",
        "Row 6, Field: this is too long: 101 characters, 100 at most.",
    ]


def test_an_error_says_its_row_and_column_to_the_program_too() -> None:
    (error,) = read(text(TITLES, ("Email", "", "b", "", "log")))
    assert (error.row, error.column) == (2, "Before")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file is empty."),
        (codecs.BOM_UTF8 + b" \r\n", "The file is empty."),
        (
            "a,b\n1,2\n",
            "No row of titles was found. The first row has to name the columns: What was changed, Before, "
            "After, Changed at, Source (IP or log).",
        ),
        (text(TITLES), "There is no row below the titles. Add one row for each finding."),
        (
            "Field,Before,After\nEmail,a,b\n",
            "Row 1: the column “Source (IP or log)” is missing. Add it, with something in every row.",
        ),
        (
            "Field,Before,Old value,After,Source\na,b,c,d,e\n",
            "Row 1: two columns are called “Before”. Rename or remove one of them.",
        ),
        (text(TITLES) + 'Email,"a,b,,log\n', "Row 2: the quotation marks do not match."),
        (text(TITLES) + "x" * 200_000, "Row 2: a cell is far too long."),
        (text(TITLES) + "=1+1,a,b,,log\n", "Row 2, Field: this is a formula. Copy the column and paste it as values."),
        ("\u202e" + text(TITLES, ("a", "\uff1dcmd", "b", "", "log")), "Row 2, Before: this is a formula."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "This is a workbook of an old form"),
        (b"<html><table>", "This is a web page"),
        (b"%PDF-1.7\n\x00\x01", "This is neither a CSV nor an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n\x00", "This is neither a CSV nor an Excel workbook"),
        (b"PK\x03\x04 not a zip", "The workbook is damaged"),
        (b"x" * 1_000_001, "The file is too big: a CSV may have 1 MB."),
        (b"PK\x03\x04" + b"x" * 5_000_000, "The file is too big: a workbook may have 5 MB."),
        (text(TITLES, *[EMAIL] * 2_001), "The sheet is too long: it may have 2000 rows. Split it."),
        (text(TITLES, *[("a", "b", "c", "", "d")] * 9_000), "The sheet is too long"),
        (text((*TITLES, *["x"] * 46), EMAIL), "The sheet is too wide: it may have 50 columns."),
    ],
)
def test_a_file_that_will_not_do_says_why(content: bytes | str, sentence: str) -> None:
    assert said(content)[0].startswith(sentence)


def test_two_thousand_rows_are_read() -> None:
    assert len(good(text(TITLES, *[EMAIL] * 2_000)).rows) == 2_000
    assert len(good(book(TITLES, *[EMAIL] * 2_000)).rows) == 2_000


def test_the_future_is_refused_when_now_is_known() -> None:
    now = datetime(2026, 11, 20, 21, tzinfo=UTC)
    assert "future" in said(text(*GOOD), now=now)[0]


def test_a_separator_inside_a_text_is_not_taken_for_one() -> None:
    sheet = good('Field;Before;After;Source\nAddress;"1, 2, 3, 4, 5";"a;b";log\n')
    assert sheet.rows[0].values["before"] == "1, 2, 3, 4, 5"
    assert sheet.rows[0].values["after"] == "a;b"
