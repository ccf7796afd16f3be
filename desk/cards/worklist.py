"""Work list across cases: one row per open duty, stored beside the cases, so that no case has to be loaded. Pure.

Rows hold words of the playbook and ids of staff; no personal data of customers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.cards.buttons import Button, buttons
from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.template_values import display
from desk.playbook.model import Playbook, Step
from desk.values import Text
from desk.workflow.calendar import due_at, put_off
from desk.workflow.duties import Duty, doers, duties


@dataclass(frozen=True)
class Press:
    """Most important button of a duty: with `form` it opens a modal, otherwise one tap completes the duty."""

    outcome: str
    title: Text
    form: bool


@dataclass(frozen=True)
class Owed:
    """Row of the work list: a duty of a case. `listed` marks the row that stands for its step and role in lists.

    `held_by` is the assignee: the claimer, else the opener where the role is reached by direct message. `waiting` means
    that due times are paused until the customer answers.
    """

    case: str
    number: int
    display: str
    duty: str
    step: str
    part: str | None
    occurrence: int
    role: str
    title: Text
    press: Press | None
    claimed_by: str | None
    held_by: str | None
    opened_by: str
    opened_at: datetime
    due_at: datetime | None
    urgent: bool
    waiting: bool
    locked: bool
    listed: bool

    def late(self, now: datetime) -> bool:
        """Return whether the due time has passed."""
        return self.due_at is not None and now > self.due_at and not (self.waiting or self.locked)


@dataclass(frozen=True)
class Goal:
    """Service goal of a case, such as the suspension: due when, and reached when."""

    step: str
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class Figures:
    """Key figures of a day: cases opened, goals reached in time of those due, and duties late now."""

    opened: int = 0
    in_time: int = 0
    of: int = 0
    late: int = 0


def owed(situation: Situation) -> tuple[Owed, ...]:
    """List the rows of a case; none for a closed one."""
    open_now = duties(situation)
    first = {duty.key for duty in _first(situation.playbook, open_now)}
    return tuple(_owed(situation, duty, duty.key in first) for duty in open_now)


def _first(playbook: Playbook, open_now: Iterable[Duty]) -> Iterator[Duty]:
    """Return for each step and role the unlocked duty that is due first."""
    groups: dict[tuple[str, str], list[Duty]] = {}
    for duty in open_now:
        if not duty.locked_by:
            groups.setdefault((duty.step, doers(playbook, duty)), []).append(duty)
    for group in groups.values():
        yield min(group, key=lambda duty: (duty.due_at is None, duty.due_at or duty.opened_at))


def _owed(situation: Situation, duty: Duty, listed: bool) -> Owed:
    case, playbook = situation.case, situation.playbook
    role = doers(playbook, duty)
    found = playbook.roles.get(role)
    direct = found is not None and found.inbox == "direct"
    return Owed(
        case=case.id,
        number=case.number,
        display=display(case, playbook),
        duty=duty.key,
        step=duty.step,
        part=duty.part,
        occurrence=duty.occurrence,
        role=role,
        title=duty.title,
        press=None if duty.locked_by else _press(tuple(buttons(playbook, duty))),
        claimed_by=duty.claimed_by,
        held_by=duty.claimed_by or (case.opened_by if direct and not case.opener_left else None),
        opened_by=case.opened_by,
        opened_at=duty.opened_at,
        due_at=duty.due_at,
        urgent=duty.urgent,
        waiting=case.waiting_since is not None and not duty.urgent,
        locked=bool(duty.locked_by),
        listed=listed,
    )


def _press(found: Sequence[Button]) -> Press | None:
    """Return one button; where several lead to forms, the choice is made in the form."""
    if not found:
        return None
    first = found[0]
    if first.form and len(found) > 1:
        return Press("", {}, form=True)
    return Press(first.outcome, first.title, first.form)


def goal_of(playbook: Playbook) -> tuple[str, Step] | None:
    """Return the goal's step: the last urgent one whose due time counts from the call."""
    found = [
        (name, step)
        for name, step in playbook.steps.items()
        if step.enabled and step.in_sop and step.urgent and step.due and step.due.origin == "case_opened"
    ]
    return found[-1] if found else None


def goal(case: Case, playbook: Playbook) -> Goal | None:
    """Return when this case's goal is due and when it was reached; None where it does not apply."""
    found = goal_of(playbook)
    if found is None or case.opened_at is None:
        return None
    name, step = found
    state = case.step(name)
    if state.status == "skipped" or (case.ending and not state.done):
        return None
    due = due_at(case, playbook, step, step.due, case.opened_at)
    moved = put_off(due, state.held_until, state.paused)
    return Goal(name, moved, state.done.at if state.done else None) if moved else None
