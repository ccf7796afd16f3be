"""Sheets that are written: nothing in them is calculated, and they read back as they were."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from integrations.sheets.cells import clean
from integrations.sheets.columns import ACTIVITY, FINDINGS
from integrations.sheets.write import write_csv, write_xlsx
from tests.wire.making_sheets import (
    ZA,
    good,
    part,
    said,
)

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
