"""A ticket system in two lists, for tests of everything that only needs the port."""

from dataclasses import dataclass, field

from desk.commands import TicketSeen
from desk.effects import CreateTicket, LookAtTicket, UpdateTicket
from desk.ports import Attempt, GiveUp, TryAgain


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


@dataclass
class FakeTickets:
    """Keeps every promise of `desk.ports.Tickets`; `fail` makes the next calls go wrong, before or after the deed."""

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
        """Read the ticket."""
        _fail(self.before)
        return self._seen(self._held(effect.ticket))

    def move(self, ticket: int, group: str | None = None, status: str | None = None) -> None:
        """Move a ticket by hand."""
        held = self._held(ticket)
        held.group, held.status = group or held.group, status or held.status

    def _hold(self, effect: CreateTicket) -> Held:
        held = Held(
            id=self.first + len(self.tickets), key=effect.key, status=effect.status, form=effect.form,
            group=self.reroutes.get(effect.group, effect.group), query_type=effect.query_type,
            notes=[(effect.key, effect.body)],
        )  # fmt: skip
        self.tickets.append(held)
        return held

    def _apply(self, held: Held, effect: UpdateTicket) -> None:
        if effect.note and effect.key not in {key for key, _ in held.notes}:
            held.notes.append((effect.key, effect.note))
        if effect.group:
            held.group = self.reroutes.get(effect.group, effect.group)
        held.status = effect.status or held.status

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
            id=held.id, url=url, group=held.group, status=held.status, form=held.form, lost=lost
        )


def _fail(errors: list[TryAgain]) -> None:
    if errors:
        raise errors.pop(0)
