"""Retry policy: exponential backoff with jitter, and the limit after which work is given up. Pure."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=12)
LONGEST_ASKED = timedelta(minutes=30)
"""Upper limit for a vendor's Retry-After."""


def retry_at(
    number: int, first_at: datetime | None, now: datetime, after: timedelta | None, spread: float
) -> datetime | None:
    """Return the instant of the next attempt, never before the vendor's Retry-After; None means give up.

    The wait doubles with each attempt up to LONGEST. `number` counts attempts from 1, `first_at` is the start of the
    first; the jitter is 0 to 1.
    """
    if first_at is not None and now - first_at >= GIVE_UP_AFTER:
        return None
    doubled = FIRST * int(2 ** min(max(number - 1, 0), 12))
    wait = min(doubled, LONGEST) * (0.75 + spread / 2)
    asked = min(after or timedelta(), LONGEST_ASKED)
    return now + max(wait, asked * (1 + spread / 10))
