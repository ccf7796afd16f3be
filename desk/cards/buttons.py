"""Buttons of a case card: the actions offered for an open duty. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from desk.cards.forms import one_tap
from desk.cards.step_status import tried_by
from desk.playbook.model import Playbook, Step
from desk.values import Text
from desk.workflow.duties import Duty


@dataclass(frozen=True)
class Button:
    """Action of a reader: `form` opens a modal, otherwise one tap completes it."""

    step: str
    part: str | None
    occurrence: int
    outcome: str
    title: Text
    form: bool
    style: str | None
    attempt: str = ""
    """The attempt this button logs; it then has no outcome."""


def buttons(playbook: Playbook, duty: Duty) -> Iterator[Button]:
    """Yield the buttons for a duty, the most important first."""
    step = playbook.steps[duty.step]
    part = step.parts.get(duty.part or "")
    if part:
        tap = one_tap(playbook, duty.step, "done", duty.part)
        yield Button(duty.step, duty.part, duty.occurrence, "done", part.button or part.title, not tap, None)
        yield from _tries(step, duty)
        return
    yield from _of_whole(playbook, duty)
    yield from _tries(step, duty)


def _tries(step: Step, duty: Duty) -> Iterator[Button]:
    for name in tried_by(step, duty.part):
        title = step.attempts[name].title
        yield Button(duty.step, None, duty.occurrence, "", title, True, None, attempt=name)


def _of_whole(playbook: Playbook, duty: Duty) -> Iterator[Button]:
    step = playbook.steps[duty.step]
    if not step.outcomes:
        tap = one_tap(playbook, duty.step, "done")
        yield Button(duty.step, None, duty.occurrence, "done", step.title, not tap, "primary")
    elif any(o.title for o in step.outcomes.values()):
        yield from _outcome_buttons(playbook, duty)


def _outcome_buttons(playbook: Playbook, duty: Duty) -> Iterator[Button]:
    step = playbook.steps[duty.step]
    if step.verdict or not all(ask.optional for ask in step.asks):
        yield Button(duty.step, None, duty.occurrence, "", step.title, True, "primary")
        return
    for name, outcome in step.outcomes.items():
        tap = one_tap(playbook, duty.step, name)
        yield Button(duty.step, None, duty.occurrence, name, outcome.title, not tap, outcome.style)
        if outcome.more:
            yield Button(duty.step, None, duty.occurrence, name, outcome.more, True, None)
