"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)


class FakeClock:
    """Business time in a test."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> datetime:
        """Go forward and say when it is now."""
        self._now += by
        return self._now
