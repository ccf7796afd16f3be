"""Business time. It knows nothing of signatures, which are checked against real time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the aware UTC instant."""
        return datetime.now(UTC)


class OffsetClock:
    """The machine's clock and an offset in seconds, read from a file, for demonstrations and rehearsals."""

    def __init__(self, file: Path) -> None:
        """Keep where the offset stands; a file that is not there or not a number means none."""
        self._file = file
        self._stamp = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        """Give the aware UTC instant, moved; the file is read again when it was written."""
        try:
            stamp = self._file.stat().st_mtime_ns
            if stamp != self._stamp:
                self._offset = timedelta(seconds=float(self._file.read_text()))
                self._stamp = stamp
        except (OSError, ValueError):
            pass
        return datetime.now(UTC) + self._offset
