"""A ticket system in two lists, for tests of everything that only needs the port."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desk.case.effects import CreateTicket, LookAtTicket, Requester, Sheet, UpdateTicket, Writer
from desk.case.results import TicketFound, TicketInspected, TicketSeen
from desk.service.ports import Attempt, GiveUp, TryAgain

AUTHOR = Requester(email="lerato.mokoena@mrd.example", name="Lerato Mokoena")
"""The agent who makes tickets by hand."""


@dataclass
class Held:
    """A ticket as the pretend system holds it, with the internal notes on it."""

    id: int
    key: str
    group: str
    status: str
    form: str
    query_type: str | None
    notes: list[tuple[str, str]]
    """Effect key and text."""
    sheets: list[Sheet] = field(default_factory=list)
    replied: list[datetime] = field(default_factory=list)
    moved_by: str | None = None
    requester: Requester | None = None
    changes: int = 0
    subject: str = "By hand"


@dataclass
class FakeTickets:
    """Keeps every promise of `desk.service.ports.Tickets`; `fail` makes the next calls go wrong, before or after the deed."""

    tickets: list[Held] = field(default_factory=list)
    groups: tuple[str, ...] = ("CS Data Compliance", "Food Management Group", "Engineering")
    reroutes: dict[str, str] = field(default_factory=dict)
    before: list[TryAgain] = field(default_factory=list)
    after: list[TryAgain] = field(default_factory=list)
    first: int = 48213

    async def create(self, effect: CreateTicket, attempt: Attempt) -> TicketSeen:
        """Create the ticket unless one with this key exists."""
        self._check(effect.group)
        await attempt.prepare(effect.model_dump_json().encode())
        _fail(self.before)
        held = next((ticket for ticket in self.tickets if ticket.key == effect.key), None)
        if held is None:
            held = self._hold(effect)
        _fail(self.after)
        lost = ("group",) if held.group != effect.group else ()
        return self._seen(held, lost)

    async def update(self, effect: UpdateTicket, attempt: Attempt) -> TicketSeen:
        """Leave the note unless it is there, and move the ticket."""
        held = self._held(effect.ticket)
        if effect.group:
            self._check(effect.group)
        if held.status == "closed":
            raise GiveUp("Zendesk", f"Ticket #{held.id} is closed.")
        await attempt.prepare(effect.model_dump_json().encode())
        _fail(self.before)
        self._apply(held, effect)
        _fail(self.after)
        lost = ("group",) if effect.group and held.group != effect.group else ()
        return self._seen(held, lost)

    async def look(self, effect: LookAtTicket) -> TicketSeen:
        """Read the ticket, what was said on it in public, and who last moved it."""
        _fail(self.before)
        held = self._held(effect.ticket)
        replied_at = held.replied[-1] if held.replied else None
        said = {"replies": len(held.replied), "replied_at": replied_at, "moved_by": held.moved_by}
        return self._seen(held).model_copy(update=said)

    async def many(self, tickets: Sequence[int]) -> Sequence[TicketSeen]:
        """Read many tickets."""
        _fail(self.before)
        return [self._seen(held) for held in self.tickets if held.id in tickets]

    async def inspect(self, ticket: int, effect: str = "") -> TicketInspected:
        """Read a ticket before the first write to it."""
        _fail(self.before)
        held = self._held(ticket)
        made = ("for_this" if held.key == effect else "for_another") if held.key else "by_hand"
        return TicketInspected(
            seen=self._seen(held),
            subject=held.subject,
            query_type=held.query_type or "",
            requester=_named(held),
            made=made,
        )

    async def foreign(self, ticket: int, query_types: Sequence[str]) -> TicketFound | None:
        """Read a ticket no case knows."""
        _fail(self.before)
        held = self._held(ticket)
        wanted = held.query_type in query_types and held.status not in {"solved", "closed"}
        if held.key or not wanted or held.query_type is None:
            return None
        return TicketFound(seen=self._seen(held), query_type=held.query_type, requester=_writer(held), author=AUTHOR)

    async def peek(self, ticket: int) -> Writer | None:
        """Say who wrote a ticket."""
        _fail(self.before)
        return _writer(self._held(ticket))

    def move(
        self,
        ticket: int,
        group: str | None = None,
        status: str | None = None,
        by: str = "Priya Naidoo",
    ) -> None:
        """Move a ticket by hand."""
        held = self._held(ticket)
        held.group, held.status = group or held.group, status or held.status
        held.moved_by, held.changes = by, held.changes + 1

    def reply(self, ticket: int, at: datetime) -> None:
        """Say something in public."""
        held = self._held(ticket)
        held.replied.append(at)
        held.changes += 1

    def make(self, group: str, query_type: str | None, requester: Requester | None = None) -> int:
        """Make a ticket by hand."""
        held = Held(
            id=self.first + len(self.tickets),
            key="",
            status="open",
            form="Customer Query",
            group=group,
            query_type=query_type,
            notes=[],
            requester=requester,
        )
        self.tickets.append(held)
        return held.id

    def _hold(self, effect: CreateTicket) -> Held:
        held = Held(
            id=self.first + len(self.tickets),
            key=effect.key,
            status=effect.status,
            form=effect.form,
            group=self.reroutes.get(effect.group, effect.group),
            query_type=effect.query_type,
            notes=[(effect.key, effect.body)],
            subject=effect.subject,
            requester=effect.requester,
        )
        self.tickets.append(held)
        return held

    def _apply(self, held: Held, effect: UpdateTicket) -> None:
        if effect.note and effect.key not in {key for key, _ in held.notes}:
            held.notes.append((effect.key, effect.note))
            held.sheets.extend([effect.sheet] if effect.sheet else [])
        if effect.group:
            held.group = self.reroutes.get(effect.group, effect.group)
        held.status = effect.status or held.status
        held.moved_by, held.changes = None, held.changes + 1

    def _check(self, group: str) -> None:
        if group not in self.groups:
            raise GiveUp("Zendesk", f"There is no group “{group}”.")

    def _held(self, ticket: int | None) -> Held:
        found = next((held for held in self.tickets if held.id == ticket), None)
        if found is None:
            raise GiveUp("Zendesk", "There is no such ticket.")
        return found

    def _seen(self, held: Held, lost: tuple[str, ...] = ()) -> TicketSeen:
        url = f"https://zendesk.test/agent/tickets/{held.id}"
        return TicketSeen(
            id=held.id,
            url=url,
            group=held.group,
            status=held.status,
            form=held.form,
            lost=lost,
            stamp=f"change {held.changes}",
        )


def _named(held: Held) -> Requester | None:
    if held.requester is None:
        return None if held.key else AUTHOR
    return Requester(email=held.requester.email, name=held.requester.name)


def _writer(held: Held) -> Writer | None:
    return Writer.model_validate(held.requester.model_dump()) if held.requester else None


def _fail(errors: list[TryAgain]) -> None:
    if errors:
        raise errors.pop(0)
