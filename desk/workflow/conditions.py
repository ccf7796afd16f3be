"""Conditions in three-valued logic: true, false, or undecided. Pure."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from desk.case.situation import Situation
from desk.case.state import Case
from desk.playbook.model import Playbook, Step
from desk.playbook.parts import Condition


def holds(condition: Condition | None, situation: Situation) -> bool | None:
    """Evaluate a condition: True, False, or None while it can still become either."""
    case = situation.case
    if condition is None:
        return True
    answers: list[bool | None] = [*_of_facts(condition, situation), *_of_steps(condition, case)]
    answers += [holds(one, situation) for one in condition.all]
    if condition.any:
        answers.append(_any(holds(one, situation) for one in condition.any))
    if condition.no is not None:
        inner = holds(condition.no, situation)
        answers.append(None if inner is None else not inner)
    return _all(answers)


def _of_facts(condition: Condition, situation: Situation) -> Iterator[bool | None]:
    yield from (_field(situation, *pair) for pair in condition.field.items())
    yield from (_known(situation, name) for name in condition.known)
    yield from (_positive(situation, name) for name in condition.positive)
    if condition.equal:
        yield _equal(situation, condition.equal)


def _of_steps(condition: Condition, case: Case) -> Iterator[bool | None]:
    yield from (_outcome(case, *pair) for pair in condition.outcome.items())
    yield from (case.step(name).compared for name in condition.compared)
    yield from (_tried(case, *pair) for pair in condition.attempts.items())


def _all(answers: Iterable[bool | None]) -> bool | None:
    seen = list(answers)
    if any(answer is False for answer in seen):
        return False
    return None if any(answer is None for answer in seen) else True


def _any(answers: Iterable[bool | None]) -> bool | None:
    seen = list(answers)
    if any(answer is True for answer in seen):
        return True
    return None if any(answer is None for answer in seen) else False


def _outcome(case: Case, step: str, names: tuple[str, ...]) -> bool | None:
    state = case.step(step)
    if state.status == "done":
        return state.outcome in names
    return False if state.status == "skipped" else None


def _field(situation: Situation, name: str, values: tuple[str, ...]) -> bool | None:
    case = situation.case
    if not case.known(name):
        return _still_open(situation, name)
    value = case.value(name)
    given = value if isinstance(value, list | tuple) else [value]
    return any(str(one) in values for one in given)


def _known(situation: Situation, name: str) -> bool | None:
    return True if situation.case.known(name) else _still_open(situation, name)


def _positive(situation: Situation, name: str) -> bool | None:
    case = situation.case
    if not case.known(name):
        return _still_open(situation, name)
    value = case.value(name)
    return isinstance(value, dict) and Decimal(str(value["amount"])) > 0


def _equal(situation: Situation, names: tuple[str, ...]) -> bool | None:
    case = situation.case
    known = [case.known(name) or _still_open(situation, name) for name in names]
    if not all(one is True for one in known):
        return _all(known)
    first, *others = (case.value(name) for name in names)
    return all(first == other for other in others)


def _tried(case: Case, name: str, least: int) -> bool:
    """Evaluate logged attempts: False until there are enough, never undecided."""
    step, _, attempt = name.partition(".")
    return case.step(step).attempts.get(attempt, 0) >= least


def _still_open(situation: Situation, name: str) -> bool | None:
    """Return whether an unknown fact may still be recorded: a step that asks for it is not settled."""
    waiting = any(not situation.case.step(step).settled for step in asked_by(situation.playbook, name))
    return None if waiting else False


def asked_by(playbook: Playbook, name: str) -> tuple[str, ...]:
    """List the steps that may ask for a field."""
    return tuple(step for step, spec in playbook.steps.items() if name in fields_asked(spec))


@lru_cache(maxsize=1024)
def _asked(asks: tuple[str, ...]) -> frozenset[str]:
    return frozenset(asks)


def fields_asked(step: Step) -> frozenset[str]:
    """Return every field a step can ask for, in any outcome or part."""
    groups = [
        step.asks,
        *(o.asks for o in step.outcomes.values()),
        *(p.asks for p in step.parts.values()),
    ]
    return _asked(tuple(ask.field for group in groups for ask in group))
