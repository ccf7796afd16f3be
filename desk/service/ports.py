"""Ports of the application (Protocols) and their errors. Adapters are in `integrations/`, fakes in `tests/fakes/`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from desk.cards.worklist import Figures, Goal, Owed
from desk.case.effects import (
    CreateTicket,
    Effect,
    LookAtTicket,
    RedactPosts,
    ShowCard,
    TellPeople,
    UpdateTicket,
    Writer,
)
from desk.case.events import Event
from desk.case.results import CardSeen, Redacted, TicketFound, TicketInspected, TicketSeen, Told
from desk.case.situation import Situation
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.service.rate_limit import Rate
from desk.values import Person, TicketRef
from desk.workflow.calendar import Deadline


class TryAgain(Exception):
    """Retryable failure of `system`; `after` is the minimum wait, `reason` has no personal data.

    `certain`: nothing was done outside; otherwise it may have been done. `silent`: the system did not answer, so others
    need not call it now either. `paced`: our own rate limit held the call back, so the wait does not grow.
    """

    def __init__(
        self,
        system: str,
        reason: str,
        *,
        after: timedelta | None = None,
        certain: bool = False,
        silent: bool = False,
        paced: bool = False,
    ) -> None:
        super().__init__(f"{system}: {reason}")
        self.system, self.reason, self.after = system, reason, after
        self.certain, self.silent, self.paced = certain or paced, silent, paced


class GiveUp(Exception):
    """Permanent failure until a person changes something; the sentence says what."""

    def __init__(self, system: str, reason: str) -> None:
        super().__init__(f"{system}: {reason}")
        self.system, self.reason = system, reason


class StoreGone(Exception):
    """The database does not answer: nothing was stored, and the person must be told so."""


class Conflict(Exception):
    """Lost race: the case, or who has which role, was changed first; load it and decide again."""


class Repeated(Exception):
    """Duplicate delivery: it was accepted before."""


class Clock(Protocol):
    """Business clock. Signatures are checked against real time, never against this."""

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        ...


@dataclass(frozen=True)
class Commit:
    """Unit of storage: one transaction for a decision."""

    case: Case
    """The case after the events."""
    events: Sequence[Event]
    effects: Sequence[Effect]
    deadlines: Sequence[Deadline]
    delivery: str
    settles: str | None = None
    """The effect that this commit settles."""
    kills: str | None = None
    """The effect that becomes a dead letter."""
    revives: str | None = None
    """The dead letter to be retried."""
    erases: Sequence[str] = ()
    """Retention classes whose keys are destroyed before this commit's values are stored."""
    at: datetime | None = None
    owed: Sequence[Owed] = ()
    """What the case owes after the events."""
    goal: Goal | None = None
    roster: int | None = None
    """The revision of the roster by which a person's roles were judged; None for the desk itself."""


LookPlan = Callable[[str, str, Collection[str]], LookAtTicket | None]
"""Plans a ticket read from its case, its name there, and the lanes in which reads of this case wait."""


class Board(Protocol):
    """Read side of the work list (port). The cost of a query depends on its result, not on the number of open cases."""

    async def owed_by_role(self, roles: Collection[str], limit: int) -> Sequence[Owed]:
        """List what these roles owe, by due time; duties without one come last."""
        ...

    async def owed_by_person(self, person: str, limit: int) -> Sequence[Owed]:
        """List what is assigned to this person, by due time."""
        ...

    async def opened_by(self, person: str, limit: int) -> Sequence[Owed]:
        """List what others owe in the open cases this person opened, by due time."""
        ...

    async def figures(
        self, roles: Collection[str], playbooks: Collection[str], since: datetime, now: datetime
    ) -> Figures:
        """Count the cases of these playbooks opened since then, and what these roles are late with now."""
        ...


class Cases(Board, Protocol):
    """Repository of cases (port). Every method raises StoreGone when the database does not answer."""

    async def load(self, case: str) -> tuple[Case, Playbook] | None:
        """Return a case with the playbook it began with, or None."""
        ...

    async def number(self) -> int:
        """Reserve the next display number."""
        ...

    async def commit(self, commit: Commit) -> None:
        """Store a decision; raises Conflict (the case's version before the new events, or the roster, is stale) and
        Repeated.
        """
        ...

    async def seen(self, delivery: str) -> bool:
        """Return whether this delivery was accepted before."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """List the cases that have a deadline at or before now, earliest first."""
        ...

    async def of_ticket(self, ticket: TicketRef) -> str | None:
        """Return the case of a ticket."""
        ...

    async def note(self, ticket: TicketRef, delivery: str, at: datetime, plan: LookPlan) -> str | None:
        """Store a ticket's delivery with the read that `plan` makes; return the case. Raises Repeated.

        Without a case nothing is stored, and None is returned.
        """
        ...

    async def named(self, number: int) -> str | None:
        """Return the case with this display number."""
        ...

    async def find(self, field: str, value: str, limit: int = 20) -> Sequence[str]:
        """List the cases in which this field ever had this canonical value, newest first."""
        ...

    async def sharing(self, field: str, values: Sequence[str], since: datetime, until: datetime) -> frozenset[str]:
        """List the cases opened within this time in which this field ever had one of these values."""
        ...

    async def of_days(self, playbook: str, since: datetime, until: datetime) -> Sequence[str]:
        """List the cases of a playbook that were opened or closed within these days, oldest first."""
        ...


class Attempt(Protocol):
    """Attempt at an effect. `before` says whether an earlier attempt may have taken effect outside."""

    before: bool
    number: int
    first_at: datetime | None
    prepared: bytes | None

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        """Store the exact body, and the start of sending, before the first byte leaves.

        `lands` is for calls without an idempotency key: after a lost answer the next attempt, which looks for the
        result, comes no earlier than this after the sending.
        """
        ...


class Turns(Protocol):
    """Rate limit shared by all replicas (port). A name is what the vendor counts by."""

    async def turn(self, name: str, rate: Rate) -> float:
        """Wait for this name's turn and return 0; or take none, and return the seconds after which to ask again."""
        ...

    async def hold(self, name: str, seconds: float, rate: Rate) -> None:
        """Block this name for so many seconds, as the vendor demands."""
        ...


class EffectQueue(Protocol):
    """Queue of effects (port): passes each key to `engine.perform`, in order within its lane, until it is settled."""

    def wake(self) -> None:
        """Signal that there may be work."""
        ...


class Tickets(Protocol):
    """Ticket system (port). Raises TryAgain and GiveUp only."""

    async def create(self, effect: CreateTicket, attempt: Attempt) -> TicketSeen:
        """Create the ticket and read it back; idempotent."""
        ...

    async def update(self, effect: UpdateTicket, attempt: Attempt) -> TicketSeen:
        """Add the note, change the ticket and read it back; idempotent."""
        ...

    async def look(self, effect: LookAtTicket) -> TicketSeen:
        """Read the ticket, its public comments, and who last changed group or status."""
        ...

    async def many(self, tickets: Sequence[int]) -> Sequence[TicketSeen]:
        """Read many tickets in one request, with the attributes it offers; deleted ones are left out."""
        ...

    async def inspect(self, ticket: int, effect: str = "") -> TicketInspected:
        """Read a ticket before the first write to it; `effect` is the key of the work that should have created it."""
        ...

    async def foreign(self, ticket: int, query_types: Sequence[str]) -> TicketFound | None:
        """Read a ticket without a case; None when the desk created it, or it has none of these query types."""
        ...

    async def peek(self, ticket: int) -> Writer | None:
        """Return the author of a ticket; None for an agent, or without a requester."""
        ...


class Chat(Protocol):
    """Chat system (port). Raises TryAgain and GiveUp only."""

    async def show(self, effect: ShowCard, situation: Situation, attempt: Attempt) -> CardSeen:
        """Post the card, or update it in place."""
        ...

    async def tell(self, effect: TellPeople, situation: Situation, attempt: Attempt) -> Told:
        """Post a message, in the card's thread or beside it; idempotent."""
        ...

    async def redact(self, effect: RedactPosts, situation: Situation) -> Redacted:
        """Redraw the card, overwrite messages and delete files of the bot about this case in an inbox."""
        ...

    async def file(self, link: str, most: int) -> bytes:
        """Download an uploaded file; reading stops one byte after `most`."""
        ...


class People(Protocol):
    """Directory of people (port), from a local table without outside calls. Unknown people have no role."""

    @property
    def revision(self) -> int:
        """Return the revision of the roster that is in use."""
        ...

    def person(self, person_id: str) -> Person:
        """Return a person with roles, language and zone."""
        ...

    async def catch_up(self) -> None:
        """Take over what another replica has learnt since; raises StoreGone."""
        ...
