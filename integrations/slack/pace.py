"""Keeps posts to one channel about a second apart, with a small burst, so that Slack need not say "too many".

Slack allows about one message a second and channel: https://docs.slack.dev/apis/web-api/rate-limits. It counts in
memory and for this process only; a second process is held back by Slack's own answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

from desk.ports import TryAgain

MOST_CHANNELS = 2000


class Pace:
    """One bucket for each channel."""

    def __init__(
        self,
        every: float = 1.0,
        burst: int = 4,
        longest: float = 8.0,
        *,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Allow `burst` posts at once, then one in `every` seconds; nobody waits here longer than `longest`."""
        self._every, self._slack, self._longest = every, every * (burst - 1), longest
        self._clock, self._sleep = clock, sleep
        self._next: dict[str, float] = {}

    async def turn(self, channel: str) -> None:
        """Wait for this channel's turn; raises TryAgain, and takes no turn, when it is too far away."""
        now = self._clock()
        free = self._next.get(channel, 0.0)
        wait = free - self._slack - now
        if wait > self._longest:
            after = timedelta(seconds=wait - self._longest / 2)
            raise TryAgain("Slack", "too many messages for one channel", after=after, certain=True)
        self._next[channel] = max(free, now) + self._every
        self._forget(now)
        if wait > 0:
            await self._sleep(wait)

    def hold(self, channel: str, seconds: float) -> None:
        """Let nothing through to a channel for a while: Slack said so."""
        until = self._clock() + seconds + self._slack
        self._next[channel] = max(self._next.get(channel, 0.0), until)

    def _forget(self, now: float) -> None:
        """Drop the channels that are free anyway, so that years of direct messages do not pile up."""
        if len(self._next) > MOST_CHANNELS:
            self._next = {channel: at for channel, at in self._next.items() if at > now}
