"""Text templates with `{field}` placeholders, and the port for translation. Pure.

A template names fields only: no attributes, indexes or format specifiers, so that a playbook cannot reach anything
else.
"""

from collections.abc import Callable
from functools import lru_cache
from string import Formatter
from typing import Protocol

from desk.values import Line, Text


class Say(Protocol):
    """Translator: the catalogue's sentence in the reader's language, instants in the reader's zone."""

    def __call__(self, line: Line, language: str, zone: str) -> str:
        """Return the translated sentence."""
        ...


def names_in(template: str) -> tuple[str, ...]:
    """List the placeholders of a template; raises ValueError for anything but a plain field name."""
    names: list[str] = []
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is not a plain field name")
        names.append(name)
    return tuple(names)


def fill_one(template: str, value: Callable[[str], str]) -> str:
    """Fill in a template; `value` returns the words for a placeholder."""
    parts: list[str] = []
    for words, name in _parts(template):
        parts.append(words)
        if name is not None:
            parts.append(value(name))
    return "".join(parts)


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, str | None], ...]:
    """Parse a template; cached, since the same few hundred are used everywhere."""
    return tuple((words, name) for words, name, _, _ in Formatter().parse(template))


def fill(text: Text, value: Callable[[str], str]) -> Text:
    """Fill in a text in each of its languages."""
    return {language: fill_one(template, value) for language, template in text.items()}
