"""What the desk needs of the world, in its own words. Adapters live in `integrations/`; tests have fakes of each."""

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
from desk.case.results import CardSeen, Redacted, TicketFound, TicketSeen, Told
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.service.rate_limit import Rate
from desk.values import Person
from desk.workflow.calendar import Deadline


class TryAgain(Exception):
    """The world said no for now. `system` is who, `after` how long to wait at least, `reason` without personal data.

    `certain` means nothing was done outside; otherwise it may have been done although it failed. `silent` means that the
    system gave no answer of its own: others need not ask it now either. `paced` means that nobody was asked, because our
    own turn had not come: who waits longer each time would leave turns unused.
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
        """Keep what the queue needs to decide when to try again."""
        super().__init__(f"{system}: {reason}")
        self.system, self.reason, self.after = system, reason, after
        self.certain, self.silent, self.paced = certain or paced, silent, paced


class GiveUp(Exception):
    """Trying again cannot help until a person changes something: the sentence says what."""

    def __init__(self, system: str, reason: str) -> None:
        """Keep the system's name and the sentence."""
        super().__init__(f"{system}: {reason}")
        self.system, self.reason = system, reason


class StoreGone(Exception):
    """The database does not answer: nothing was kept, and the person must be told so."""


class Conflict(Exception):
    """Somebody else changed the case first: load it and decide again."""


class Repeated(Exception):
    """This delivery was accepted before."""


class Clock(Protocol):
    """Business time. Signatures are checked against real time, never against this."""

    def now(self) -> datetime:
        """Give the aware UTC instant."""
        ...


@dataclass(frozen=True)
class Commit:
    """One transaction: all of it is kept or none."""

    case: Case
    """The case after the events."""
    events: Sequence[Event]
    effects: Sequence[Effect]
    deadlines: Sequence[Deadline]
    delivery: str
    settles: str | None = None
    """The effect that is finished by this commit."""
    kills: str | None = None
    """The effect that becomes a dead letter."""
    revives: str | None = None
    """The dead letter that is to be tried again."""
    erases: Sequence[str] = ()
    """The retention classes whose keys are destroyed, before anything of this is kept."""
    at: datetime | None = None
    owed: Sequence[Owed] = ()
    """What the case owes after the events."""
    goal: Goal | None = None


LookPlan = Callable[[str, str, Collection[str]], LookAtTicket | None]
"""Plans a look at a ticket from its case, its name there, and the lanes in which looks of this case wait."""


class Board(Protocol):
    """Reads what is owed. The cost of each answer follows from its length, not from how many cases are open."""

    async def owed_by_role(self, roles: Collection[str], limit: int) -> Sequence[Owed]:
        """List what these roles owe, by what is due; what has no due time comes last."""
        ...

    async def owed_by_person(self, person: str, limit: int) -> Sequence[Owed]:
        """List what this person has, by what is due."""
        ...

    async def opened_by(self, person: str, limit: int) -> Sequence[Owed]:
        """List what others owe in the open cases this person opened, by what is due."""
        ...

    async def figures(
        self, roles: Collection[str], playbooks: Collection[str], since: datetime, now: datetime
    ) -> Figures:
        """Count the cases of these playbooks opened since then, and what these roles are late with now."""
        ...


class Cases(Board, Protocol):
    """Keeps cases. Every method raises StoreGone when the database does not answer."""

    async def load(self, case: str) -> tuple[Case, Playbook] | None:
        """Give a case as it is with the playbook it began with, or None."""
        ...

    async def number(self) -> int:
        """Reserve the next display number."""
        ...

    async def commit(self, commit: Commit) -> None:
        """Keep a decision; raises Conflict (case.version minus the new events is stale) and Repeated."""
        ...

    async def seen(self, delivery: str) -> bool:
        """Say whether this delivery was accepted before."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Name the cases that have a deadline at or before now, earliest first."""
        ...

    async def of_ticket(self, ticket: int) -> str | None:
        """Find the case a ticket belongs to."""
        ...

    async def note(self, ticket: int, delivery: str, at: datetime, plan: LookPlan) -> str | None:
        """Keep a delivery about a ticket with the look that `plan` makes, and give the ticket's case; raises Repeated.

        None, and nothing kept, where no case has the ticket.
        """
        ...

    async def named(self, number: int) -> str | None:
        """Find the case with this display number."""
        ...

    async def find(self, field: str, value: str, limit: int = 20) -> Sequence[str]:
        """Name the cases in which this field ever had this value, newest first; the value in canonical form."""
        ...

    async def sharing(self, field: str, values: Sequence[str], since: datetime, until: datetime) -> frozenset[str]:
        """Name the cases opened within this time in which this field ever had one of these values."""
        ...

    async def of_days(self, playbook: str, since: datetime, until: datetime) -> Sequence[str]:
        """Name the cases of a playbook that were opened or closed within these days, oldest first."""
        ...


class Attempt(Protocol):
    """One try at an effect. `before` says whether an earlier try may have reached the outside."""

    before: bool
    number: int
    first_at: datetime | None
    prepared: bytes | None

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        """Keep the exact body, and that sending begins now, before the first byte leaves.

        `lands` is for what has no key of its own outside: if nobody hears the answer, the next try, which looks for
        it, comes no earlier than this after the sending.
        """
        ...


class Turns(Protocol):
    """Keeps the calls of all replicas as far apart as a vendor asks for. A name is what the vendor counts by."""

    async def turn(self, name: str, rate: Rate) -> float:
        """Wait for this name's turn and give 0; or take none, and give the seconds after which to come again."""
        ...

    async def hold(self, name: str, seconds: float, rate: Rate) -> None:
        """Let nothing through for so many seconds: the vendor said so."""
        ...


class EffectQueue(Protocol):
    """Hands each effect's key to `engine.perform`, in order within its lane, until it is settled."""

    def wake(self) -> None:
        """Say that there may be work."""
        ...


class Tickets(Protocol):
    """The ticket system. Raises TryAgain and GiveUp only."""

    async def create(self, effect: CreateTicket, attempt: Attempt) -> TicketSeen:
        """Create the ticket once, however often this is called, and read it back."""
        ...

    async def update(self, effect: UpdateTicket, attempt: Attempt) -> TicketSeen:
        """Leave the note once and move the ticket; read it back."""
        ...

    async def look(self, effect: LookAtTicket) -> TicketSeen:
        """Read the ticket, what was said on it in public, and who last moved it."""
        ...

    async def many(self, tickets: Sequence[int]) -> Sequence[TicketSeen]:
        """Read many tickets at once, as far as one look shows them; those that are gone are left out."""
        ...

    async def foreign(self, ticket: int, query_types: Sequence[str]) -> TicketFound | None:
        """Read a ticket no case knows; None when the desk made it, or it has none of these query types."""
        ...

    async def peek(self, ticket: int) -> Writer | None:
        """Say who wrote a ticket; None where that is a colleague, or nobody is named."""
        ...


class Chat(Protocol):
    """Where people are told things. Raises TryAgain and GiveUp only."""

    async def show(self, effect: ShowCard, case: Case, playbook: Playbook, now: datetime, attempt: Attempt) -> CardSeen:
        """Post the card, or update it where it stands."""
        ...

    async def tell(self, effect: TellPeople, case: Case, playbook: Playbook, now: datetime, attempt: Attempt) -> Told:
        """Post a message once, in the card's thread or beside it."""
        ...

    async def redact(self, effect: RedactPosts, case: Case, playbook: Playbook, now: datetime) -> Redacted:
        """Draw the card anew, write over messages and remove files of the bot about this case in an inbox."""
        ...

    async def file(self, link: str, most: int) -> bytes:
        """Fetch a file people uploaded; reading stops one byte after `most`."""
        ...


class People(Protocol):
    """Who somebody is, from a local table: no outside call. Unknown people have no role."""

    def person(self, person_id: str) -> Person:
        """Give a person with roles, language and zone."""
        ...
