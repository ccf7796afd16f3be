"""Shared state of the simulated systems: business clock, log, active faults.

Knows no HTTP, no vendor formats and no clients.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

FaultKind = Literal["slow", "timeout", "reset_before", "reset_after", "hold_after", "late", "status", "down"]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)
MOST_ENTRIES = 100_000  # a long torture run must not eat the machine; older entries go first


@dataclass
class Asked:
    """A log entry: a request to a simulated system, or one it sent to the bot."""

    n: int
    at: str
    wall: float
    system: str
    call: str
    body: Any = None
    status: int | None = None
    answer: Any = None
    fault: str | None = None
    key: str | None = None


@dataclass
class Fault:
    """An active fault for matching calls of one system; `times=None` until removed."""

    id: int
    system: str
    kind: FaultKind
    match: str = "*"
    seconds: float = 0
    status: int = 0
    retry_after: str | None = None
    times: int | None = None

    def fits(self, system: str, call: str) -> bool:
        return self.system in (system, "*") and fnmatchcase(call, self.match)


class Clock:
    """Business clock: real time plus a movable offset, in UTC."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.offset = 0.0
        self._write()

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def advance(self, seconds: float) -> datetime:
        self.offset += seconds
        self._write()
        return self.now()

    def set(self, iso: str) -> datetime:
        wanted = datetime.fromisoformat(iso)
        if wanted.tzinfo is None:
            wanted = wanted.replace(tzinfo=UTC)
        self.offset = (wanted - datetime.now(UTC)).total_seconds()
        self._write()
        return self.now()

    def reset(self) -> None:
        self.offset = 0.0
        self._write()

    def _write(self) -> None:
        """Written by rename, so that readers never see a partial number."""
        if self.path is None:
            return
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"{self.offset:.6f}\n")
        Path(name).replace(self.path)


class World:
    """Shared state of one sandbox. Knows neither tickets nor channels."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.log: list[Asked] = []
        self.faults: list[Fault] = []
        # Where the bot lives, as told by POST /connect: "slack_events_url", "zendesk_webhook_url".
        self.connected: dict[str, str] = {}
        self.revision = 0  # grows with everything that anybody does or looks different for
        self.resets = 0
        self._next_entry = 1
        self._next_fault = 1
        self._waiting: set[asyncio.Event] = set()
        self._resets: list[Callable[[], None]] = []

    # The log ---------------------------------------------------------------------------------

    def note(
        self,
        *,
        system: str,
        call: str,
        body: Any = None,
        status: int | None = None,
        answer: Any = None,
        fault: str | None = None,
        key: str | None = None,
    ) -> Asked:
        at = self.clock.now().isoformat(timespec="milliseconds")
        entry = Asked(self._next_entry, at, time.time(), system, call, body, status, answer, fault, key)
        self._next_entry += 1
        self.log.append(entry)
        if len(self.log) > MOST_ENTRIES:
            del self.log[: MOST_ENTRIES // 10]
        self.notify()
        return entry

    def since(self, n: int, system: str | None = None) -> list[Asked]:
        """Entries newer than number `n`, oldest first."""
        if not self.log:
            return []
        skipped = max(0, n + 1 - self.log[0].n)
        return [e for e in self.log[skipped:] if system is None or e.system == system]

    def asked(self, system: str | None = None, call: str = "*") -> list[Asked]:
        """Entries of a system whose call matches a pattern, for counting in tests."""
        return [e for e in self.since(0, system) if fnmatchcase(e.call, call)]

    @property
    def last(self) -> int:
        return self._next_entry - 1

    def notify(self) -> None:
        self.revision += 1
        for event in self._waiting:
            event.set()

    async def wait_changed(self, revision: int, seconds: float) -> int:
        """The newest revision once it differs from `revision`, at the latest after `seconds`."""
        until = time.monotonic() + seconds
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while self.revision == revision and (left := until - time.monotonic()) > 0:
                event.clear()
                await _set_within(event, left)
            return self.revision
        finally:
            self._waiting.discard(event)

    async def wait_newer(self, n: int, system: str | None = None, seconds: float = 0) -> list[Asked]:
        """Entries newer than `n`; waits up to `seconds` for the first."""
        until = time.monotonic() + seconds
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not (found := self.since(n, system)):
                left = until - time.monotonic()
                if left <= 0:
                    return []
                event.clear()
                await _set_within(event, left)
            return found
        finally:
            self._waiting.discard(event)

    # Faults ----------------------------------------------------------------------------------

    def new_fault(
        self,
        system: str,
        kind: str,
        *,
        match: str = "*",
        seconds: float = 0,
        status: int = 0,
        retry_after: str | None = None,
        times: int | None = None,
    ) -> Fault:
        if kind not in FAULT_KINDS:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(FAULT_KINDS)}")
        known: FaultKind = kind  # type: ignore[assignment]  # checked just above
        fault = Fault(self._next_fault, system, known, match, seconds, status, retry_after, times)
        self._next_fault += 1
        self.faults.append(fault)
        return fault

    def clear_faults(self, system: str | None = None) -> int:
        kept = [f for f in self.faults if system is not None and f.system != system]
        gone = len(self.faults) - len(kept)
        self.faults[:] = kept
        return gone

    def take_fault(self, system: str, call: str) -> Fault | None:
        """The first matching fault, its count decremented; None without one."""
        return self._take(f for f in self.faults if f.fits(system, call))

    def take_down(self, system: str) -> Fault | None:
        """A `down` fault of this system; checked at accept, before the call is known."""
        return self._take(f for f in self.faults if f.kind == "down" and f.system in (system, "*"))

    def _take(self, fitting: Iterable[Fault]) -> Fault | None:
        fault = next(iter(fitting), None)
        if fault is None or fault.times is None:
            return fault
        fault.times -= 1
        if fault.times <= 0:
            self.faults.remove(fault)
        return fault

    # Starting over ---------------------------------------------------------------------------

    def on_reset(self, forget: Callable[[], None]) -> None:
        """Register a system's reset function."""
        self._resets.append(forget)

    def reset(self) -> None:
        """Reset log, faults, clock and every registered system."""
        self.resets += 1
        self.log.clear()
        self.faults.clear()
        self.clock.reset()
        for forget in self._resets:
            forget()
        self.notify()


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
