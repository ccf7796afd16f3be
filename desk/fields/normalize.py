"""Normalization of answers for comparison: case, accents, currency and spacing are ignored, amounts are exact. Pure."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

from desk.fields.parse import read
from desk.playbook.parts import FieldSpec
from desk.values import Fill, Line

_NEVER = datetime.min.replace(tzinfo=UTC)
_ADDRESS = re.compile(r"[^\s,;|/<>()]+@[^\s,;|/<>()]+")
BOTH = Line(key="Write both, the cellphone number and the email address, as the customer says them.")


def canonical(spec: FieldSpec, words: str) -> str | Line:
    """Return the canonical form of an answer, or a line that says why it cannot be parsed.

    Raises KeyError for a field that is not compared.
    """
    assert spec.answer is not None
    return _FORMS[spec.answer.fact](spec, words)


def _plain(_spec: FieldSpec, words: str) -> str:
    """Keep letters and digits only: `Col'Cacchio  Tyger-Valley` becomes `colcacchiotygervalley`, `&` becomes `and`."""
    apart = unicodedata.normalize("NFKD", words.replace("&", " and ").casefold())
    return "".join(one for one in apart if one.isalnum())


def _total(spec: FieldSpec, words: str) -> str | Line:
    read_as = read(spec.model_copy(update={"type": "money"}), Fill(raw=words), _NEVER)
    return str(read_as["amount"]) if isinstance(read_as, dict) else _said(read_as)


def _order(spec: FieldSpec, words: str) -> str | Line:
    return _said(read(spec.model_copy(update={"type": "order"}), Fill(raw=words), _NEVER))


def _contact(spec: FieldSpec, words: str) -> str | Line:
    """Parse an email address and a telephone number, in either order."""
    found = _ADDRESS.search(words)
    if found is None:
        return BOTH
    rest = (words[: found.start()] + " " + words[found.end() :]).strip(" \t\r\n,;|/<>()")
    number = read(spec.model_copy(update={"type": "phone"}), Fill(raw=rest), _NEVER)
    return f"{found[0].casefold()} {number}" if isinstance(number, str) else BOTH


def _said(read_as: object) -> str | Line:
    return read_as if isinstance(read_as, Line) else str(read_as)


_FORMS: dict[str, Callable[[FieldSpec, str], str | Line]] = {
    "restaurant": _plain,
    "name": _plain,
    "total": _total,
    "recent_order": _order,
    "contact": _contact,
}
