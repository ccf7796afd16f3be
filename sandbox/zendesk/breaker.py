"""Circuit breaker of webhooks: opens at 70 % errors or 1,000 errors within five minutes.

Uses real time, as deliveries do.
"""

from __future__ import annotations

import time
from collections import deque

WINDOW_S = 300.0
MOST_ERRORS = 1000
WORST_SHARE = 0.7
FEWEST_CALLS = 100  # a share of fewer calls than this means nothing
PAUSE_S = 5.0


class Breaker:
    """One webhook's circuit breaker."""

    def __init__(self) -> None:
        self._results: deque[tuple[float, bool]] = deque()
        self._open_until = 0.0
        self.forced_open = False

    @property
    def is_open(self) -> bool:
        return self.forced_open or time.monotonic() < self._open_until

    def record(self, ok: bool) -> None:
        now = time.monotonic()
        self._results.append((now, ok))
        while self._results and self._results[0][0] < now - WINDOW_S:
            self._results.popleft()
        if self._too_bad():
            self._open_until = now + PAUSE_S
            self._results.clear()

    def _too_bad(self) -> bool:
        errors = sum(not ok for _, ok in self._results)
        if errors > MOST_ERRORS:
            return True
        return len(self._results) >= FEWEST_CALLS and errors >= WORST_SHARE * len(self._results)
