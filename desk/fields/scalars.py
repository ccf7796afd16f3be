"""Scalar field types: one parser per type, from raw text to the field's value. Pure.

A parser raises BadValue with the line for the person; the parsers of cells (`ip`, `time`, `yes_no`) may raise
ValueError.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import JsonValue

from desk.fields.format import TWO_WAY
from desk.playbook.parts import FieldSpec
from desk.values import Line, Text

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


_ORDER = re.compile(r"(?:DFD)?[\s#:-]*([0-9]{3,12})", re.IGNORECASE)


class BadValue(ValueError):
    """Invalid answer, with the line for the person."""

    def __init__(self, key: str, **args: str | int | Text) -> None:
        super().__init__(key)
        self.line = Line(key=key, args=dict(args))


def typed_text(raw: str | tuple[str, ...] | None) -> str:
    words = raw if isinstance(raw, str) else ", ".join(raw or ())
    return _CONTROL.sub("", words).strip()


def _text(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = typed_text(raw)
    if len(words) > field.max_length:
        raise BadValue(
            "That is too long: {length} characters, {most} at most.", length=len(words), most=field.max_length
        )
    return words


def _email(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    try:
        return validate_email(typed_text(raw), check_deliverability=False).normalized
    except EmailNotValidError:
        raise BadValue("That is not an email address. Write it like name@example.com.") from None


def _phone(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = typed_text(raw)
    country = field.country
    digits = sum(letter.isdigit() for letter in words)
    wrong = BadValue(
        "That is not a valid telephone number for {country}: it has {digits} digits.", country=country, digits=digits
    )
    try:
        number = phonenumbers.parse(words, country)
    except phonenumbers.NumberParseException:
        raise wrong from None
    if not phonenumbers.is_valid_number(number):
        raise wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _order(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = typed_text(raw)
    found = _ORDER.fullmatch(words)
    if not found:
        raise BadValue("That is not an order number. Write it like DFD-77120.")
    return f"DFD-{found[1]}"


def _orders(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = re.split(r"[,;\n]+", raw if isinstance(raw, str) else "\n".join(raw or ()))
    found = [_order(field, word, now) for word in words if word.strip()]
    if not found:
        raise BadValue("Write at least one order number, one a line.")
    return list(dict.fromkeys(found))


def _money(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = re.sub(r"[\sR€]|ZAR|EUR", "", typed_text(raw), flags=re.IGNORECASE)
    comma, point = words.rfind(","), words.rfind(".")
    words = (
        words.replace(".", "").replace(",", ".")
        if comma > point and len(words) - comma == 3
        else words.replace(",", "")
    )
    try:
        amount = Decimal(words)
    except InvalidOperation:
        raise BadValue("That is not an amount. Write it like 129.90.") from None
    exponent = amount.as_tuple().exponent
    if not amount.is_finite() or amount < 0 or amount >= 10**7 or (isinstance(exponent, int) and exponent < -2):
        raise BadValue("That is not an amount. Write it like 129.90.")
    return {"amount": str(amount.quantize(Decimal("0.01"))), "currency": field.currency}


def _url(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = typed_text(raw)
    if len(words) > 2000 or re.search(r"[\s<>|\"]", words) or not _leads_somewhere(words):
        raise BadValue("That is not a link. It begins with https://.")
    return words


def _leads_somewhere(words: str) -> bool:
    """Return whether this is a web address; one with a user name before `@` is refused, as it disguises its host."""
    try:
        parts = urlsplit(words)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _choice(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    allowed = TWO_WAY.get(field.type) or tuple(field.options)
    word = typed_text(raw)
    if word not in allowed:
        raise BadValue("Choose one of the answers offered.")
    return word


def _choices(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = [raw] if isinstance(raw, str) else list(raw or ())
    if not words or any(word not in field.options for word in words):
        raise BadValue("Choose at least one of the answers offered.")
    return [name for name in field.options if name in words]


def _when(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = typed_text(raw)
    try:
        at = (
            datetime.fromtimestamp(int(words), UTC)
            if words.isascii() and words.isdigit()
            else datetime.fromisoformat(words)
        )
        at = at.astimezone(UTC) if at.tzinfo else at
    except (ValueError, OverflowError, OSError):
        raise BadValue("That is not a date and time.") from None
    if at.tzinfo is None:
        raise BadValue("That is not a date and time.")
    if at > now:
        raise BadValue("That is in the future. Give the time at which it happened.")
    return at.isoformat()


def _files(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = [raw] if isinstance(raw, str) else list(raw or ())
    if field.into and len(words) > 1:
        raise BadValue("Give one sheet. It takes the place of what was there before.")
    return [_CONTROL.sub("", word)[:200] for word in words[:10]]


def _ip(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    return str(ip_address(raw))


def _time(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    return datetime.fromisoformat(raw).isoformat(" ", "minutes")


def _yes_no(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    word = str({"sì": "yes", "si": "yes", "y": "yes", "n": "no"}.get(raw.lower(), raw.lower()))
    if word not in {"yes", "no"}:
        raise ValueError(word)
    return word


def _ticks(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = [raw] if isinstance(raw, str) else list(raw or ())
    if any(not (word.isascii() and word.isdigit()) or len(word) > 3 for word in words):
        raise BadValue("Choose one of the answers offered.")
    found: list[JsonValue] = [*sorted(set(words), key=int)]
    return found


SCALARS: dict[str, Callable[[FieldSpec, Any, datetime], JsonValue]] = {
    "text": _text,
    "long_text": _text,
    "name": _text,
    "code": _text,
    "email": _email,
    "phone": _phone,
    "order": _order,
    "orders": _orders,
    "money": _money,
    "url": _url,
    "choice": _choice,
    "choices": _choices,
    "check": _choice,
    "same": _choice,
    "yes_no": _choice,
    "instant": _when,
    "files": _files,
    "ticks": _ticks,
}
"""The parser of each scalar field type."""

CELLS: dict[str, Callable[[FieldSpec, Any, datetime], JsonValue]] = {
    "text": _text,
    "order": _order,
    "money": _money,
    "ip": _ip,
    "yes_no": _yes_no,
    "time": _time,
}
"""The parser of each column type."""
