"""Clocks for business time. Signatures are checked against real time instead."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class SystemClock:
    """The system clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class OffsetClock:
    """The system clock plus an offset in seconds read from a file, for demonstrations and rehearsals."""

    def __init__(self, file: Path) -> None:
        """Take the file with the offset; a missing file, or one without a number, means no offset."""
        self._file = file
        self._stamp = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the shifted aware UTC instant; the file is read again when its modification time changes."""
        try:
            stamp = self._file.stat().st_mtime_ns
            if stamp != self._stamp:
                self._offset = timedelta(seconds=float(self._file.read_text()))
                self._stamp = stamp
        except (OSError, ValueError):
            pass
        return datetime.now(UTC) + self._offset
