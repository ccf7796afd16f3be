"""How often Zendesk lets tickets be changed, and whose turn it is.

https://developer.zendesk.com/api-reference/introduction/rate-limits/: so many changes of tickets in a minute by the
account's plan, and 30 of one ticket by one user in ten minutes.
"""

from datetime import timedelta

from desk.service.ports import TryAgain, Turns
from desk.service.rate_limit import Rate
from integrations.zendesk.names import SYSTEM

CHANGES = 100
"""Changes of tickets in a minute; a trial or sandbox account takes 20."""
ONE_TICKET = Rate.within(30, 600, at_once=20)


class ChangeTurns:
    """Keeps the changes of tickets within both limits."""

    def __init__(self, pace: Turns, changes: int = CHANGES) -> None:
        """Take turns of this pace; the account takes so many changes in a minute, and a tenth of them at once."""
        self._pace = pace
        self._account = Rate.within(changes, 60, at_once=max(changes // 10, 1))

    async def take(self, ticket: int) -> None:
        """Wait until this ticket may be changed; raises TryAgain when that is far away.

        The account's turn is taken first: one that is lost costs a second there, and half a minute at a ticket.
        """
        for name, rate in (("zendesk", self._account), (f"zendesk/{ticket}", ONE_TICKET)):
            if away := await self._pace.turn(name, rate):
                after = timedelta(seconds=away)
                raise TryAgain(SYSTEM, "too many changes at once", after=after, paced=True)
