"""Extra status of an open step: attempts, snooze, checklist, override. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from desk.case import events as ev
from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.check import left
from desk.playbook.model import Step
from desk.playbook.parts import Condition
from desk.values import Text
from desk.workflow.duties import parts_of


@dataclass(frozen=True)
class Tried:
    """Logged attempts of one kind, such as calls nobody answered."""

    attempt: str
    title: Text
    count: int
    last_at: datetime


@dataclass(frozen=True)
class Ticked:
    """Progress of a checklist: rows ticked off, of all."""

    part: str
    done: int
    of: int


@dataclass(frozen=True)
class Standing:
    """Extra status of one open step.

    `held_until` is the end of a snooze, of the wait after an attempt, or of a cooling-off period.
    """

    step: str
    tries: tuple[Tried, ...] = ()
    held_until: datetime | None = None
    snoozed: bool = False
    rests: bool = False
    lifted_by: str | None = None
    ticked: tuple[Ticked, ...] = ()


def standings(situation: Situation) -> tuple[Standing, ...]:
    """List the extra status of every open step that has one."""
    case = situation.case
    open_now = (name for name in situation.playbook.steps if case.step(name).status == "open")
    found = (_standing(situation, name) for name in open_now) if case.open else iter(())
    return tuple(one for one in found if one != Standing(one.step))


def _is_snoozed(happened: list[ev.Event]) -> bool:
    """Return whether what holds a step's reminders back is a snooze, and not an attempt."""
    held = [e for e in happened if isinstance(e, ev.StepSnoozed | ev.AttemptLogged)]
    return bool(held) and isinstance(held[-1], ev.StepSnoozed)


def _standing(situation: Situation, name: str) -> Standing:
    case = situation.case
    step, state = situation.playbook.steps[name], case.step(name)
    happened = _since_opened(case, name) if state.attempts or state.held_until or state.overridden else []
    return Standing(
        step=name,
        tries=tuple(_tries(step, happened)),
        held_until=state.held_until,
        snoozed=_is_snoozed(happened),
        rests=state.rests_until is not None and not state.overridden and state.held_until == state.rests_until,
        lifted_by=next((e.by for e in reversed(happened) if isinstance(e, ev.StepOverridden)), None),
        ticked=tuple(_ticked(situation, step)),
    )


def _since_opened(case: Case, step: str) -> list[ev.Event]:
    mine: list[ev.Event] = []
    for event in case.log:
        if getattr(event, "step", None) == step:
            mine = [] if isinstance(event, ev.StepOpened) else [*mine, event]
    return mine


def _tries(step: Step, happened: list[ev.Event]) -> Iterator[Tried]:
    for name, attempt in step.attempts.items():
        logged = [e.at for e in happened if isinstance(e, ev.AttemptLogged) and e.attempt == name]
        if logged:
            yield Tried(name, attempt.title, len(logged), logged[-1])


def _ticked(situation: Situation, step: Step) -> Iterator[Ticked]:
    case = situation.case
    for name in parts_of(situation, step):
        for ask in step.parts[name].asks:
            spec = situation.playbook.fields[ask.field]
            rows = case.value(spec.of or "")
            if spec.type == "ticks" and rows and case.known(ask.field):
                yield Ticked(name, len(rows) - len(left(case, spec, ask.field)), len(rows))


def tried_by(step: Step, part: str | None) -> tuple[str, ...]:
    """List the attempts shown with a part, or with the whole step when no part refers to them.

    A part refers to an attempt when its condition holds until there were enough of them.
    """
    owns = {name: _until_tried(one.when) for name, one in step.parts.items()}
    spoken_of = {name.partition(".")[2] for names in owns.values() for name in names}
    if part is None:
        return tuple(name for name in step.attempts if name not in spoken_of)
    mine = {name.partition(".")[2] for name in owns.get(part, ())}
    return tuple(name for name in step.attempts if name in mine)


def _until_tried(when: Condition | None) -> tuple[str, ...]:
    return tuple(when.no.attempts) if when and when.no else ()
