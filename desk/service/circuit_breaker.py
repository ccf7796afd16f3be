"""Which outside systems do not answer at all, and when one of us may ask again. It knows no vendor, and no clock.

Without it every case would go on asking a system that is down: its tries would take the places of work that could be
done, and the system would be met by all of them at once when it comes back.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SILENCES = 3
"""How many tries in a row must have had no answer, whichever case they were for."""
FIRST, LONGEST = timedelta(seconds=5), timedelta(minutes=1)
"""How long nobody asks after that: twice as long after each try that has no answer either."""


FORGET = timedelta(minutes=10)
"""Two silences farther apart belong to two outages: nobody asked in between, so nobody knows."""
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
"""Which system each kind of work is done in, by the name that its adapter gives in errors."""


@dataclass
class Outage:
    """One system that is silent: how often, since when, why, and until when nobody asks."""

    since: datetime
    reason: str
    last: datetime
    silences: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class Held:
    """Work that is not tried now: its system has not answered since then."""

    system: str
    since: datetime
    reason: str
    after: timedelta


@dataclass
class Outages:
    """What one process knows of the systems it works with."""

    known: dict[str, Outage] = field(default_factory=dict)

    def hold(self, system: str, now: datetime) -> Held | None:
        """Say whether to leave a system alone now. Once the pause is over one try is let through, and a new pause begins."""
        outage = self.known.get(system)
        if outage is None or outage.until is None:
            return None
        if now >= outage.until:
            outage.until = now + _pause(outage.silences)
            return None
        return Held(system, outage.since, outage.reason, outage.until - now)

    def silent(self, system: str, reason: str, now: datetime) -> None:
        """Note that a try had no answer."""
        outage = self.known.get(system)
        if outage is None or now - outage.last > FORGET:
            outage = self.known[system] = Outage(now, reason, now)
        outage.silences, outage.reason, outage.last = outage.silences + 1, reason, now
        if outage.silences >= SILENCES:
            outage.until = now + _pause(outage.silences)

    def answered(self, system: str) -> None:
        """Note that a system answered, be it with a refusal."""
        self.known.pop(system, None)

    def since(self, system: str) -> datetime | None:
        """Say since when a system is silent."""
        outage = self.known.get(system)
        return outage.since if outage else None


def _pause(silences: int) -> timedelta:
    """Give how long to leave a system alone after so many silences."""
    return min(FIRST * int(2 ** min(max(silences - SILENCES, 0), 10)), LONGEST)
