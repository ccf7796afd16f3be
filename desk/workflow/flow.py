"""Workflow engine: consequences of an event. Steps open, are skipped or finish; promises close. Pure."""

from collections.abc import Iterator
from datetime import datetime

from desk.case import events as ev
from desk.case.fold import fold
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.playbook.model import Part, Step
from desk.values import BOT, Fact
from desk.workflow.conditions import holds
from desk.workflow.cooling_off import rest
from desk.workflow.duties import parts_of

COMPLETED = "completed"
"""The ending of a case whose steps are all settled."""


def follow(draft: Draft, by: str) -> None:
    """Add all consequences, until there are none. Each round settles a step, so it terminates."""
    for _ in range(4 * len(draft.playbook.steps) + 4):
        more = list(_next(draft.situation, by))
        if not more:
            return
        draft.add(*more)


def _next(situation: Situation, by: str) -> Iterator[ev.Event]:
    """Return the first consequence; a closed case has none."""
    case = situation.case
    if not case.open:
        return
    for name, step in situation.playbook.steps.items():
        status = case.step(name).status
        more = _pending(situation, name, step) if status == "pending" else ()
        more = _opened(situation, name, step, by) if status == "open" else more
        if more:
            yield from more
            return
    if _all_settled(situation):
        yield from ending(case, COMPLETED, situation.now, BOT.id)


def _all_settled(situation: Situation) -> bool:
    return all(step.recurs or situation.case.step(name).settled for name, step in situation.playbook.steps.items())


def _pending(situation: Situation, name: str, step: Step) -> tuple[ev.Event, ...]:
    case, now = situation.case, situation.now
    if not all(case.step(before).settled for before in step.after):
        return ()
    verdict = holds(step.when, situation) if step.enabled else False
    if verdict is False:
        return (ev.StepSkipped(at=now, by=BOT.id, step=name),)
    if verdict is None or not _arrived(case, step):
        return ()
    opened = ev.StepOpened(at=now, by=BOT.id, step=name, occurrence=case.step(name).occurrence + 1)
    return (opened, *rest(case, name, step.cool_off, now))


def _arrived(case: Case, step: Step) -> bool:
    """Return whether the ticket a step waits for was seen in its group."""
    if step.waits_for is None:
        return True
    ticket = case.tickets.get(step.waits_for.ticket)
    return ticket is not None and ticket.group == step.waits_for.group


def _opened(situation: Situation, name: str, step: Step, by: str) -> tuple[ev.Event, ...]:
    case = situation.case
    if step.automatic:
        return completion(situation, name, "done", case.opened_by)
    state = case.step(name)
    present = parts_of(situation, step)
    for part_name in present:
        part = step.parts[part_name]
        if part_name not in state.parts and _ready_to_post(case, part):
            return (_escalated(situation, name, part_name, part, by),)
    if step.parts and all(part in state.parts for part in present):
        return completion(situation, name, "done", by)
    return ()


def _ready_to_post(case: Case, part: Part) -> bool:
    if part.posts is None or part.posts in case.escalations:
        return False
    return all(case.known(name) for name in part.when_known)


def _escalated(situation: Situation, step: str, part_name: str, part: Part, by: str) -> ev.Escalated:
    playbook = situation.playbook
    assert part.posts is not None
    names = [name for item in playbook.posts[part.posts].items for name in item.names]
    items = {name: situation.case.facts.get(name, Fact()) for name in (*names, *playbook.posts[part.posts].thread)}
    return ev.Escalated(at=situation.now, by=by, post=part.posts, step=step, part=part_name, items=items)


def completion(
    situation: Situation, step: str, outcome: str, by: str, *, compared: bool = False
) -> tuple[ev.Event, ...]:
    """Finish a step: its promises, its ending, and its next occurrence where it recurs."""
    case, now = situation.case, situation.now
    state, spec = case.step(step), situation.playbook.steps[step]
    chosen = spec.outcome(outcome)
    done = ev.StepCompleted(at=now, by=by, step=step, outcome=outcome, occurrence=state.occurrence, compared=compared)
    found: list[ev.Event] = [done, *promises(situation, (step, f"{step}:{outcome}"), by)]
    if chosen is not None and chosen.ends:
        promised = fold(case, found)
        return (*found, *ending(promised, chosen.ends, now, by))
    if spec.recurs:
        found.append(ev.StepOpened(at=now, by=BOT.id, step=step, occurrence=state.occurrence + 1))
    return tuple(found)


def promises(situation: Situation, done: tuple[str, ...], by: str) -> tuple[ev.Event, ...]:
    """Make and keep promises after a completion, named `step`, `step:outcome` or `step.part`."""
    case, playbook, now = situation.case, situation.playbook, situation.now
    made = [
        ev.PromiseMade(at=now, by=by, promise=name)
        for name, one in playbook.promises.items()
        if one.made in done and name not in case.promises
    ]
    kept = [
        ev.PromiseClosed(at=now, by=by, promise=name, kept=True)
        for name, one in playbook.promises.items()
        if not set(done).isdisjoint(one.kept) and case.promises.get(name) == "open"
    ]
    return (*made, *kept)


def ending(case: Case, code: str, now: datetime, by: str) -> tuple[ev.Event, ...]:
    """Close the case and every open promise."""
    broken = [
        ev.PromiseClosed(at=now, by=by, promise=name, kept=False)
        for name, state in case.promises.items()
        if state == "open"
    ]
    return (*broken, ev.CaseEnded(at=now, by=by, ending=code))
