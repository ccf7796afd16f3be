"""Rate limits of a paid account by the business clock; active only on request."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from datetime import datetime

from sandbox.zendesk import refusals

CALLS_A_MINUTE = 700
UPDATES_A_MINUTE = 100
UPDATES_OF_ONE_TICKET = 30
ONE_TICKET_S = 600.0
EXPORTS_A_MINUTE = 10
_EXPORT = re.compile(r"^/api/v2/incremental/")
_TICKET = re.compile(r"^/api/v2/tickets/(\d+)$")


class Limits:
    """Sliding windows: calls per account, incremental exports, ticket updates, updates per ticket and user."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seen: dict[tuple[str, ...], deque[float]] = {}

    def forget(self) -> None:
        self._seen.clear()

    @property
    def remaining(self) -> int:
        return CALLS_A_MINUTE - self._count(("calls",), 60.0)

    def take(self, method: str, path: str, user_id: int | None) -> None:
        """Count a call, or refuse it."""
        if wait := self._take(("calls",), CALLS_A_MINUTE, 60.0):
            raise refusals.too_many_requests(wait)
        if _EXPORT.match(path) and (wait := self._take(("exports",), EXPORTS_A_MINUTE, 60.0)):
            raise refusals.too_many_requests(wait)
        ticket = _TICKET.match(path)
        if method != "PUT" or ticket is None:
            return
        wait = self._take(("updates",), UPDATES_A_MINUTE, 60.0)
        who = ("ticket", ticket.group(1), str(user_id))
        wait = wait or self._take(who, UPDATES_OF_ONE_TICKET, ONE_TICKET_S)
        if wait:
            raise refusals.too_many_updates(wait)

    def _take(self, key: tuple[str, ...], most: int, window_s: float) -> int:
        """Seconds to wait, 0 when the call may pass."""
        if self._count(key, window_s) >= most:
            oldest = self._seen[key][0]
            return max(1, round(oldest + window_s - self._now().timestamp()))
        self._seen.setdefault(key, deque()).append(self._now().timestamp())
        return 0

    def _count(self, key: tuple[str, ...], window_s: float) -> int:
        seen = self._seen.get(key, deque())
        while seen and seen[0] <= self._now().timestamp() - window_s:
            seen.popleft()
        return len(seen)
