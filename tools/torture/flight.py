"""In-flight recorder of a replica: a shared-memory file that survives SIGKILL.

Each effect in flight has a slot: phase, start, key. The killer reads it afterwards, so that counts reflect the instant
of the kill.
"""

import mmap
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SLOTS, ROOM = 64, 256
_HEAD = struct.Struct("<cdH")
FREE, BEGUN, SENT, ANSWERED = b"\0", b"B", b"S", b"A"
"""Nothing; begun, and nothing sent that matters; sent and not answered; answered and not yet kept."""


@dataclass(frozen=True)
class UnderWay:
    """An effect in flight: phase, start (monotonic seconds), key."""

    stage: bytes
    since: float
    key: str


class Flight:
    """Writer in the replica. One thread at a time writes a slot completely."""

    def __init__(self, file: Path) -> None:
        """Take a file that `fresh` has made."""
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), SLOTS * ROOM)
        self._free, self._lock = list(range(SLOTS)), threading.Lock()
        self._slot: dict[str, int] = {}

    @contextmanager
    def under_way(self, key: str) -> Iterator[None]:
        """Context that shows an effect while it is performed and settled."""
        with self._lock:
            self._slot[key] = self._free.pop()
        self.mark(key, BEGUN)
        try:
            yield
        finally:
            self.mark(key, FREE)
            with self._lock:
                self._free.append(self._slot.pop(key))

    def mark(self, key: str, stage: bytes) -> None:
        """Set an effect's phase."""
        with self._lock:
            slot = self._slot.get(key)
        if slot is None:
            return
        name = key.encode()[: ROOM - _HEAD.size]
        at = slot * ROOM
        self._memory[at : at + _HEAD.size + len(name)] = _HEAD.pack(stage, time.monotonic(), len(name)) + name


def fresh(file: Path) -> Path:
    """Create an empty file."""
    file.write_bytes(bytes(SLOTS * ROOM))
    return file


def under_way(file: Path) -> list[UnderWay]:
    """Read what is under way, or was when the replica died."""
    raw, found = file.read_bytes(), []
    for at in range(0, len(raw), ROOM):
        stage, since, length = _HEAD.unpack_from(raw, at)
        if stage != FREE:
            name = raw[at + _HEAD.size : at + _HEAD.size + length]
            found.append(UnderWay(stage, since, name.decode("utf-8", "replace")))
    return found
