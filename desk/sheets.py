"""Rows as sheets: what goes onto a ticket as one, and what an uploaded one is to fill in. Pure; it reads no file."""

from datetime import datetime

from desk.case import Case
from desk.effects import ReadSheet, Sheet
from desk.flow import Growing
from desk.outcomes import EffectPlanned, SheetUploaded
from desk.playbook import Playbook
from desk.showing import show_cell
from desk.speaking import display
from desk.values import BOT, Fact, Person, in_language


def sheet_of(case: Case, playbook: Playbook, name: str | None) -> Sheet | None:
    """Write a field's rows as a sheet in the playbook's first language; None where there are none."""
    rows = case.value(name or "")
    if name is None or not isinstance(rows, list) or not rows:
        return None
    language, columns = playbook.languages[0], playbook.fields[name].columns
    return Sheet(
        name=f"{display(case, playbook)}-{name}",
        header=tuple(in_language(column.title, language) for column in columns.values()),
        rows=tuple(
            tuple(show_cell(row.get(column), language) for column in columns)
            for row in rows
            if isinstance(row, dict)
        ),
    )


def reading(
    growing: Growing,
    playbook: Playbook,
    facts: dict[str, Fact],
    by: Person,
    now: datetime,
    step: str | None = None,
    outcome: str = "done",
) -> tuple[ReadSheet, ...]:
    """Plan to read the sheets among new facts; with a step, it is finished once they are read."""
    found: list[ReadSheet] = []
    for name, given in facts.items():
        into = playbook.fields[name].into
        if into and isinstance(given.value, list):
            found.extend(
                _read(growing, str(file), into, by, step, outcome) for file in given.value[:1]
            )
    for effect in found:
        growing.add(
            SheetUploaded(at=now, by=by.id, effect=effect.key, field=effect.into),
            EffectPlanned(at=now, by=BOT.id, effect=effect.key, what=effect.kind),
        )
    return tuple(found)


def _read(
    growing: Growing, file: str, into: str, by: Person, step: str | None, outcome: str
) -> ReadSheet:
    case = growing.case
    return ReadSheet(
        key=f"{case.id}/sheet:{into}/{len(case.sheets) + 1}/0", case=case.id, lane=f"{case.id}:sheet:{into}", urgent=True,
        file=file, into=into, by=by, step=step, outcome=outcome,
        occurrence=max(1, case.step(step or "").occurrence),
    )  # fmt: skip


def being_read(case: Case) -> bool:
    """Say whether an uploaded sheet is still being read."""
    return any(not _given_up(case, effect) for effect in case.sheets - case.settled)


def _given_up(case: Case, effect: str) -> bool:
    trouble = case.troubles.get(effect)
    return trouble is not None and trouble.dead
