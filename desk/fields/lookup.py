"""Case search: the fields, and their canonical values, that a search term may match. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from desk.fields.parse import read
from desk.playbook.model import Playbook
from desk.playbook.parts import FieldSpec
from desk.values import Fill, Line

KINDS = {
    "email": "email",
    "phone": "phone",
    "order": "order",
    "orders": "order",
    "code": "customer id",
}
"""How a look-up by a field of this type is called in the log."""


@dataclass(frozen=True)
class Reading:
    """Interpretation of a search term: a value of a field."""

    kind: str
    field: str
    value: str


def readings(words: str, playbooks: Iterable[Playbook], now: datetime) -> tuple[Reading, ...]:
    """List every interpretation of a search term; an email address is never anything else."""
    found = [
        Reading(KINDS[field.type], name, value)
        for playbook in playbooks
        for name, field in playbook.fields.items()
        if _looked_up(field)
        for value in _values(field, words, now)
    ]
    if "@" in words:
        found = [one for one in found if one.kind == "email"]
    return tuple(dict.fromkeys(found))


def _looked_up(field: FieldSpec) -> bool:
    """Return whether cases can be searched by a field: a code only where it is personal, such as a customer id."""
    return field.type in KINDS and (field.type != "code" or field.personal)


def _values(field: FieldSpec, words: str, now: datetime) -> tuple[str, ...]:
    value = read(field, Fill(raw=words), now)
    if isinstance(value, Line) or not value:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
