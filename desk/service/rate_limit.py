"""Rate limiter (GCRA). Pure: instants are seconds, and the current one is an argument.

The generic cell rate algorithm keeps one number per name: the second at which it is free again if no more calls come.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """Rate: `burst` calls at once, then one per `every` seconds; the longest wait for a turn is `longest` seconds."""

    every: float
    burst: int
    longest: float = 8.0

    @property
    def slack(self) -> float:
        """Return how far ahead of its steady pace a name may be, in seconds."""
        return self.every * (self.burst - 1)

    @classmethod
    def within(cls, calls: int, seconds: float, at_once: int) -> "Rate":
        """Return the rate that permits at most so many calls in any window of so many seconds, part of them at once."""
        return cls(seconds / max(calls - at_once, 1), at_once)


@dataclass(frozen=True)
class Turn:
    """Turn of a call: how many seconds to wait, or that the wait would be too long."""

    wait: float
    taken: bool
    free_at: float


def take(free_at: float, now: float, rate: Rate) -> Turn:
    """Take the next turn; if the wait exceeds `longest`, none is taken and `wait` is the time until then."""
    wait = free_at - rate.slack - now
    if wait > rate.longest:
        return Turn(wait - rate.longest / 2, taken=False, free_at=free_at)
    return Turn(max(wait, 0.0), taken=True, free_at=max(free_at, now) + rate.every)


def hold(free_at: float, now: float, seconds: float, rate: Rate) -> float:
    """Return when a name is free again after a block of so many seconds."""
    return max(free_at, now + seconds + rate.slack)
