"""Rate limits of ticket changes in Zendesk.

https://developer.zendesk.com/api-reference/introduction/rate-limits/: a number of changes a minute by the account's
plan, and 30 changes of one ticket by one user in ten minutes.
"""

from datetime import timedelta

from desk.service.ports import TryAgain, Turns
from desk.service.rate_limit import Rate
from integrations.zendesk.names import SYSTEM

CHANGES = 100
"""Ticket changes a minute; a trial or sandbox account has 20."""
ONE_TICKET = Rate.within(30, 600, at_once=20)


class ChangeTurns:
    """Keeps ticket changes within both limits."""

    def __init__(self, pace: Turns, changes: int = CHANGES) -> None:
        """Take the rate limiter and the account's changes a minute; a tenth of them may come at once."""
        self._pace = pace
        self._account = Rate.within(changes, 60, at_once=max(changes // 10, 1))

    async def take(self, ticket: int) -> None:
        """Wait until this ticket may be changed; raises TryAgain when that would take long.

        The account's turn is taken first: a lost one costs a second there, and half a minute at a ticket.
        """
        for name, rate in (("zendesk", self._account), (f"zendesk/{ticket}", ONE_TICKET)):
            if away := await self._pace.turn(name, rate):
                after = timedelta(seconds=away)
                raise TryAgain(SYSTEM, "too many changes at once", after=after, paced=True)
