"""Zendesk webhook: stores that a ticket may have changed. The change itself is read from Zendesk later.

Zendesk repeats a delivery that is not answered with success, so 200 means that it is stored. Only a ticket that no case
knows is read at once: whether there is anything to store depends on what it is.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from desk.case.commands import AdoptTicket, Command
from desk.case.results import TicketFound
from desk.rules.adopt_ticket import case_of
from desk.service.ports import GiveUp, StoreGone, TryAgain
from desk.values import TicketRef
from integrations.zendesk.deliveries import Malformed, TicketChanged, read_webhook, signed


class Accepts(Protocol):
    """The engine's port for webhooks."""

    async def note(self, ticket: TicketRef, delivery: str) -> bool:
        """Store that a ticket may have changed; False where no case has it. Raises StoreGone."""
        ...

    async def accept(self, command: Command) -> object:
        """Accept a command; raises StoreGone."""
        ...


class FindsTickets(Protocol):
    """The ticket system's port for webhooks."""

    async def foreign(self, ticket: int, query_types: Sequence[str]) -> TicketFound | None:
        """Read a ticket that belongs to no case; raises TryAgain and GiveUp."""
        ...


def _real_now() -> datetime:
    """Return real time: a signature's age is never measured in business time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class ZendeskDoor:
    """The dependencies of the webhook."""

    engine: Accepts
    secret: str = field(repr=False)
    real_now: Callable[[], datetime] = _real_now
    tickets: FindsTickets | None = None
    account: str = ""
    """The account that sends the deliveries."""
    opener: Callable[[str], str] = str
    """Names the agent with this email address: the person's id, or the agent's name."""
    adopts: Mapping[str, str] = field(default_factory=dict)
    """The query types whose tickets become cases, with the playbook of each."""

    def signs(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Verify the signature of a delivery."""
        return signed(self.secret, headers, raw, self.real_now())


@dataclass(frozen=True)
class HttpAnswer:
    """A response: a status and a JSON object."""

    status: int
    body: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)


UNSIGNED = HttpAnswer(
    401,
    {
        "error": "The signature does not fit this body, or it is not from just now. Nothing was kept. "
        "Check that the bot has this webhook's signing secret, and the clock of its machine."
    },
)
_SOON = {"Retry-After": "30"}
"""Zendesk repeats a 503 only when Retry-After is less than a minute."""
GONE = HttpAnswer(503, {"error": "The desk's database does not answer. Nothing was kept; deliver this again."}, _SOON)
UNREAD = HttpAnswer(
    503,
    {"error": "The ticket is not one the desk knows, and it cannot be read now. Nothing was kept; deliver this again."},
    _SOON,
)
PATIENCE = 8.0
"""Seconds for reading a ticket; Zendesk waits ten for an answer."""
_KEPT = HttpAnswer(200, {"ok": "kept"})
NOT_OURS = HttpAnswer(200, {"ok": "not ours"})


async def on_ticket_event(raw: bytes, headers: Mapping[str, str], door: ZendeskDoor) -> HttpAnswer:
    """Handle a delivery about a ticket."""
    if not door.signs(headers, raw):
        return UNSIGNED
    try:
        return await _note(read_webhook(headers, raw), door)
    except Malformed as malformed:
        return HttpAnswer(400, {"error": f"{malformed} Nothing was kept."})
    except StoreGone:
        return GONE


async def _note(changed: TicketChanged, door: ZendeskDoor) -> HttpAnswer:
    """Store the delivery with the ticket's case; a repeated delivery is answered like the first."""
    delivery = f"zendesk:{changed.invocation_id}"
    ticket = TicketRef(account=door.account, id=changed.ticket_id)
    if await door.engine.note(ticket, delivery):
        return _KEPT
    return await _adopt(ticket, delivery, door)


async def _adopt(ticket: TicketRef, delivery: str, door: ZendeskDoor) -> HttpAnswer:
    """Open a case for a ticket made by hand; a ticket that the desk itself is just creating is skipped."""
    if door.tickets is None or not door.adopts:
        return NOT_OURS
    try:
        async with asyncio.timeout(PATIENCE):
            found = await door.tickets.foreign(ticket.id, tuple(door.adopts))
    except (TryAgain, TimeoutError):
        return UNREAD
    except GiveUp:
        return NOT_OURS
    if found is None:
        return NOT_OURS
    playbook = door.adopts[found.query_type]
    author = door.opener(found.author.email) if found.author else ""
    adopt = AdoptTicket(case=case_of(ticket), delivery=delivery, playbook=playbook, found=found, author=author)
    await door.engine.accept(adopt)
    return _KEPT
