"""Takes the personal facts out of an event before it is stored and puts them back afterwards. It knows no database.

A personal fact is found by its shape, not by its place: an object with exactly a fact's keys and `personal` true.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from desk.case.events import EVENT, Event, FactsRecorded
from desk.values import Fact
from integrations.store import canonical
from integrations.store.tables import read_instant
from integrations.store.upcast import upcast, version_of
from integrations.store.vault import CaseKeys

_BESIDE = {"kind", "at"}
"""What stands beside an event's body, in columns of its own."""
_FACT = frozenset(Fact.model_fields)
_ERASED = Fact(erased=True, personal=True).model_dump_json()
_LOOKED_UP = ("order", "dfd", "customer_id", "ticket", "app_version")
VAULTED = '"vault"'
"""What a stored body surely holds if a value was taken out of it."""
_REF = re.compile(r'\{"vault":"([^"\\]*)"\}')
"""What stands in a canonical body where a value was taken out. A text cannot hold it: there each `"` has a backslash."""
_PERSONAL = b'"personal":true'
_LONGEST_LOOKED_UP = 254
"""The longest address mail allows; a longer text is a story, not something to look up."""

Row = dict[str, Any]


def seal(event: Event, keys: CaseKeys) -> tuple[bytes, list[Row]]:
    """Write an event's body as canonical JSON without personal values, and the vault rows that hold them."""
    rows: list[Row] = []

    def put(fact: Row, field: str) -> Row:
        sealed = keys.seal(fact["keep"], canonical.dumps(fact))
        # The name is the ciphertext's hash: the chain then also notices an exchanged value, and erasing does not break it.
        ref = hashlib.sha256(sealed).hexdigest()
        rows.append({"ref": ref, "keep": fact["keep"], "field": field, "sealed": sealed})
        return {"vault": ref}

    data = event.model_dump(mode="json", exclude=_BESIDE)
    words = canonical.dumps(data)
    if _PERSONAL in words:
        words = canonical.dumps(_sealed(data, put, ""))
    return b'{"data":%b,"v":%d}' % (words, version_of(event.kind)), rows


def unseal(kind: str, at: str, body: str, opened: Mapping[str, bytes]) -> Event:
    """Read an event back from its row; a value that `opened` does not have was erased.

    What is as it is written now goes as text into the one reader that both parses and checks it; an older body is
    taken apart first.
    """
    if VAULTED in body:
        body = _REF.sub(lambda found: _words(opened.get(found[1])), body)
    inner = _of_today(kind, body)
    if inner is None or not kind.isidentifier() or '"' in at:
        read = json.loads(body)
        data = upcast(kind, read["v"], read["data"])
        return EVENT.validate_python({**data, "kind": kind, "at": read_instant(at)})
    try:
        return _read_json(f'{{"kind":"{kind}","at":"{at}"{inner and ","}{inner}}}')
    except ValidationError:  # the one reader goes 200 levels deep, the writer deeper
        return EVENT.validate_python(
            {**json.loads(body)["data"], "kind": kind, "at": read_instant(at)}
        )


_read_json: Callable[[str], Event] = EVENT.validator.validate_json
_BEFORE, _AFTER = '{"data":{', '},"v":%d}'


def _of_today(kind: str, body: str) -> str | None:
    """Give the words between the braces of a body's data, or None for a body that has to be brought to today's shape."""
    after = _AFTER % version_of(kind)
    if body.startswith(_BEFORE) and body.endswith(after):
        return body[len(_BEFORE) : -len(after)]
    return None


def _words(value: bytes | None) -> str:
    return _ERASED if value is None else value.decode()


def refs(body: str) -> list[str]:
    """Name the personal values that a stored body refers to."""
    return _REF.findall(body) if VAULTED in body else []


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
