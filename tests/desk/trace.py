"""What a rehearsal does on the desk, written down: every text, question, deadline and outside effect of each deed.

The expected traces in `tests/desk/expected/` were read line by line against the procedures; they are the test.
"""

from collections.abc import Iterator
from typing import Any

from desk.cards.case_card import face, inboxes
from desk.cards.forms import form
from desk.playbook.model import Playbook, Rehearsal
from desk.values import in_language
from desk.workflow.duties import duties
from tests.desk.bench import Bench

Line = str


def trace(playbook: Playbook, rehearsal: Rehearsal) -> Iterator[Line]:
    """Play a rehearsal and say, deed by deed, what people saw and what was asked of the outside."""
    made = Bench(playbook)
    for deed in rehearsal.deeds:
        before = made.case.version
        yield f"{deed.who}: {deed.part or deed.step} {deed.outcome or ''}".rstrip()
        yield from _asked(made, deed.part or deed.step or "", deed.outcome)
        decision = made.play(deed)
        if decision.refusal:
            yield f"  refused: {[error.field for error in decision.refusal.fields] or decision.refusal.line.key}"
        yield from (f"  {line}" for event in made.case.log[before:] for line in _event(event))
        yield from (f"  {line}" for effect in made.done for line in _effect(effect))
        made.done.clear()
        yield from (f"  owed: {line}" for line in _owed(made))
        yield from (f"  {line}" for line in _faces(made))
    yield f"ended: {made.case.ending}"


def _asked(made: Bench, what: str, outcome: str | None) -> Iterator[Line]:
    step, _, part = what.partition(".")
    if step not in made.playbook.steps or (part and part not in made.playbook.steps[step].parts):
        yield "  there is no such step"
        return
    shown = form(made.case, made.playbook, step, part or None, outcome)
    language = made.playbook.languages[0]
    yield from (f"  says: {in_language(text, language)}" for text in shown.says)
    yield from (f"  shows: {in_language(text, language)}" for text in shown.shows)
    yield from (f"  asks: {one.name}{' (optional)' if one.optional else ''}" for one in shown.inputs)
    yield from (f"  choice: {one.name}" for one in shown.choices)


def _event(event: Any) -> Iterator[Line]:
    kept = {
        "step_opened": ("step",),
        "step_skipped": ("step",),
        "step_completed": ("step", "outcome"),
        "part_completed": ("step", "part"),
        "promise_made": ("promise",),
        "promise_closed": ("promise", "kept"),
        "case_ended": ("ending",),
        "escalated": ("post",),
        "customer_told": ("texts",),
        "attempt_logged": ("attempt",),
    }.get(event.kind)
    if kept:
        yield f"{event.kind}: " + " ".join(str(getattr(event, name)) for name in kept)


def _effect(effect: Any) -> Iterator[Line]:
    if effect.kind in {"show_card", "look_at_ticket"}:
        return
    left = {"key", "case", "lane", "needs", "urgent"}
    body = effect.model_dump(mode="json", exclude=left, exclude_none=True)
    yield f"{effect.kind}: " + "; ".join(
        f"{name}={value}" for name, value in body.items() if value not in ([], {}, "", False)
    )


def _owed(made: Bench) -> Iterator[Line]:
    for duty in duties(made.situation):
        due = duty.due_at.isoformat() if duty.due_at else "whenever"
        ladder = ", ".join(f"{rung.after} {rung.tell}" for rung in duty.chase)
        yield f"{duty.step}{'.' + duty.part if duty.part else ''} by {due}, locked {len(duty.locked_by)}, ladder {ladder}"


def _faces(made: Bench) -> Iterator[Line]:
    """The words a card opens with."""
    for inbox in inboxes(made.situation):
        for text in face(made.situation, inbox).brief:
            yield f"brief {inbox}: {in_language(text, made.playbook.languages[0])}"
