"""People's names in texts for Zendesk: replaces `<@id>` by the name in Slack's directory.

It stands here because neither vendor's package may import the other.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desk.case.effects import CreateTicket, LookAtTicket, UpdateTicket, Writer
from desk.case.results import TicketFound, TicketInspected, TicketSeen
from desk.service.ports import Attempt, Tickets

_PERSON = re.compile(r"<@([A-Z0-9]{3,20})>")


@dataclass(frozen=True)
class NamedTickets:
    """The `Tickets` port with `<@id>` replaced by people's names."""

    tickets: Tickets
    name: Callable[[str], str]

    async def create(self, effect: CreateTicket, attempt: Attempt) -> TicketSeen:
        named = effect.model_copy(update={"body": self._named(effect.body), "subject": self._named(effect.subject)})
        return await self.tickets.create(named, attempt)

    async def update(self, effect: UpdateTicket, attempt: Attempt) -> TicketSeen:
        """Add the note once."""
        note = self._named(effect.note) if effect.note else None
        return await self.tickets.update(effect.model_copy(update={"note": note}), attempt)

    async def look(self, effect: LookAtTicket) -> TicketSeen:
        return await self.tickets.look(effect)

    async def many(self, tickets: Sequence[int]) -> Sequence[TicketSeen]:
        return await self.tickets.many(tickets)

    async def inspect(self, ticket: int, effect: str = "") -> TicketInspected:
        return await self.tickets.inspect(ticket, effect)

    async def foreign(self, ticket: int, query_types: Sequence[str]) -> TicketFound | None:
        """Read a ticket that belongs to no case."""
        return await self.tickets.foreign(ticket, query_types)

    async def peek(self, ticket: int) -> Writer | None:
        """Return the requester of a ticket."""
        return await self.tickets.peek(ticket)

    def _named(self, words: str) -> str:
        return _PERSON.sub(lambda found: self.name(found[1]) or found[1], words)
