"""When to try again, and when to give up. Pure: the spread (0 to 1) and the instant are arguments."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=12)
LONGEST_ASKED = timedelta(minutes=30)
"""However long a vendor asks us to wait, we look again after this."""


def retry_at(
    number: int, first_at: datetime | None, now: datetime, after: timedelta | None, spread: float
) -> datetime | None:
    """Double the wait each time up to LONGEST, never before the vendor's Retry-After; None means give up.

    `number` counts tries from 1, `first_at` is when the first one began.
    """
    if first_at is not None and now - first_at >= GIVE_UP_AFTER:
        return None
    doubled = FIRST * int(2 ** min(max(number - 1, 0), 12))
    wait = min(doubled, LONGEST) * (0.75 + spread / 2)
    asked = min(after or timedelta(), LONGEST_ASKED)
    return now + max(wait, asked * (1 + spread / 10))
