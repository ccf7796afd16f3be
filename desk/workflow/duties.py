"""Duties: what is owed now, by whom, since when, how late, and who may do it. Pure.

Decisions, cards, the home tab, reminders and refusals all read this one view.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from desk.case.situation import Situation
from desk.case.state import Case, StepState
from desk.playbook.model import Part, Playbook, Step
from desk.playbook.parts import Due, Rung
from desk.values import Text
from desk.workflow import conditions
from desk.workflow.calendar import due_at, put_off


@dataclass(frozen=True)
class Duty:
    """Open step, or one part of it, that is owed now. `key` names it within the case."""

    key: str
    step: str
    part: str | None
    occurrence: int
    title: Text
    owner: str
    opened_at: datetime
    due_at: datetime | None
    claimed_by: str | None
    urgent: bool
    sop: int | str | None
    due_in_sop: bool
    chase: tuple[Rung, ...]
    locked_by: tuple[Text, ...] = ()

    def late(self, now: datetime) -> bool:
        """Return whether the due time has passed."""
        return self.due_at is not None and now > self.due_at


def duties(situation: Situation) -> tuple[Duty, ...]:
    """List what is owed, in the playbook's order; nothing in a closed case."""
    case = situation.case
    if not case.open:
        return ()
    found: list[Duty] = []
    for name, step in situation.playbook.steps.items():
        if case.step(name).status == "open":
            found.extend(_of_step(situation, name, step))
    return tuple(found)


def _of_step(situation: Situation, name: str, step: Step) -> list[Duty]:
    if not step.parts:
        return [_whole(situation, name, step)]
    state = situation.case.step(name)
    left = [part for part in parts_of(situation, step) if part not in state.parts]
    return [_part(situation, name, step, part) for part in left]


def parts_of(situation: Situation, step: Step) -> tuple[str, ...]:
    """List the parts a step has in this case: enabled, and with their condition met."""
    return tuple(
        name for name, part in step.parts.items() if part.enabled and conditions.holds(part.when, situation) is True
    )


def _whole(situation: Situation, name: str, step: Step) -> Duty:
    case = situation.case
    state = case.step(name)
    assert state.opened_at is not None
    return Duty(
        key=f"{name}/{state.occurrence}",
        step=name,
        part=None,
        occurrence=state.occurrence,
        title=step.title,
        owner=owner_of(case, step),
        opened_at=state.opened_at,
        due_at=_due(situation, step, step.due, state),
        claimed_by=state.claimed_by,
        urgent=step.urgent,
        sop=step.sop,
        due_in_sop=bool(step.due and step.due.sop),
        chase=step.chase,
    )


def owner_of(case: Case, step: Step) -> str:
    """Return the role that owes a step: after a lockout another role than its owner."""
    return step.lockout.then if step.lockout and case.locked else step.owner


def _part(situation: Situation, name: str, step: Step, part_name: str) -> Duty:
    state, part = situation.case.step(name), step.parts[part_name]
    assert state.opened_at is not None
    due = part.due or step.due
    return Duty(
        key=f"{name}/{state.occurrence}/{part_name}",
        step=name,
        part=part_name,
        occurrence=state.occurrence,
        title=part.title,
        owner=part.by or step.owner,
        opened_at=state.opened_at,
        due_at=_due(situation, step, due, state),
        claimed_by=state.claimed_by if (part.by or step.owner) == step.owner else None,
        urgent=step.urgent,
        sop=step.sop,
        due_in_sop=bool(due and due.sop),
        chase=step.chase,
        locked_by=_locks(step, part, parts_of(situation, step), state.parts.keys()),
    )


def _due(situation: Situation, step: Step, due: Due | None, state: StepState) -> datetime | None:
    assert state.opened_at is not None
    at = due_at(situation.case, situation.playbook, step, due, state.opened_at)
    return put_off(at, state.held_until, state.paused)


def _locks(step: Step, part: Part, present: Collection[str], done: Collection[str]) -> tuple[Text, ...]:
    waiting = (name for name in part.after if name in present and name not in done)
    return tuple(step.parts[name].title for name in waiting)


def duty_of(situation: Situation, step: str, part: str | None) -> Duty | None:
    """Return one open duty."""
    return next((d for d in duties(situation) if d.step == step and d.part == part), None)


def doers(playbook: Playbook, duty: Duty) -> str:
    """Return the role that may do a duty."""
    part = playbook.steps[duty.step].parts.get(duty.part or "")
    return (part.by if part and part.by else None) or duty.owner
