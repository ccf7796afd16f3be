"""No bytes break the reader of sheets."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.sheets.columns import Sheet
from tests.wire.making_sheets import (
    GOOD,
    SHARED,
    SHEET1,
    TITLES,
    as_excel,
    part,
    read,
    rebuilt,
    say,
    text,
)


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
