"""The desk's words to sheets and back: what is attached calculates nothing, and what is uploaded fits its field."""

import csv
import io
from datetime import UTC, datetime

import pytest

from bot.sheets import SheetReader, write_sheet
from desk.case.effects import Sheet
from desk.case.results import SheetRows, SheetWrong
from desk.fields.parse import read_cells
from tests.desk.bench import mr_d, qualia

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
ZA = "Africa/Johannesburg"
CHANGES = mr_d().fields["changes"]
SHEET = Sheet(
    name="ATO-12-changes",
    header=("Field", "Before", "After", "When", "Source"),
    rows=(
        ("email", "a@example.com", "=HYPERLINK(1)", "2026-11-20 18:02", "203.0.113.9"),
        ("name", "-", "+27 82", "", "@x"),
    ),
)


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_no_cell_is_calculated_by_a_spreadsheet() -> None:
    rows = cells(write_sheet(SHEET))
    assert rows[0] == list(SHEET.header)
    assert rows[1][2] == "'=HYPERLINK(1)"
    assert [rows[2][1], rows[2][2], rows[2][4]] == ["'-", "'+27 82", "'@x"]


async def read(content: bytes) -> SheetRows | SheetWrong:
    return await SheetReader().read(content, CHANGES, ZA, NOW)


async def test_what_the_desk_attached_reads_back_as_the_same_rows() -> None:
    plain = SHEET.model_copy(update={"rows": ((*SHEET.rows[0][:2], "b@example.com", *SHEET.rows[0][3:]),)})
    found = await read(write_sheet(plain))
    assert isinstance(found, SheetRows)
    assert tuple(found.rows[0].cells.values()) == plain.rows[0]
    row = read_cells(CHANGES, 2, found.rows[0].cells, NOW)
    assert row == dict(zip(("field", "before", "after", "when", "source"), plain.rows[0], strict=True))


@pytest.mark.parametrize(
    ("when", "kept"),
    [
        ("2026-11-20T16:02:00Z", "2026-11-20 18:02"),
        ("20/11/2026 18:02", "2026-11-20 18:02"),
        ("2026-11-20 18:02", "2026-11-20 18:02"),
    ],
)
async def test_times_are_kept_as_they_are_typed_in_the_form(when: str, kept: str) -> None:
    found = await read(f"field,before,after,changed at\nemail,a,b,{when}\n".encode())
    assert isinstance(found, SheetRows)
    assert found.rows[0].cells["when"] == kept


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"<!doctype html><html>Sign in", "This is a web page"),
        (b"field,before\nemail,a\n", "column “{column}” is missing"),
        (b"field,before,after\nemail,=1+1,b\n", "this is a formula"),
        (b"x" * 6_000_000, "too big"),
    ],
)
async def test_a_file_that_does_not_fit_says_why(content: bytes, says: str) -> None:
    found = await read(content)
    assert isinstance(found, SheetWrong)
    assert says in found.lines[0].key


async def test_no_line_repeats_what_stands_in_a_cell() -> None:
    secret = "werner@example.com"
    found = await read(f"field,before,after,when\nemail,{secret},b,{secret}\n".encode())
    assert isinstance(found, SheetWrong)
    assert secret not in found.model_dump_json()


@pytest.mark.parametrize("book", [mr_d(), qualia()], ids=["mr_d", "qualia"])
def test_every_kind_of_column_takes_its_own_example(book: object) -> None:
    examples = {
        "order": "DFD-77120",
        "money": "129.90",
        "ip": "203.0.113.9",
        "yes_no": "yes",
        "time": "2026-11-21 22:47",
        "text": "x",
    }
    for field in book.fields.values():  # type: ignore[attr-defined]
        if field.type == "rows":
            row = read_cells(field, 2, {name: examples[one.type] for name, one in field.columns.items()}, NOW)
            assert isinstance(row, dict), row
