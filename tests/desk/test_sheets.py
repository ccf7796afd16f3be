"""Rows as sheets: what is attached to the ticket, and what an uploaded sheet does to the step it was uploaded with."""

from typing import Any

import pytest

from config.locales import Catalogue
from desk.cards.case_card import face
from desk.case import commands as cmd
from desk.case.effects import ReadSheet
from desk.case.results import SheetRow, SheetRows, SheetWrong
from desk.playbook.model import Deed
from desk.values import Line
from tests.desk.bench import CASE, PEOPLE, Bench, mr_d
from tests.desk.test_mr_d import LOCATE, RECEIVE, SUSPEND, VERIFY

MR_D = mr_d()
SAY = Catalogue()
ROW = {
    "field": "email",
    "before": "a@example.com",
    "after": "=cmd|'/c calc'!A1",
    "when": "2026-11-20 18:02",
    "source": "203.0.113.9",
}
POST = Deed(
    who="data",
    part="flag_security.escalation",
    fill={
        "blacklisted": "blacklisted",
        "logs": "18:31",
        "fraud_orders": "DFD-1001",
        "last_good_orders": "DFD-1000",
        "app_version": "7.12",
    },
)
UPLOAD = Deed(
    who="security",
    step="investigate",
    outcome="access_and_changes",
    fill={"credential_stuffing": "no", "findings_sheet": ["https://mrd.slack.com/files/U1/F0SHEET01/changes.csv"]},
)


def investigating() -> Bench:
    made = Bench(MR_D, hold=frozenset({"read_sheet"}))
    made.play_all([RECEIVE, LOCATE, VERIFY, SUSPEND, POST])
    made.play(Deed(who="security", part="flag_security.acknowledged"))
    made.play(Deed(who="data", part="flag_security.customer_told", fill={"told_how": "call"}))
    assert made.open_steps() == ["investigate"]
    return made


def reading(made: Bench) -> ReadSheet:
    found = made.of("read_sheet")[-1]
    assert isinstance(found, ReadSheet)
    return found


def answer(made: Bench, result: SheetRows | SheetWrong) -> None:
    effect = reading(made)
    made.waiting.remove(effect)
    made.settle(effect, result)
    made.answer()


def rows(*cells: dict[str, str]) -> SheetRows:
    return SheetRows(rows=tuple(SheetRow(number=n, cells=one) for n, one in enumerate(cells, 2)))


def told(made: Bench) -> list[str]:
    mine = [one for one in made.of("tell_people") if one.inbox == "person:USECU001"]
    return [SAY(line, "en", "UTC") for line in mine[-1].lines] if mine else []


def notes(made: Bench) -> list[Any]:
    return [one for one in made.of("update_ticket") if one.note and "Findings" in one.note]


def test_a_sheet_with_the_form_finishes_the_step_once_it_is_read() -> None:
    made = investigating()
    decision = made.play(UPLOAD)
    assert decision.refusal is None
    assert made.open_steps() == ["investigate"]
    assert made.case.value("credential_stuffing") == "no"
    answer(made, rows(ROW))
    assert made.case.value("changes") == [ROW]
    assert made.case.step("investigate").outcome == "access_and_changes"
    done = made.happened("step_completed")[-1]
    assert (done.step, done.by) == ("investigate", "USECU001")


def test_while_a_sheet_is_read_the_card_says_so_and_afterwards_no_more() -> None:
    made = investigating()
    being = Line(key="An uploaded sheet is being read.")
    made.play(UPLOAD)
    assert being in face(made.situation, "role:data_compliance").warnings
    answer(made, SheetWrong(lines=(Line(key="The file is empty."),)))
    assert being not in face(made.situation, "role:data_compliance").warnings


def test_a_sheet_that_cannot_be_read_is_told_to_whoever_uploaded_it() -> None:
    made = investigating()
    made.play(UPLOAD)
    answer(made, SheetWrong(lines=(Line(key="The file is empty."),)))
    assert told(made) == [
        "ATO-12: your sheet for “Personal information that was changed” cannot be used as it is.",
        "The file is empty.",
        "Nothing of it was kept; your other answers were. Mend it and upload it again.",
    ]
    assert made.open_steps() == ["investigate"]
    assert not made.case.known("changes")
    assert made.case.value("credential_stuffing") == "no"


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ({**ROW, "before": ""}, "Row 3: “Before” is missing."),
        ({**ROW, "when": "last night"}, "Row 3: “When” is not as it should be. Write it like 2026-11-21 22:47."),
    ],
)
def test_one_wrong_row_keeps_the_whole_sheet_out_and_is_named_without_its_words(
    cells: dict[str, str], line: str
) -> None:
    made = investigating()
    made.play(UPLOAD)
    answer(made, rows(ROW, cells))
    assert told(made)[1] == line
    assert not made.case.known("changes")
    read = made.happened("sheet_read")[-1]
    assert (read.rows, len(read.wrong)) == (0, 1)
    assert "last night" not in read.model_dump_json()


def test_of_many_mistakes_the_first_are_told_and_the_rest_counted() -> None:
    made = investigating()
    made.play(UPLOAD)
    answer(made, rows(*[{"field": "email"}] * 40))
    assert len(told(made)) == 18
    assert told(made)[-2] == "… (25 more)"


def test_too_many_rows_are_refused_together() -> None:
    made = investigating()
    made.play(UPLOAD)
    answer(made, rows(*[ROW] * 501))
    assert told(made)[1] == "That is too much: 501 lines, 500 at most. Upload a sheet in parts."


def test_when_the_outcome_does_not_fit_the_rows_are_kept_and_the_reason_is_told() -> None:
    made = investigating()
    stuffed = {**UPLOAD.fill, "credential_stuffing": "yes"}
    made.play(UPLOAD.model_copy(update={"fill": stuffed}))
    answer(made, rows(ROW))
    assert made.case.value("changes") == [ROW]
    assert made.open_steps() == ["investigate"]
    assert told(made)[0] == (
        "ATO-12: your sheet was read, 1 rows are kept, but “Investigate and give feedback to Data Compliance” is not finished."
    )
    assert "Give every change" in told(made)[1]


def test_the_same_result_twice_finishes_nothing_twice() -> None:
    made = investigating()
    made.play(UPLOAD)
    effect = reading(made)
    answer(made, rows(ROW))
    before = made.case.version
    made.settle(effect, rows(ROW))
    assert made.case.version == before


def test_a_second_sheet_takes_the_place_of_the_first() -> None:
    made = investigating()
    made.play(UPLOAD)
    answer(made, SheetWrong(lines=(Line(key="The file is empty."),)))
    second = {
        **UPLOAD.fill,
        "findings_sheet": ["https://mrd.slack.com/files/U1/F0SHEET02/changes.csv"],
    }
    made.play(UPLOAD.model_copy(update={"fill": second}))
    keys = [one.key for one in made.of("read_sheet")]
    assert len(set(keys)) == 2
    answer(made, rows(ROW))
    assert made.case.step("investigate").status == "done"


def test_two_sheets_at_once_are_refused_at_the_field() -> None:
    made = investigating()
    two = {**UPLOAD.fill, "findings_sheet": ["F0SHEET01", "F0SHEET02"]}
    refused = made.play(UPLOAD.model_copy(update={"fill": two}))
    assert refused.refusal is not None
    assert [one.field for one in refused.refusal.fields] == ["findings_sheet"]
    assert not made.of("read_sheet")


def test_a_correction_may_bring_a_sheet_and_finishes_nothing() -> None:
    made = investigating()
    command = made.command(UPLOAD)
    assert isinstance(command, cmd.CompleteStep)
    facts = {"findings_sheet": command.fills["findings_sheet"]}
    made.tell(cmd.RecordFacts(case=CASE, delivery="c", by=PEOPLE["security"], fills=facts))
    answer(made, rows(ROW))
    assert made.case.value("changes") == [ROW]
    assert made.open_steps() == ["investigate"]


def test_somebody_else_finishing_first_costs_the_sheet_nothing() -> None:
    made = investigating()
    made.play(UPLOAD)
    typed = {"credential_stuffing": "no", "changes": "email | a | b"}
    made.play(Deed(who="security", step="investigate", outcome="access_and_changes", fill=typed))
    answer(made, rows(ROW))
    assert made.case.value("changes") == [ROW]
    assert "Already finished" in told(made)[1]


# Onto the ticket ----------------------------------------------------------------------------------


def test_the_rows_go_onto_the_ticket_with_the_note() -> None:
    made = investigating()
    made.play(UPLOAD)
    answer(made, rows(ROW, {**ROW, "when": ""}))
    (note,) = notes(made)
    assert note.sheet.name == "ATO-12-changes"
    assert note.sheet.header == ("Field", "Before", "After", "When", "Source")
    assert note.sheet.rows == (tuple(ROW.values()), (*list(ROW.values())[:3], "", "203.0.113.9"))


def test_without_rows_there_is_no_sheet() -> None:
    made = investigating()
    made.play(
        Deed(
            who="security",
            step="investigate",
            outcome="access_only",
            fill={"credential_stuffing": "no"},
        )
    )
    (note,) = notes(made)
    assert note.sheet is None
