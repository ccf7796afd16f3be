"""Sheet requests: uploaded files that are to be read into fields of rows. Pure; no file is read here."""

from desk.case.effects import ReadSheet
from desk.case.situation import Draft
from desk.case.work_events import EffectPlanned, SheetUploaded
from desk.values import BOT, Fact, Person


def reading(
    draft: Draft,
    facts: dict[str, Fact],
    by: Person,
    step: str | None = None,
    outcome: str = "done",
) -> tuple[ReadSheet, ...]:
    """Plan to read the sheets among new facts; with `step`, the step is finished afterwards."""
    found: list[ReadSheet] = []
    for name, given in facts.items():
        into = draft.playbook.fields[name].into
        if into and isinstance(given.value, list):
            found.extend(_read(draft, str(file), into, by, step, outcome) for file in given.value[:1])
    for effect in found:
        draft.add(
            SheetUploaded(at=draft.now, by=by.id, effect=effect.key, field=effect.into),
            EffectPlanned(at=draft.now, by=BOT.id, effect=effect.key, what=effect.kind),
        )
    return tuple(found)


def _read(draft: Draft, file: str, into: str, by: Person, step: str | None, outcome: str) -> ReadSheet:
    case = draft.case
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
