"""Sheets: read by what they are, every wrong line named, nothing calculated, and no bytes that break the reader."""

import codecs
import io
import re
import zipfile
from datetime import UTC, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from integrations.sheets.cells import clean
from integrations.sheets.columns import ACTIVITY, FINDINGS, Sheet
from integrations.sheets.read import read_sheet
from integrations.sheets.write import write_csv, write_xlsx
from tests.wire.making_sheets import (
    EMAIL,
    GOOD,
    PHONE,
    SHARED,
    SHEET1,
    TITLES,
    ZA,
    as_excel,
    book,
    good,
    part,
    read,
    rebuilt,
    row,
    said,
    saved,
    say,
    text,
    worksheet,
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


# Workbooks ------------------------------------------------------------------------------------------


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


# What is written ------------------------------------------------------------------------------------

ACTIVE = [
    "=1+1",
    "+27835550177",
    "-1",
    "@SUM(A1)",
    "\uff1d1",
    "'=1",
    "''+1",
    "'plain",
    "\t=1",
    "\n=1",
]


@pytest.mark.parametrize("words", ACTIVE)
@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_what_a_spreadsheet_would_calculate_is_kept_a_text(words: str, write) -> None:
    rows = [{"field": "Email", "before": words, "after": "b", "changed_at": None, "source": "log"}]
    content = write(FINDINGS, rows)
    assert good(content).rows[0].values["before"] == words.strip()
    if write is write_csv:
        cell = content.decode("utf-8-sig").split('"')[11 + 2]
        assert not cell.startswith(tuple("=+-@\t\r\n\uff1d"))
    else:
        assert b"<f>" not in part(content)
        kept = load_workbook(io.BytesIO(content)).active["B2"]
        assert (kept.data_type, kept.quotePrefix) == ("s", True)


def test_titles_are_in_the_language_and_instants_in_the_zone() -> None:
    rows = [
        {
            "at": "2026-11-21T19:40:00+00:00",
            "action": "Accesso",
            "ip": "203.0.113.7",
            "suspicious": "yes",
        }
    ]
    told = write_csv(ACTIVITY, rows, language="it", zone="Europe/Rome", separator=";").decode("utf-8-sig")
    assert told == (
        '"Quando";"Azione";"Indirizzo IP";"Sospetto"\r\n"2026-11-21 20:40:00+01:00";"Accesso";"203.0.113.7";"yes"\r\n'
    )


def test_an_empty_sheet_is_a_form_to_fill_in() -> None:
    assert said(write_xlsx(FINDINGS, ()))[0].startswith("There is no row below the titles")


# Whatever comes -------------------------------------------------------------------------------------

words = st.text(max_size=30).map(clean).filter(bool)
findings = st.fixed_dictionaries(
    {
        "field": words,
        "before": words,
        "after": words,
        "changed_at": st.none()
        | st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001 - UTC next
            lambda at: at.replace(tzinfo=UTC).isoformat()
        ),
        "source": words,
    }
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(findings, min_size=1, max_size=5),
    st.sampled_from(["en", "it"]),
    st.sampled_from(["UTC", ZA, "Europe/Rome"]),
)
def test_what_was_written_reads_back_as_it_was(rows, language: str, zone: str) -> None:
    for content in (
        write_csv(FINDINGS, rows, language=language, zone=zone),
        write_csv(FINDINGS, rows, language=language, zone=zone, separator=";"),
        write_xlsx(FINDINGS, rows, language=language, zone=zone),
    ):
        assert [dict(row.values) for row in good(content).rows] == rows


def never_breaks(content: bytes) -> None:
    found = read(content)
    assert isinstance(found, Sheet) or all(say(error) for error in found)
    assert found


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda some: some.encode("utf-8", "ignore")))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    never_breaks(content)
    never_breaks(b"PK\x03\x04" + content)
    never_breaks(text(TITLES).encode() + content)
    never_breaks(text(TITLES).encode("utf-16") + content)


WHOLE = as_excel(*GOOD)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_broken_workbook_breaks_the_reader(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    never_breaks(WHOLE[:at] + data.draw(st.binary(max_size=8)) + WHOLE[at + 1 :])


PARTS = (
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    SHARED,
    SHEET1,
)
PIECES = (
    b"",
    b"1",
    b"-1",
    b"1e999",
    b"nan",
    b"<",
    b"&#0;",
    b'"',
    b'" t="d" x="',
    b'" t="e" x="',
    b'" t="b" x="',
    b"99999999999999999999",
    b"\xff",
    b"<v>x</v>",
    b'" r="ZZZ9" x="',
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_part_of_a_workbook_breaks_the_reader(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(PARTS))
    old = part(WHOLE, name)
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, min(len(old), start + 6)))
    never_breaks(rebuilt(WHOLE, {name: old[:start] + data.draw(st.sampled_from(PIECES)) + old[end:]}))
