"""On a Zendesk webhook: a ticket may have changed. Read, accept, answer; what has changed is read from Zendesk later.

Zendesk repeats a delivery that is not answered with success, so 200 means that it is stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from desk.commands import Command, NoteTicket
from desk.ports import StoreGone
from integrations.zendesk.deliveries import Malformed, TicketChanged, read_webhook, signed


class Accepts(Protocol):
    """The engine, as far as a webhook needs it."""

    async def accept(self, command: Command) -> object:
        """Take a command; raises StoreGone."""
        ...


class FindsCases(Protocol):
    """The cases, as far as a webhook needs them."""

    async def of_ticket(self, ticket: int) -> str | None:
        """Find the case a ticket belongs to; raises StoreGone."""
        ...


def _real_now() -> datetime:
    """Give the real instant: a signature's age is never measured by business time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class ZendeskDoor:
    """What a webhook is answered with."""

    engine: Accepts
    cases: FindsCases
    secret: str
    real_now: Callable[[], datetime] = _real_now


@dataclass(frozen=True)
class HttpAnswer:
    """What goes back: a status and a JSON object."""

    status: int
    body: Mapping[str, str]


UNSIGNED = HttpAnswer(401, {
    "error": "The signature does not fit this body, or it is not from just now. Nothing was kept. "
    "Check that the bot has this webhook's signing secret, and the clock of its machine."
})  # fmt: skip
GONE = HttpAnswer(503, {
    "error": "The desk's database does not answer. Nothing was kept; deliver this again."
})  # fmt: skip
KEPT = HttpAnswer(200, {"ok": "kept"})
NOT_OURS = HttpAnswer(200, {"ok": "not ours"})


async def on_ticket_event(raw: bytes, headers: Mapping[str, str], door: ZendeskDoor) -> HttpAnswer:
    """Note that a ticket of ours may have changed."""
    if not signed(door.secret, headers, raw, door.real_now()):
        return UNSIGNED
    try:
        return await _note(read_webhook(headers, raw), door)
    except Malformed as malformed:
        return HttpAnswer(400, {"error": f"{malformed} Nothing was kept."})
    except StoreGone:
        return GONE


async def _note(changed: TicketChanged, door: ZendeskDoor) -> HttpAnswer:
    """Tell the case the ticket belongs to; a repeated delivery is answered like the first."""
    case = await door.cases.of_ticket(changed.ticket_id)
    if case is None:
        return NOT_OURS
    delivery = f"zendesk:{changed.invocation_id}"
    await door.engine.accept(NoteTicket(case=case, delivery=delivery, ticket=changed.ticket_id))
    return KEPT
