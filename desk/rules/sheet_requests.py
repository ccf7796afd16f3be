"""Sheet requests: uploaded files that are to be read into fields of rows. Pure; no file is read here."""

from datetime import datetime

from desk.case.effects import ReadSheet
from desk.case.work_events import EffectPlanned, SheetUploaded
from desk.playbook.model import Playbook
from desk.values import BOT, Fact, Person
from desk.workflow.flow import Growing


def reading(
    growing: Growing,
    playbook: Playbook,
    facts: dict[str, Fact],
    by: Person,
    now: datetime,
    step: str | None = None,
    outcome: str = "done",
) -> tuple[ReadSheet, ...]:
    """Plan to read the sheets among new facts; with `step`, the step is finished afterwards."""
    found: list[ReadSheet] = []
    for name, given in facts.items():
        into = playbook.fields[name].into
        if into and isinstance(given.value, list):
            found.extend(_read(growing, str(file), into, by, step, outcome) for file in given.value[:1])
    for effect in found:
        growing.add(
            SheetUploaded(at=now, by=by.id, effect=effect.key, field=effect.into),
            EffectPlanned(at=now, by=BOT.id, effect=effect.key, what=effect.kind),
        )
    return tuple(found)


def _read(growing: Growing, file: str, into: str, by: Person, step: str | None, outcome: str) -> ReadSheet:
    case = growing.case
    return ReadSheet(
        key=f"{case.id}/sheet:{into}/{len(case.sheets) + 1}/0",
        case=case.id,
        lane=f"{case.id}:sheet:{into}",
        urgent=True,
        file=file,
        into=into,
        by=by,
        step=step,
        outcome=outcome,
        occurrence=max(1, case.step(step or "").occurrence),
    )
