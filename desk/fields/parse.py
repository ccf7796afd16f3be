"""Field types: how what a person typed becomes a value, and how a value is shown. Pure; a closed table of types.

Values are JSON: text, a list of text, or money as `{"amount": "129.90", "currency": "ZAR"}`; instants are ISO in UTC.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import JsonValue

from desk.fields.format import TWO_WAY, WORDS
from desk.playbook.parts import Column, FieldSpec
from desk.values import Fill, Line, Text

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_ORDER = re.compile(r"(?:DFD)?[\s#:-]*([0-9]{3,12})", re.IGNORECASE)


class _Wrong(ValueError):
    """What is wrong with an answer, as a line for the person."""

    def __init__(self, key: str, **args: str | int | Text) -> None:
        """Keep the sentence and its arguments."""
        super().__init__(key)
        self.line = Line(key=key, args=dict(args))


def read(field: FieldSpec, fill: Fill, now: datetime) -> JsonValue | Line:
    """Turn what was typed into the field's value, or a line that says what is wrong."""
    try:
        return _READ[field.type](field, fill.raw, now)
    except _Wrong as wrong:
        return wrong.line


def _one(raw: str | tuple[str, ...] | None) -> str:
    words = raw if isinstance(raw, str) else ", ".join(raw or ())
    return _CONTROL.sub("", words).strip()


def _text(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = _one(raw)
    if len(words) > field.max_length:
        raise _Wrong("That is too long: {length} characters, {most} at most.", length=len(words), most=field.max_length)
    return words


def _email(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    try:
        return validate_email(_one(raw), check_deliverability=False).normalized
    except EmailNotValidError:
        raise _Wrong("That is not an email address. Write it like name@example.com.") from None


def _phone(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = _one(raw)
    country = field.country
    digits = sum(letter.isdigit() for letter in words)
    wrong = _Wrong(
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
    words = _one(raw)
    found = _ORDER.fullmatch(words)
    if not found:
        raise _Wrong("That is not an order number. Write it like DFD-77120.")
    return f"DFD-{found[1]}"


def _orders(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = re.split(r"[,;\n]+", raw if isinstance(raw, str) else "\n".join(raw or ()))
    found = [_order(field, word, now) for word in words if word.strip()]
    if not found:
        raise _Wrong("Write at least one order number, one a line.")
    return list(dict.fromkeys(found))


def _money(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = re.sub(r"[\sR€]|ZAR|EUR", "", _one(raw), flags=re.IGNORECASE)
    comma, point = words.rfind(","), words.rfind(".")
    words = (
        words.replace(".", "").replace(",", ".")
        if comma > point and len(words) - comma == 3
        else words.replace(",", "")
    )
    try:
        amount = Decimal(words)
    except InvalidOperation:
        raise _Wrong("That is not an amount. Write it like 129.90.") from None
    exponent = amount.as_tuple().exponent
    if not amount.is_finite() or amount < 0 or amount >= 10**7 or (isinstance(exponent, int) and exponent < -2):
        raise _Wrong("That is not an amount. Write it like 129.90.")
    return {"amount": str(amount.quantize(Decimal("0.01"))), "currency": field.currency}


def _url(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = _one(raw)
    if len(words) > 2000 or re.search(r"[\s<>|\"]", words) or not _leads_somewhere(words):
        raise _Wrong("That is not a link. It begins with https://.")
    return words


def _leads_somewhere(words: str) -> bool:
    """Say whether this is an address of the web; one with a name before `@` shows another host than it leads to."""
    try:
        parts = urlsplit(words)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _choice(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    allowed = TWO_WAY.get(field.type) or tuple(field.options)
    word = _one(raw)
    if word not in allowed:
        raise _Wrong("Choose one of the answers offered.")
    return word


def _choices(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = [raw] if isinstance(raw, str) else list(raw or ())
    if not words or any(word not in field.options for word in words):
        raise _Wrong("Choose at least one of the answers offered.")
    return [name for name in field.options if name in words]


def _when(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = _one(raw)
    try:
        at = (
            datetime.fromtimestamp(int(words), UTC)
            if words.isascii() and words.isdigit()
            else datetime.fromisoformat(words)
        )
        at = at.astimezone(UTC) if at.tzinfo else at
    except (ValueError, OverflowError, OSError):
        raise _Wrong("That is not a date and time.") from None
    if at.tzinfo is None:
        raise _Wrong("That is not a date and time.")
    if at > now:
        raise _Wrong("That is in the future. Give the time at which it happened.")
    return at.isoformat()


def _files(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    words = [raw] if isinstance(raw, str) else list(raw or ())
    if field.into and len(words) > 1:
        raise _Wrong("Give one sheet. It takes the place of what was there before.")
    return [_CONTROL.sub("", word)[:200] for word in words[:10]]


def _rows(field: FieldSpec, raw: Any, now: datetime) -> JsonValue:
    """Read one row a line, its cells parted by `|`, `;` or a tab, in the order of the columns."""
    lines = raw.splitlines() if isinstance(raw, str) else list(raw or ())
    rows: list[JsonValue] = []
    for number, line in enumerate((one for one in lines if one.strip()), 1):
        rows.append(_row(field, re.split(r"[|;\t]", line), number, now))
    if len(rows) > 500:
        raise _Wrong(
            "That is too much: {lines} lines, 500 at most. Upload a sheet in parts.",
            lines=len(rows),
        )
    return rows


def _row(field: FieldSpec, cells: list[str], number: int, now: datetime) -> dict[str, JsonValue]:
    if len(cells) > len(field.columns):
        raise _Wrong(
            "Line {number} has {cells} parts, {most} at most.", number=number, cells=len(cells), most=len(field.columns)
        )
    row: dict[str, JsonValue] = {}
    for index, (name, column) in enumerate(field.columns.items()):
        words = _one(cells[index]) if index < len(cells) else ""
        if not words and not column.optional:
            raise _Wrong(
                "Line {number}: {what} is missing.",
                number=number,
                what=column.title,
            )
        row[name] = _cell(field, column, words, number, now) if words else ""
        if column.must and row[name] != column.must:
            raise _Wrong(
                "Line {number}: “{what}” has to be {must}.",
                number=number,
                what=column.title,
                must=WORDS.get(column.must) or column.must,
            )
    return row


def _cell(field: FieldSpec, column: Column, words: str, number: int, now: datetime) -> JsonValue:
    try:
        return _CELLS[column.type](field, words, now)
    except (ValueError, _Wrong):
        raise _Wrong(
            "Line {number}: “{words}” is not a valid {what}.", number=number, words=words[:40], what=column.title
        ) from None


def read_cells(field: FieldSpec, number: int, cells: Mapping[str, str], now: datetime) -> dict[str, JsonValue] | Line:
    """Turn the cells of a sheet's row into a row of the field; what is wrong is said without repeating a cell."""
    row: dict[str, JsonValue] = {}
    for name, column in field.columns.items():
        words = _one(cells.get(name) or "")
        try:
            row[name] = _CELLS[column.type](field, words, now) if words else ""
        except (ValueError, _Wrong):
            return _unfit(
                "Row {row}: “{what}” is not as it should be. Write it like {example}.",
                number,
                column,
                example=_EXAMPLES.get(column.type, "—"),
            )
        if not words and not column.optional:
            return _unfit("Row {row}: “{what}” is missing.", number, column)
        if column.must and row[name] != column.must:
            return _unfit(
                "Row {row}: “{what}” has to be {must}.",
                number,
                column,
                must=WORDS.get(column.must) or column.must,
            )
    return row


def _unfit(key: str, number: int, column: Column, **more: str | Text) -> Line:
    return Line(key=key, args={"row": number, "what": column.title, **more})


_EXAMPLES = {
    "order": "DFD-77120",
    "money": "129.90",
    "ip": "203.0.113.9",
    "yes_no": "yes",
    "time": "2026-11-21 22:47",
}


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
        raise _Wrong("Choose one of the answers offered.")
    found: list[JsonValue] = [*sorted(set(words), key=int)]
    return found


_READ: dict[str, Callable[[FieldSpec, Any, datetime], JsonValue]] = {
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
    "rows": _rows,
    "ticks": _ticks,
}
_CELLS: dict[str, Callable[[FieldSpec, Any, datetime], JsonValue]] = {
    "text": _text,
    "order": _order,
    "money": _money,
    "ip": _ip,
    "yes_no": _yes_no,
    "time": _time,
}


def default(field: FieldSpec, now: datetime) -> JsonValue:
    """Give the value a field has when nobody says otherwise; `now` stands for this instant."""
    return now.isoformat() if field.default == "now" else field.default
