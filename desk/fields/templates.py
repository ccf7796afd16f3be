"""Texts with `{field}` in them, and the port through which sentences reach a person's language. Pure.

A template names fields only: no attributes, no indexes, no formats, so that a playbook cannot reach anything else.
"""

from collections.abc import Callable
from functools import lru_cache
from string import Formatter
from typing import Protocol

from desk.values import Line, Text


class Say(Protocol):
    """Turns a line into words: the catalogue's sentence in this language, instants in this zone."""

    def __call__(self, line: Line, language: str, zone: str) -> str:
        """Give the sentence."""
        ...


def names_in(template: str) -> tuple[str, ...]:
    """List the fields a template names; raises ValueError when it names anything but a plain field."""
    names: list[str] = []
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is not a plain field name")
        names.append(name)
    return tuple(names)


def fill_one(template: str, value: Callable[[str], str]) -> str:
    """Put values into a template; `value` gives the words for a name."""
    parts: list[str] = []
    for words, name in _parts(template):
        parts.append(words)
        if name is not None:
            parts.append(value(name))
    return "".join(parts)


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, str | None], ...]:
    """Take a template apart, once: the same few hundred stand in every text."""
    return tuple((words, name) for words, name, _, _ in Formatter().parse(template))


def fill(text: Text, value: Callable[[str], str]) -> Text:
    """Put values into a text in each of its languages."""
    return {language: fill_one(template, value) for language, template in text.items()}
