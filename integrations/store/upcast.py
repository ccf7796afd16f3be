"""Event upcasting: converts stored events of older versions when read. Rows are never rewritten, so the hash chain
holds.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Body = dict[str, Any]

NEWEST: Mapping[str, int] = MappingProxyType({})
"""Current version of each kind of event, where that is not 1."""

STEPS: Mapping[tuple[str, int], Callable[[Body], Body]] = MappingProxyType({})
"""For a kind and a body's version: the conversion to the next one. A changed event adds a row here."""


def version_of(kind: str) -> int:
    """Return the version in which events of this kind are written now."""
    return NEWEST.get(kind, 1)


def upcast(
    kind: str,
    version: int,
    body: Body,
    steps: Mapping[tuple[str, int], Callable[[Body], Body]] = STEPS,
) -> Body:
    """Convert a body to the current version, one version at a time."""
    while (kind, version) in steps:
        body, version = steps[kind, version](body), version + 1
    return body
