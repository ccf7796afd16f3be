"""Rows of an uploaded sheet: recorded completely or not at all, with the errors told to the uploader. Pure."""

from datetime import datetime

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.effects import ReadSheet, TellPeople
from desk.case.lanes import card_lane, planned
from desk.case.results import SheetRows, SheetWrong
from desk.case.situation import Draft
from desk.case.work_events import SheetRead
from desk.fields.check import fact
from desk.fields.parse import read_cells
from desk.fields.redact_secrets import told
from desk.fields.template_values import display
from desk.playbook.parts import FieldSpec
from desk.rules.steps import complete_step
from desk.values import BOT, Line, Refusal

MOST_ROWS = 500
"""Maximum number of rows in one field, typed or uploaded."""
MOST_SAID = 15
"""Maximum number of errors told at once; fixing these usually fixes the rest."""

Rows = list[dict[str, object]]


def keep_rows(draft: Draft, effect: ReadSheet, sheet: SheetRows) -> tuple[TellPeople, ...]:
    """Record the rows and finish their step; rows that do not fit their columns are told to the uploader."""
    spec = draft.playbook.fields[effect.into]
    rows, wrong = _checked(spec, sheet, draft.now)
    if wrong:
        said = SheetWrong(lines=wrong, sha256=sheet.sha256)
        return tell_wrong(draft, effect, said)
    who = effect.by.id
    draft.add(
        ev.FactsRecorded(
            at=draft.now, by=who, facts={effect.into: fact(draft.playbook, effect.into, rows)}, step=effect.step
        ),
        SheetRead(
            at=draft.now,
            by=who,
            effect=effect.key,
            field=effect.into,
            rows=len(rows),
            sha256=sheet.sha256,
        ),
    )
    return _finish(draft, effect, sheet)


def _checked(spec: FieldSpec, sheet: SheetRows, now: datetime) -> tuple[Rows, tuple[Line, ...]]:
    if len(sheet.rows) > MOST_ROWS:
        key = "That is too much: {lines} lines, 500 at most. Upload a sheet in parts."
        return [], (Line(key=key, args={"lines": len(sheet.rows)}),)
    read = [read_cells(spec, row.number, row.cells, now) for row in sheet.rows]
    wrong = tuple(one for one in read if isinstance(one, Line))
    return [dict(one) for one in read if not isinstance(one, Line)], wrong


def _finish(draft: Draft, effect: ReadSheet, sheet: SheetRows) -> tuple[TellPeople, ...]:
    """Finish the step as if the rows had been typed; if that is refused now, its form remains available."""
    secrets = (told(sheet.taken_out),) if sheet.taken_out else ()
    if effect.step is None:
        return _tell(draft, effect, *secrets)
    trial = Draft(draft.situation)
    finish = cmd.CompleteStep(
        case=effect.case,
        delivery="",
        by=effect.by,
        step=effect.step,
        occurrence=effect.occurrence,
        outcome=effect.outcome,
    )
    answer = complete_step(finish, trial)
    if not isinstance(answer, Refusal):
        draft.add(*trial.events)
        return _tell(draft, effect, *secrets)
    kept = Line(
        key="{case}: your sheet was read, {rows} rows are kept, but “{step}” is not finished.",
        args={
            "case": display(draft.case, draft.playbook),
            "rows": len(sheet.rows),
            "step": draft.playbook.steps[effect.step].title,
        },
    )
    fields = (one.line for one in answer.fields)
    return _tell(draft, effect, kept, answer.line, *fields, *secrets)


def tell_wrong(draft: Draft, effect: ReadSheet, sheet: SheetWrong) -> tuple[TellPeople, ...]:
    """Tell the uploader what is wrong, line by line."""
    said = sheet.lines[:MOST_SAID]
    draft.add(
        SheetRead(
            at=draft.now,
            by=BOT.id,
            effect=effect.key,
            field=effect.into,
            rows=0,
            wrong=said,
            sha256=sheet.sha256,
        )
    )
    opening = Line(
        key="{case}: your sheet for “{what}” cannot be used as it is.",
        args={"case": display(draft.case, draft.playbook), "what": draft.playbook.fields[effect.into].title},
    )
    left = len(sheet.lines) - len(said)
    more = [Line(key="… ({count} more)", args={"count": left})] if left else []
    end = Line(key="Nothing of it was kept; your other answers were. Mend it and upload it again.")
    return _tell(draft, effect, opening, *said, *more, end)


def _tell(draft: Draft, effect: ReadSheet, *lines: Line) -> tuple[TellPeople, ...]:
    if not lines:
        return ()
    inbox = f"person:{effect.by.id}"
    told = TellPeople(
        key=f"{effect.key}-told",
        case=effect.case,
        lane=card_lane(draft.case, inbox),
        inbox=inbox,
        thread=False,
        lines=lines,
    )
    draft.add(planned(told, draft.now))
    return (told,)
