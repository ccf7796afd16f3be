"""CSV parser: encoding, separator, rows. Pure; of the columns it knows only the titles."""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Sequence

from integrations.sheets.cells import (
    TITLES_WITHIN,
    Cell,
    Table,
    check_size,
    read_text_cell,
    trimmed,
)
from integrations.sheets.columns import MOST_COLUMNS, MOST_CSV_BYTES, Column, Unfit

SEPARATORS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SEP_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)


def read_csv(content: bytes, columns: Sequence[Column]) -> Table:
    """Parse a CSV; raises Unfit."""
    if len(content) > MOST_CSV_BYTES:
        raise Unfit("The file is too big: a CSV may have {most} MB. Split it.", most=1)
    words, guessed = decode(content)
    separator, words = _separator(words, columns)
    return Table("csv", tuple(_rows(words, separator)), guessed)


def decode(content: bytes) -> tuple[str, bool]:
    """Return the text, and whether its encoding was guessed; raises Unfit."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for name in (encoding,) if encoding else (_unmarked(content), "cp1252"):
        try:
            words = content.decode(name)
        except UnicodeDecodeError:
            continue
        if _BINARY.search(words):
            break
        return words, name == "cp1252"
    raise Unfit("This is neither a CSV nor an Excel workbook. Save it as .xlsx or as CSV (UTF-8).")


def _unmarked(content: bytes) -> str:
    """Guess an encoding without a BOM: text in UTF-16 has a zero beside nearly every letter."""
    half = len(content) // 2
    for name, zeros in (("utf-16-le", content[1::2]), ("utf-16-be", content[0::2])):
        if half and len(content) % 2 == 0 and zeros.count(0) > half * 0.6:
            return name
    return "utf-8"


def _separator(words: str, columns: Sequence[Column]) -> tuple[str, str]:
    """Return the separator: Excel's `sep=` line, else the one that yields the most known titles."""
    if named := _SEP_LINE.match(words):
        return named[1], "\n" + words[named.end() :]
    return max(SEPARATORS, key=lambda one: _fit(words, one, columns)), words


def _fit(words: str, separator: str, columns: Sequence[Column]) -> tuple[int, int]:
    """Count the known titles, and the cells, of the best row among the first ones."""
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=separator)
    try:
        return max(
            (
                (
                    sum(any(one.called(cell) for one in columns) for cell in row[:MOST_COLUMNS]),
                    len(row),
                )
                for row in itertools.islice(reader, TITLES_WITHIN)
            ),
            default=(0, 0),
        )
    except csv.Error:
        return 0, 0


def _rows(words: str, separator: str) -> list[tuple[int, tuple[Cell, ...]]]:
    """Return the non-empty rows."""
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, tuple[Cell, ...]]] = []
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            if cells := trimmed(read_text_cell(cell) for cell in row):
                found.append((number, cells))
            check_size(found, cells)
    except csv.Error as wrong:
        if "field limit" in str(wrong):
            raise Unfit("Row {row}: a cell is far too long.", row=number + 1) from None
        raise Unfit(
            "Row {row}: the quotation marks do not match. Put text that has a quotation mark, a separator or a new line"
            " in it into quotation marks, and double those inside.",
            row=number + 1,
        ) from None
    return found
