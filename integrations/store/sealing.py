"""Takes the personal facts out of an event before it is stored and puts them back afterwards. It knows no database.

A personal fact is found by its shape, not by its place: an object with exactly a fact's keys and `personal` true.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from desk.events import EVENT, Event, FactsRecorded
from desk.values import Fact
from integrations.store import canonical
from integrations.store.upcast import upcast, version_of
from integrations.store.vault import CaseKeys

_FACT = frozenset(Fact.model_fields)
_ERASED = Fact(erased=True, personal=True).model_dump(mode="json")
_LOOKED_UP = ("order", "dfd", "customer_id", "ticket", "app_version")
VAULTED = '"vault"'
"""What a stored body surely holds if a value was taken out of it."""
_LONGEST_LOOKED_UP = 254
"""The longest address mail allows; a longer text is a story, not something to look up."""

Row = dict[str, Any]


def seal(event: Event, keys: CaseKeys) -> tuple[Row, list[Row]]:
    """Write an event's body without personal values, and the vault rows that hold them."""
    rows: list[Row] = []

    def put(fact: Row, field: str) -> Row:
        sealed = keys.seal(fact["keep"], canonical.dumps(fact))
        # The name is the ciphertext's hash: the chain then also notices an exchanged value, and erasing does not break it.
        ref = hashlib.sha256(sealed).hexdigest()
        rows.append({"ref": ref, "keep": fact["keep"], "field": field, "sealed": sealed})
        return {"vault": ref}

    data = event.model_dump(mode="json", exclude={"kind", "at"})
    return {"v": version_of(event.kind), "data": _sealed(data, put, "")}, rows


def unseal(kind: str, at: datetime, body: Row, opened: Mapping[str, Row] | None) -> Event:
    """Read an event back; a value that `opened` does not have was erased. None says that no value was taken out."""
    data = body["data"] if opened is None else _opened(body["data"], opened)
    data = upcast(kind, body["v"], data)
    return EVENT.validate_python({**data, "kind": kind, "at": at})


def refs(value: Any) -> list[str]:
    """Name the personal values that a stored body refers to."""
    if isinstance(value, list):
        return [ref for one in value for ref in refs(one)]
    if not isinstance(value, dict):
        return []
    if value.keys() == {"vault"}:
        return [value["vault"]]
    return [ref for one in value.values() for ref in refs(one)]


def looked_up(event: Event) -> Iterator[tuple[str, str, str]]:
    """Name the field, value and retention class of everything in an event that people search by."""
    if not isinstance(event, FactsRecorded):
        return
    for field, fact in event.facts.items():
        if fact.personal or any(word in field for word in _LOOKED_UP):
            for value in sorted(_values(fact.value)):
                yield field, value, fact.keep


def _values(value: Any) -> set[str]:
    found = value if isinstance(value, list) else [value]
    written = {
        str(one) for one in found if isinstance(one, str | int) and not isinstance(one, bool)
    }
    return {one for one in written if 0 < len(one) <= _LONGEST_LOOKED_UP}


def _sealed(value: Any, put: Callable[[Row, str], Row], field: str) -> Any:
    if isinstance(value, list):
        return [_sealed(one, put, field) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == _FACT and value["personal"] is True:
        return put(value, field)
    return {name: _sealed(one, put, name) for name, one in value.items()}


def _opened(value: Any, opened: Mapping[str, Row]) -> Any:
    if isinstance(value, list):
        return [_opened(one, opened) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"vault"}:
        return opened.get(value["vault"], _ERASED)
    return {name: _opened(one, opened) for name, one in value.items()}
