"""`Idempotency-Key` on ticket creation: for two hours the same bytes get the first response again.

https://developer.zendesk.com/api-reference/introduction/requests/#idempotency
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.zendesk import refusals
from sandbox.zendesk.models import Json

KEPT = timedelta(hours=2)


@dataclass(frozen=True)
class Answered:
    """The first response under a key, and the digest of its request body."""

    digest: str
    at: datetime
    body: Json


class Idempotency:
    """Responses by user and key. Errors are not kept and may be retried."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._answers: dict[tuple[int, str], Answered] = {}

    def forget(self) -> None:
        self._answers.clear()

    def find(self, user_id: int, key: str, raw: bytes) -> Json | None:
        """The first response, None without one, or a refusal when the body differs."""
        found = self._answers.get((user_id, key))
        if found is None or self._now() - found.at >= KEPT:
            return None
        if found.digest != _digest(raw):
            raise refusals.other_body_under_key()
        return found.body

    def keep_first(self, user_id: int, key: str, raw: bytes, body: Json) -> None:
        """Keep the response, unless an unexpired one exists."""
        if self.find(user_id, key, raw) is None:
            self._answers[user_id, key] = Answered(_digest(raw), self._now(), body)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
