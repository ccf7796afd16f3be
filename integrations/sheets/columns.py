"""Sheet model: columns, rows and row errors. Pure; it knows neither CSV nor XLSX."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from desk.values import Line, Text, in_language

_Kind = Literal["text", "instant", "choice"]

MOST_ROWS = 2_000
MOST_COLUMNS = 50
MOST_CSV_BYTES = 1_000_000
MOST_XLSX_BYTES = 5_000_000


@dataclass(frozen=True)
class Column:
    """A column: its title in each language, alternative titles, and its type."""

    name: str
    title: Text
    aliases: tuple[str, ...] = ()
    required: bool = True
    """Every row must have a value. A column that is not required may be missing altogether."""
    kind: _Kind = "text"
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a choice: each value, with its synonyms."""
    max_length: int = 1_000

    def called(self, words: str) -> bool:
        """Return whether a title is one of this column's, ignoring case, spacing and accents."""
        wanted = plain(words) if len(words) <= 100 else ""
        return bool(wanted) and wanted in map(plain, (self.name, *self.title.values(), *self.aliases))

    def heading(self, language: str) -> str:
        """Return the title in a language."""
        return in_language(self.title, language)


@dataclass(frozen=True)
class Row:
    """A row: its number as a spreadsheet shows it, and a value for each column. Instants are ISO in UTC."""

    number: int
    values: Mapping[str, str | None]


@dataclass(frozen=True)
class Sheet:
    """A valid sheet. `unread` are the titles of unknown columns."""

    name: str
    kind: Literal["csv", "xlsx"]
    rows: tuple[Row, ...]
    unread: tuple[str, ...] = ()
    guessed: bool = False
    """The encoding was guessed (an old Windows file): accents should be checked."""


@dataclass(frozen=True)
class RowError:
    """An error at a position. Row 0 is the file as a whole; `line` is a full sentence with row and column."""

    row: int
    column: str
    line: Line


class Unfit(Exception):
    """The file as a whole cannot be read; never leaves this package."""

    def __init__(self, key: str, **args: str | int | Text | list[str]) -> None:
        super().__init__(key)
        self.line = Line(key=key, args=dict(args))


@lru_cache(maxsize=4096)
def plain(words: str) -> str:
    """Reduce a title to its bare letters and digits, so that `Changed at`, `changed_at` and `CHANGED-AT` are equal."""
    bare = unicodedata.normalize("NFKD", words.casefold())
    return re.sub(r"[\W_]+", "", "".join(ch for ch in bare if not unicodedata.combining(ch)))


_YES_NO = {
    "yes": ("y", "true", "1", "x", "si", "s", "vero"),
    "no": ("n", "false", "0", "falso"),
}

FINDINGS: tuple[Column, ...] = (
    Column(
        "field",
        {"en": "What was changed", "it": "Cosa è stato modificato"},
        ("field", "detail", "item", "changed field", "information", "campo", "dato", "informazione"),
        max_length=100,
    ),
    Column(
        "before",
        {"en": "Before", "it": "Prima"},
        (
            "old",
            "old value",
            "from",
            "original",
            "previous",
            "previous value",
            "value before",
            "valore precedente",
            "precedente",
            "vecchio valore",
            "originale",
        ),
    ),
    Column(
        "after",
        {"en": "After", "it": "Dopo"},
        (
            "new",
            "new value",
            "to",
            "changed to",
            "current",
            "value after",
            "nuovo valore",
            "nuovo",
            "attuale",
            "valore attuale",
        ),
    ),
    Column(
        "changed_at",
        {"en": "Changed at", "it": "Modificato il"},
        (
            "when",
            "date",
            "time",
            "timestamp",
            "date and time",
            "date changed",
            "changed on",
            "quando",
            "data",
            "data e ora",
            "data modifica",
        ),
        required=False,
        kind="instant",
    ),
    Column(
        "source",
        {"en": "Source (IP or log)", "it": "Origine (IP o log)"},
        (
            "source",
            "ip",
            "ip address",
            "log",
            "log reference",
            "logs",
            "reference",
            "origine",
            "fonte",
            "indirizzo ip",
            "riferimento",
            "registro",
        ),
    ),
)
"""Findings of platform security: one row for each change of personal information."""

ACTIVITY: tuple[Column, ...] = (
    Column(
        "at",
        {"en": "When", "it": "Quando"},
        ("at", "time", "date", "timestamp", "date and time", "data", "ora", "data e ora"),
        kind="instant",
    ),
    Column(
        "action",
        {"en": "Action", "it": "Azione"},
        ("activity", "event", "what", "operation", "attività", "evento", "operazione"),
    ),
    Column(
        "ip",
        {"en": "IP address", "it": "Indirizzo IP"},
        ("ip", "address", "source ip", "client ip", "indirizzo"),
        max_length=100,
    ),
    Column(
        "suspicious",
        {"en": "Suspicious", "it": "Sospetto"},
        ("unknown", "flag", "flagged", "suspect", "sospetta", "sconosciuto", "anomalo"),
        required=False,
        kind="choice",
        options=_YES_NO,
    ),
)
"""Account activity, as Qualia Connect's agents collect it."""
