"""What is owed, seen across cases: one row for each open duty, kept beside the cases, so that nobody loads them all.

Pure. It holds words of the playbook and ids of people who work here; nothing of a customer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.cards.buttons import Button, buttons
from desk.case.state import Case
from desk.fields.template_values import display
from desk.playbook.model import Playbook, Step
from desk.values import Text
from desk.workflow.calendar import due_at, put_off
from desk.workflow.duties import Duty, doers, duties


@dataclass(frozen=True)
class Press:
    """The one button that matters: with `form` it opens a modal, otherwise one tap finishes the duty."""

    outcome: str
    title: Text
    form: bool


@dataclass(frozen=True)
class Owed:
    """One duty of one case. `listed` stands for its step and role in lists; the step's other parts do not.

    `held_by` is who has it: whoever claimed it, else the opener where the role is reached in direct messages.
    `waiting` means that the clock stands still until the customer answers.
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
        """Say whether it should have been done."""
        return self.due_at is not None and now > self.due_at and not (self.waiting or self.locked)


@dataclass(frozen=True)
class Goal:
    """What must be done soonest after the call, such as the suspension: by when, and when it was."""

    step: str
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class Figures:
    """A day in numbers: cases opened, goals reached in time of those due, and duties late now."""

    opened: int = 0
    in_time: int = 0
    of: int = 0
    late: int = 0


def owed(case: Case, playbook: Playbook) -> tuple[Owed, ...]:
    """List what a case owes; a closed one owes nothing."""
    open_now = duties(case, playbook)
    first = {duty.key for duty in _first(playbook, open_now)}
    return tuple(_owed(case, playbook, duty, duty.key in first) for duty in open_now)


def _first(playbook: Playbook, open_now: Iterable[Duty]) -> Iterator[Duty]:
    """Give for each step and role the unlocked duty that is due first."""
    groups: dict[tuple[str, str], list[Duty]] = {}
    for duty in open_now:
        if not duty.locked_by:
            groups.setdefault((duty.step, doers(playbook, duty)), []).append(duty)
    for group in groups.values():
        yield min(group, key=lambda duty: (duty.due_at is None, duty.due_at or duty.opened_at))


def _owed(case: Case, playbook: Playbook, duty: Duty, listed: bool) -> Owed:
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
        held_by=duty.claimed_by or (case.opened_by if direct else None),
        opened_by=case.opened_by,
        opened_at=duty.opened_at,
        due_at=duty.due_at,
        urgent=duty.urgent,
        waiting=case.waiting_since is not None and not duty.urgent,
        locked=bool(duty.locked_by),
        listed=listed,
    )


def _press(found: Sequence[Button]) -> Press | None:
    """Choose one button; where several forms lead on, the choice is made in the form."""
    if not found:
        return None
    first = found[0]
    if first.form and len(found) > 1:
        return Press("", {}, form=True)
    return Press(first.outcome, first.title, first.form)


def goal_of(playbook: Playbook) -> tuple[str, Step] | None:
    """Find the step that must be done soonest after the call: the last urgent one whose time counts from there."""
    found = [
        (name, step)
        for name, step in playbook.steps.items()
        if step.enabled and step.in_sop and step.urgent and step.due and step.due.origin == "case_opened"
    ]
    return found[-1] if found else None


def goal(case: Case, playbook: Playbook) -> Goal | None:
    """Say by when this case's goal is due and when it was reached; None where it does not apply to the case."""
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
