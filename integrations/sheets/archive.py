"""Safety check of an XLSX before it is opened: zip bombs, macros, encryption, and oversized parts.

An XLSX is a zip of XML. Nothing in it is run, and no address in it is followed.
"""

import re
import zipfile
import zlib
from xml.parsers import expat

from integrations.sheets.cells import too_wide
from integrations.sheets.columns import MOST_COLUMNS, Unfit

MOST_UNPACKED = 50_000_000
MOST_PARTS = 1_000
MOST_RATIO = 100
"""Maximum compression ratio of a part beyond a megabyte."""
LAST_ROW = 1_048_576
"""Excel's last row; openpyxl would count on for ever up to a larger number."""
MOST_ELEMENTS = 600_000
"""2,000 rows of 50 columns are 300,000 elements; each takes memory when the part is parsed."""
MOST_LINES = 20_000
"""Maximum rows, empty ones included: a column formatted from top to bottom has some thousands."""

_TOO_MANY = (
    "The workbook has far more cells than rows are allowed. Delete the empty rows and columns around the table, or copy"
    " the rows into a new workbook."
)
_DAMAGED = "The workbook is damaged and cannot be opened. Open it in Excel, save it as .xlsx and attach it again."
_BOMB = "The workbook unpacks to far more than a sheet of findings. Copy the rows into a new workbook and attach that."
_MACROS = "The workbook holds macros. Save it as .xlsx, without macros, and attach it again."
_LOCKED = "The workbook has a password. Save it without one and attach it again."
_OTHER = "This is no Excel workbook of today's form. Save it as .xlsx or as CSV (UTF-8) and attach it again."


def damaged() -> Unfit:
    """Return the error for a workbook that cannot be opened."""
    return Unfit(_DAMAGED)


def check_archive(archive: zipfile.ZipFile) -> None:
    """Check that the archive is a plain workbook; raises Unfit."""
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unfit(_BOMB)
    if len(set(names)) < len(names):
        raise Unfit(_DAMAGED)
    for part in parts:
        _check_part(part)
    _check_kind(names)
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            _check_xml(archive, part)


def _check_kind(names: list[str]) -> None:
    """Check by the names of its parts that it is a workbook without macros; raises Unfit."""
    if any(name.endswith("vbaproject.bin") or "macrosheets/" in name for name in names):
        raise Unfit(_MACROS)
    if "[content_types].xml" not in names or "mimetype" in names or "xl/workbook.bin" in names:
        raise Unfit(_OTHER)


def _check_part(part: zipfile.ZipInfo) -> None:
    """Check one part by its declared size, which zipfile enforces."""
    if part.flag_bits & 0x1:
        raise Unfit(_LOCKED)
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Unfit(_OTHER)
    if part.file_size > 1_000_000 and part.file_size > MOST_RATIO * max(part.compress_size, 1):
        raise Unfit(_BOMB)


def _check_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Parse a part as a stream, keeping nothing."""
    look = _Look()
    try:
        with archive.open(part) as content:
            while piece := content.read(65_536):
                look.parser.Parse(piece, False)
        look.parser.Parse(b"", True)
    except (
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        LookupError,
    ):
        raise Unfit(_DAMAGED) from None


class _Look:
    """XML handler: counts elements; rejects entities, rows out of order and cells far to the right."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._element
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._elements = self._lines = self._row = self._column = 0

    def _doctype(self, *_: object) -> None:
        """Reject a document type: only it can define entities, and no workbook needs one."""
        raise Unfit(_DAMAGED)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise Unfit(_TOO_MANY)
        local = name.rpartition(":")[2]
        if local == "row":
            self._next_row(attributes.get("r"))
        elif local == "c":
            self._column = _column(attributes.get("r")) or self._column + 1
        elif local in {"v", "is", "f"} and self._column > MOST_COLUMNS:
            raise too_wide()

    def _next_row(self, number: str | None) -> None:
        """Reject rows out of order: openpyxl would drop them silently."""
        row = int(number) if number else self._row + 1
        if not self._row < row <= LAST_ROW:
            raise Unfit(_DAMAGED)
        self._row, self._column = row, 0
        self._lines += 1
        if self._lines > MOST_LINES:
            raise Unfit(_TOO_MANY)


def _column(place: str | None) -> int:
    """Return the column number of a cell reference such as `AB7`; 0 when it has none."""
    letters = re.match(r"[A-Z]{1,3}", place or "")
    number = 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - 64
    return number
