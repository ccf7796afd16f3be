"""Turns stored events of older shapes into today's. Old rows are never rewritten, so the hash chain holds."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Body = dict[str, Any]

NEWEST: Mapping[str, int] = MappingProxyType({})
"""The version in which each kind of event is written now, where that is not 1."""

STEPS: Mapping[tuple[str, int], Callable[[Body], Body]] = MappingProxyType({})
"""For a kind and the version a body has: what makes it one version younger. A changed event adds a row here."""


def version_of(kind: str) -> int:
    """Give the version in which events of this kind are written now."""
    return NEWEST.get(kind, 1)


def upcast(
    kind: str,
    version: int,
    body: Body,
    steps: Mapping[tuple[str, int], Callable[[Body], Body]] = STEPS,
) -> Body:
    """Bring a body to today's shape, one version at a time."""
    while (kind, version) in steps:
        body, version = steps[kind, version](body), version + 1
    return body
