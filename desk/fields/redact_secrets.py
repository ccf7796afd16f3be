"""Redaction of secrets in free text: card numbers, security codes, one-time codes, passwords, identity numbers.

A card number is recognized by its digits alone (prefix, length and check digit), the others only beside a keyword, so
that ordinary numbers stay. What is redacted is never stored; a mark takes its place. Pure.

Lengths of card numbers: https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from stdnum import luhn
from stdnum.it import codicefiscale
from stdnum.za import idnr

from desk.case import commands as cmd
from desk.case.effects import ReadSheet
from desk.case.results import SheetRows
from desk.playbook.model import Playbook
from desk.playbook.parts import FieldSpec
from desk.values import Fill, Line, Text

KINDS: dict[str, Text] = {
    "card": {"en": "card number", "it": "numero di carta"},
    "cvv": {"en": "card security code", "it": "codice di sicurezza della carta"},
    "code": {"en": "one-time code", "it": "codice usa e getta"},
    "password": {"en": "password", "it": "password"},
    "identity": {"en": "identity number", "it": "codice fiscale o d’identità"},
}
TAKEN_OUT: Text = {"en": "[{what} taken out]", "it": "[{what}: tolto]"}
TOLD = Line(
    key=(
        "I took something out of what you wrote before keeping it: {what}. Such numbers and secrets do not belong in a "
        "case or a ticket, and the customer need never tell them. Everything else was kept."
    )
)

_GROUP = r"\d(?:[\u200b-\u200f\u2060\ufeff]{0,2}\d)+"
_BETWEEN = " \t\r\n\u00a0\u2007\u2009\u202f.-\u2010\u2011\u2012\u2013\u2014\u2015\u00b7_/"
_RUN = re.compile(rf"{_GROUP}(?:[{re.escape(_BETWEEN)}]{{1,2}}{_GROUP})*")
_JOIN = r"(?:(?:is|was|are|number|no\.?|nr\.?|code|said|came|è|era|sono|numero)\s+){0,2}"
_LEAD = rf"(?:\s*[:=\-–#]\s*|\s+{_JOIN}|\s*)"
_CVV = re.compile(
    rf"\b(?:cvv2?|cvc2?|cv2|security code|card code|codice di sicurezza){_LEAD}(?P<secret>\d{{3,4}})(?!\d)",
    re.IGNORECASE,
)
_ONE_TIME = (
    r"(?:otp|one[- ]?time[- ](?:pin|password|passcode|code)|verification code|login code|sms code|passcode|pin(?:"
    r" code)?"
    r"|codice (?:otp|di verifica|di accesso|usa e getta|sms)|codice pin)"
)
_DIGITS = r"\d{3,4}[ -]?\d{0,4}"
_CODE = re.compile(rf"\b{_ONE_TIME}{_LEAD}(?P<secret>{_DIGITS})(?!\w)", re.IGNORECASE)
_CODE_FIRST = re.compile(
    rf"(?<![\w-])(?P<secret>\d{{4,8}})\s+(?:is|was|as|è|era|come)\s+"
    rf"(?:(?:the|their|his|her|my|il|un|suo)\s+){{0,2}}{_ONE_TIME}\b",
    re.IGNORECASE,
)
_PASSWORD = r"\b(?:password|passwd|passphrase|pwd|parola d['’]ordine)"  # noqa: S105 - the word, not one
_PASSWORD_IS = re.compile(rf"{_PASSWORD}\s*[:=]\s*(?P<secret>[^\s\[]\S{{2,}})", re.IGNORECASE)
_PASSWORD_NEAR = re.compile(
    rf"{_PASSWORD}\s+(?:(?:is|was|è|era)\s+)?[\"'“«]?"
    r"(?P<secret>(?=\S*\d)(?=\S*[^\W\d])[^\s\[\"'”»]\S{4,}?)(?=[\"'”»]?(?:[\s,;]|$))",
    re.IGNORECASE,
)
_ID_WORD = re.compile(
    r"\b(?:id|identity|passport|codice fiscale|c\.?f\.?|tax code|carta d['’]identità)\b", re.IGNORECASE
)
_ID = re.compile(r"(?<![\w])(?:\d{6}[ ]?\d{4}[ ]?\d{2}[ ]?\d|[A-Za-z]{6}\w{2}[A-Za-z]\w{2}[A-Za-z]\w{3}[A-Za-z])(?!\w)")
LONGEST = 20_000
"""Characters of free text that are looked at; Slack's longest input has 3,000, and no field keeps more."""
_BESIDE = 40
"""Characters within which a keyword makes a number an identity number."""


@dataclass(frozen=True)
class Scrubbed:
    """Redacted text, and the kinds of secrets it contained."""

    words: str
    kinds: tuple[str, ...] = ()


def scrub(words: str, language: str = "en") -> Scrubbed:
    """Redact secrets; a mark in this language takes their place."""
    kinds: list[str] = []
    for kind, find in _FINDERS:
        found = list(find(words))
        kinds.extend([kind] * len(found))
        for start, end in reversed(found):
            words = f"{words[:start]}{_mark(kind, language, words[start:end])}{words[end:]}"
    return Scrubbed(words, tuple(dict.fromkeys(kinds)))


def _mark(kind: str, language: str, secret: str) -> str:
    """Return the mark for a secret; a card's last four digits may stay (PCI DSS 3.4)."""
    short = language if language in TAKEN_OUT else "en"
    what = KINDS[kind][short]
    if kind == "card":
        what += f" …{_digits(secret)[-4:]}"
    return TAKEN_OUT[short].format(what=what)


def _digits(words: str) -> str:
    """Convert digits of any script to ASCII."""
    return "".join(str(unicodedata.digit(one)) for one in words if one.isdecimal())


Spans = Iterator[tuple[int, int]]


def _cards(words: str) -> Spans:
    for run in _RUN.finditer(words):
        places = [at for at in range(*run.span()) if words[at].isdecimal()]
        begins = [0, *(n for n, at in enumerate(places) if n and words[at - 1] in _BETWEEN)]
        digits, edges, past = _digits(run[0]), {*begins, len(places)}, 0
        for first in begins:
            size = _card_at(digits, first, edges) if first >= past else 0
            if size:
                past = first + size
                yield places[first], places[past - 1] + 1


def _card_at(digits: str, first: int, edges: set[int]) -> int:
    """Return the length of a card number that begins here and ends with a group of digits; 0 for none."""
    for size in range(19, 12, -1):
        found = digits[first : first + size]
        if first + size in edges and _issued(found) and luhn.is_valid(found):
            return size
    return 0


_LONG = frozenset(range(16, 20))
_ISSUED: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4000, 4999, frozenset({13, 16, 19})),
    (5100, 5599, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (3400, 3499, frozenset({15})),
    (3700, 3799, frozenset({15})),
    (3600, 3699, frozenset({14, 16})),
    (3800, 3999, frozenset({14, 16})),
    (3528, 3589, _LONG),
    *((two * 100, two * 100 + 99, _LONG) for two in (50, 56, 57, 58, 60, 62, 63, 64, 65, 67)),
)
"""First and last four digits of the card schemes' ranges, with the lengths of their numbers."""


def _issued(digits: str) -> bool:
    """Return whether a card scheme issues numbers with this prefix and length."""
    four, size = int(digits[:4]), len(digits)
    return any(first <= four <= last and size in sizes for first, last, sizes in _ISSUED)


def _of(*patterns: "re.Pattern[str]") -> Callable[[str], Spans]:
    def find(words: str) -> Spans:
        found = {one.span("secret") for pattern in patterns for one in pattern.finditer(words)}
        end = 0
        for start, stop in sorted(found):
            if start >= end:
                yield start, stop
                end = stop

    return find


def _identities(words: str) -> Spans:
    for found in _ID.finditer(words):
        start, end = found.span()
        near = words[max(0, start - _BESIDE) : start] + " " + words[end : end + _BESIDE]
        number = found[0].replace(" ", "")
        valid = idnr.is_valid(number) if number.isdecimal() else codicefiscale.is_valid(number)
        if valid and _ID_WORD.search(near):
            yield start, end


_FINDERS: tuple[tuple[str, Callable[[str], Spans]], ...] = (
    ("identity", _identities),
    ("card", _cards),
    ("cvv", _of(_CVV)),
    ("code", _of(_CODE, _CODE_FIRST)),
    ("password", _of(_PASSWORD_IS, _PASSWORD_NEAR)),
)

# Commands ------------------------------------------------------------------------------------------

FREE = frozenset({"text", "long_text"})
"""Field types that hold free text; what has a type of its own is held to its shape there."""


class _Pen:
    """Redactor of one command; collects the kinds of secrets it removed."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.kinds: dict[str, None] = {}
        self.cut = False

    def words(self, words: str) -> str:
        """Redact text; it is cut at the length of the longest field."""
        self.cut = self.cut or len(words) > LONGEST
        found = scrub(words[:LONGEST], self.language)
        self.kinds.update(dict.fromkeys(found.kinds))
        return found.words

    def fill(self, fill: Fill, spec: FieldSpec | None) -> Fill:
        raw, why = fill.raw, fill.none_because
        if isinstance(raw, str) and spec and _free(spec):
            raw = self.words(raw)
        return Fill(raw=raw, none_because=None if why is None else self.words(why))


def _free(spec: FieldSpec) -> bool:
    """Return whether a field holds free text; evidence (logs) is exempt."""
    rows = spec.type == "rows" and any(one.type == "text" for one in spec.columns.values())
    return not spec.evidence and (spec.type in FREE or rows)


def scrubbed(command: cmd.Command, playbook: Playbook, language: str) -> tuple[cmd.Command, tuple[str, ...]]:
    """Return the command without secrets, and the kinds of secrets removed."""
    pen = _Pen(language)
    new: dict[str, Any] = {}
    said = vars(command)
    for name in ("words", "reason", "reference"):
        if isinstance(said.get(name), str):
            new[name] = pen.words(said[name])
    if fills := said.get("fills"):
        new["fills"] = {name: pen.fill(fill, playbook.fields.get(name)) for name, fill in fills.items()}
    if isinstance(command, cmd.Settle) and isinstance(command.result, SheetRows):
        new["result"] = _sheet(command, command.result, playbook, pen)
    if not (pen.kinds or pen.cut):
        return command, ()
    return command.model_copy(update=new), tuple(pen.kinds)


def _sheet(command: cmd.Settle, rows: SheetRows, playbook: Playbook, pen: _Pen) -> SheetRows:
    """Redact the free-text columns of a sheet."""
    spec = playbook.fields.get(command.effect.into) if isinstance(command.effect, ReadSheet) else None
    if spec is None or not _free(spec):
        return rows
    free = {name for name, column in spec.columns.items() if column.type == "text"}
    clean = tuple(
        one.model_copy(
            update={"cells": {name: pen.words(cell) if name in free else cell for name, cell in one.cells.items()}}
        )
        for one in rows.rows
    )
    return rows.model_copy(update={"rows": clean, "taken_out": tuple(pen.kinds)})


def told(kinds: tuple[str, ...]) -> Line:
    """Return the line that tells a person what was removed, and why."""
    what = {one: ", ".join(KINDS[kind][one] for kind in kinds) for one in TAKEN_OUT}
    return Line(key=TOLD.key, args={"what": what})
