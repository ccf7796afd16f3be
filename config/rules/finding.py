"""Lint findings, and traversals of a playbook that several rules share. It knows no file and no line."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel

from config.marks import Where
from desk.playbook.model import Playbook, Step
from desk.playbook.parts import Act, Ask, Condition
from desk.values import Text


@dataclass(frozen=True)
class Finding:
    """A finding at a path; `word` was written, `known` are the valid alternatives."""

    where: Where
    what: str
    word: str | None = None
    known: tuple[str, ...] = ()
    warning: bool = False
    key: bool = False


Rule = Callable[[Playbook], Iterator[Finding]]

Found = TypeVar("Found", bound=BaseModel)


def walk(value: Any, kind: type[Found], where: Where = ()) -> Iterator[tuple[Where, Found]]:
    """Yield every record of a type anywhere in a playbook, with its path."""
    for way, record in _records(_Same(value)):
        if isinstance(record, kind):
            yield (*where, *way), record


class _Same:
    """Identity wrapper: compares by identity instead of equality, for use as a cache key."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(maxsize=256)
def _records(root: _Same) -> tuple[tuple[Where, BaseModel], ...]:
    """Return all records, cached for all rules: records are frozen, and the cache keeps them alive."""
    return tuple(_all(root.value, ()))


def _all(value: Any, where: Where) -> Iterator[tuple[Where, BaseModel]]:
    if isinstance(value, BaseModel):
        yield where, value
    for key, inner in _inner(value):
        if not isinstance(inner, str):
            yield from _all(inner, (*where, key))


NOT_TEXT = frozenset({"values", "rehearsals", "default"})
"""Keys whose strings are not translated texts."""


def texts(value: Any, where: Where = ()) -> Iterator[tuple[Where, Text]]:
    """Yield every translated text, with its path."""
    if isinstance(value, dict) and value and all(isinstance(one, str) for one in value.values()):
        yield where, value
    else:
        for key, inner in _inner(value):
            if key not in NOT_TEXT:
                yield from texts(inner, (*where, key))


def _inner(value: Any) -> Iterable[tuple[str | int, Any]]:
    """Return the children of a record, mapping or list, by the file's keys."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return [(spec.alias or name, getattr(value, name)) for name, spec in fields.items()]
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, tuple) else ()


def listed(where: Where, names: Iterable[str]) -> Iterator[tuple[Where, str]]:
    """Yield the names of a list, with the path of each."""
    for at, name in enumerate(names):
        yield (*where, at), name


def upstream(playbook: Playbook) -> dict[str, frozenset[str]]:
    """Return, for each step, the steps settled before it opens; cycles and unknown names end the search."""
    found: dict[str, frozenset[str]] = {}
    for name in playbook.steps:
        seen: set[str] = set()
        left = [step for step in playbook.steps[name].after if step in playbook.steps]
        while left:
            step = left.pop()
            if step not in seen:
                seen.add(step)
                left.extend(one for one in playbook.steps[step].after if one in playbook.steps)
        found[name] = frozenset(seen)
    return found


def asks(step: Step) -> Iterator[tuple[Where, Ask]]:
    """Yield every question of a step, its outcomes and its parts."""
    return walk(step, Ask)


def conditions(playbook: Playbook) -> Iterator[tuple[Where, Condition]]:
    """Yield every condition of the playbook, nested ones included."""
    return walk(playbook, Condition)


def acts(playbook: Playbook) -> Iterator[tuple[Where, str, Act]]:
    """Yield every outside action, with the step it follows."""
    for name, step in playbook.steps.items():
        for where, act in walk(step, Act, ("steps", name)):
            yield where, name, act


def tickets(playbook: Playbook) -> dict[str, frozenset[str]]:
    """Return the steps that create each ticket."""
    found: dict[str, frozenset[str]] = {}
    for _, step, act in acts(playbook):
        if act.create_ticket:
            name = act.create_ticket.name
            found[name] = found.get(name, frozenset()) | {step}
    return found
