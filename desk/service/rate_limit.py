"""How closely calls of one kind may follow one another. Pure: instants are seconds, and the caller says what time it is.

Each name has the second at which it would be free again if nothing more came (a "generic cell rate": one number a name).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """`burst` calls at once, then one in `every` seconds; nobody waits longer than `longest` seconds for a turn."""

    every: float
    burst: int
    longest: float = 8.0

    @property
    def slack(self) -> float:
        """How far ahead of its steady pace a name may be, in seconds."""
        return self.every * (self.burst - 1)

    @classmethod
    def within(cls, calls: int, seconds: float, at_once: int) -> "Rate":
        """Allow at most so many calls in any stretch of so many seconds: some of them at once, the rest one by one."""
        return cls(seconds / max(calls - at_once, 1), at_once)


@dataclass(frozen=True)
class Turn:
    """What a call is told: how long to wait for its turn, or that its turn is too far away to wait for."""

    wait: float
    taken: bool
    free_at: float


def take(free_at: float, now: float, rate: Rate) -> Turn:
    """Take the next turn, unless it is further away than anybody waits: then nothing is taken, and `wait` says how far."""
    wait = free_at - rate.slack - now
    if wait > rate.longest:
        return Turn(wait - rate.longest / 2, taken=False, free_at=free_at)
    return Turn(max(wait, 0.0), taken=True, free_at=max(free_at, now) + rate.every)


def hold(free_at: float, now: float, seconds: float, rate: Rate) -> float:
    """Give when a name is free again after it was asked to let nothing through for so many seconds."""
    return max(free_at, now + seconds + rate.slack)
