"""Encrypted field values: moves personal facts of an event into the vault, and back. It knows no database.

A personal fact is found by its shape, not by its position: an object with exactly a fact's keys and `personal` true.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import rfc8785

from desk.case.events import EVENT, Event, FactsRecorded
from desk.values import Fact
from integrations.store.upcast import upcast, version_of
from integrations.store.vault import CaseKeys

_BESIDE = {"kind", "at"}
"""Keys of an event that have columns of their own."""
_FACT = frozenset(Fact.model_fields)
_ERASED = Fact(erased=True, personal=True).model_dump(mode="json")
_REFERENCE = "vault"
"""The only key of an object that replaces a personal value."""
_LOOKED_UP = ("order", "dfd", "customer_id", "ticket", "app_version")
_LONGEST_LOOKED_UP = 254
"""Maximum length of an email address; longer text is not searchable."""

Json = dict[str, Any]


def seal(event: Event, keys: CaseKeys) -> tuple[Json, list[Json]]:
    """Return an event's body without personal values, as JSON, and the vault rows that hold them."""
    rows: list[Json] = []

    def put(fact: Json, field: str) -> Json:
        sealed = keys.seal(fact["keep"], rfc8785.dumps(fact))
        # The reference is the ciphertext's hash: the chain then detects an exchanged value and survives erasure.
        ref = hashlib.sha256(sealed).hexdigest()
        rows.append({"ref": ref, "keep": fact["keep"], "field": field, "sealed": sealed})
        return {_REFERENCE: ref}

    data = _sealed(event.model_dump(mode="json", exclude=_BESIDE), put, "")
    return {"data": data, "v": version_of(event.kind)}, rows


def unseal(kind: str, at: datetime, body: str, opened: Mapping[str, bytes]) -> Event:
    """Decode an event from its row; a value missing in `opened` was erased."""
    kept = json.loads(body)
    data = _opened(kept["data"], opened) if refers(body) else kept["data"]
    return EVENT.validate_python({**upcast(kind, kept["v"], data), "kind": kind, "at": at})


def refers(body: str) -> bool:
    """Return whether a stored body may refer to a personal value: a cheap substring test."""
    return f'"{_REFERENCE}"' in body


def references(body: Any) -> Iterator[str]:
    """Yield every reference to a personal value in a body or a part of it."""
    if _is_reference(body):
        yield str(body[_REFERENCE])
    elif isinstance(body, dict | list):
        for inner in body.values() if isinstance(body, dict) else body:
            yield from references(inner)


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {_REFERENCE}


def _opened(value: Any, opened: Mapping[str, bytes]) -> Any:
    if isinstance(value, list):
        return [_opened(one, opened) for one in value]
    if not isinstance(value, dict):
        return value
    if _is_reference(value):
        found = opened.get(value[_REFERENCE])
        return _ERASED if found is None else json.loads(found)
    return {name: _opened(one, opened) for name, one in value.items()}


def looked_up(event: Event) -> Iterator[tuple[str, str, str]]:
    """Yield the field, value and retention class of everything in an event that is searchable."""
    if not isinstance(event, FactsRecorded):
        return
    for field, fact in event.facts.items():
        if fact.personal or any(word in field for word in _LOOKED_UP):
            for value in sorted(_values(fact.value)):
                yield field, value, fact.keep


def _values(value: Any) -> set[str]:
    found = value if isinstance(value, list) else [value]
    written = {str(one) for one in found if isinstance(one, str | int) and not isinstance(one, bool)}
    return {one for one in written if 0 < len(one) <= _LONGEST_LOOKED_UP}


def _sealed(value: Any, put: Callable[[Json, str], Json], field: str) -> Any:
    if isinstance(value, list):
        return [_sealed(one, put, field) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == _FACT and value["personal"] is True:
        return put(value, field)
    return {name: _sealed(one, put, name) for name, one in value.items()}
