"""Circuit breaker per external system. Independent of vendors; the instant is an argument.

Without it every case would keep calling a system that is down: the attempts would take workers from other work, and all
would meet the system at once when it recovers.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SILENCES = 3
"""Consecutive attempts without an answer, in whichever cases, that open the breaker."""
FIRST, LONGEST = timedelta(seconds=5), timedelta(minutes=1)
"""Time the breaker stays open: it doubles from FIRST to LONGEST with each further attempt without an answer."""


FORGET = timedelta(minutes=10)
"""Failures farther apart than this belong to different outages."""
SYSTEM_OF = {
    "create_ticket": "Zendesk",
    "update_ticket": "Zendesk",
    "look_at_ticket": "Zendesk",
    "show_card": "Slack",
    "tell_people": "Slack",
    "read_sheet": "Slack",
    "redact_posts": "Slack",
    "ask_back_office": "Back office",
    "copy_brief": "Google Chat",
    "tell_rival": "ATO Desk",
    "ask_who_wrote": "Zendesk",
}
"""The system of each kind of effect, as its adapter names it in errors."""


@dataclass
class Outage:
    """Outage of one system: since when, why, the number of failures, and until when calls are held."""

    since: datetime
    reason: str
    last: datetime
    silences: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class Held:
    """Held call: its system does not answer."""

    system: str
    since: datetime
    reason: str
    after: timedelta


@dataclass
class Outages:
    """Circuit breakers of one process."""

    known: dict[str, Outage] = field(default_factory=dict)

    def hold(self, system: str, now: datetime) -> Held | None:
        """Return the hold on a system, or None. After the pause one probe is let through, and a new pause begins."""
        outage = self.known.get(system)
        if outage is None or outage.until is None:
            return None
        if now >= outage.until:
            outage.until = now + _pause(outage.silences)
            return None
        return Held(system, outage.since, outage.reason, outage.until - now)

    def silent(self, system: str, reason: str, now: datetime) -> None:
        """Record an attempt without an answer."""
        outage = self.known.get(system)
        if outage is None or now - outage.last > FORGET:
            outage = self.known[system] = Outage(now, reason, now)
        outage.silences, outage.reason, outage.last = outage.silences + 1, reason, now
        if outage.silences >= SILENCES:
            outage.until = now + _pause(outage.silences)

    def answered(self, system: str) -> None:
        """Record an answer, even a refusal: the breaker closes."""
        self.known.pop(system, None)

    def since(self, system: str) -> datetime | None:
        """Return since when a system does not answer."""
        outage = self.known.get(system)
        return outage.since if outage else None


def _pause(silences: int) -> timedelta:
    """Return how long the breaker stays open after this many failures."""
    return min(FIRST * int(2 ** min(max(silences - SILENCES, 0), 10)), LONGEST)
