"""Situation: what a decision knows, and the draft that collects its events. Pure; nothing here reads a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from desk.case.events import Event
from desk.case.fold import fold
from desk.case.results import TicketInspected
from desk.case.state import Case, Claimant
from desk.playbook.model import Playbook


@dataclass(frozen=True)
class GivenTicket:
    """A ticket that a person gave for one that was not created: as it is now, or why it cannot be read.

    `holder` is the display name of another case that has it.
    """

    found: TicketInspected | None = None
    unread: str = ""
    holder: str = ""


@dataclass(frozen=True)
class Related:
    """What other cases say, read once before a decision or before a card is drawn.

    Cases are named as people see them, such as ATO-12. None in `rivals` means that they were not looked up.
    """

    number: int = 0
    """Display number reserved for a new case; 0 when none is needed."""
    twins: tuple[str, ...] = ()
    """Open cases of the same customer."""
    rivals: tuple[str, ...] | None = None
    """Cases of others that claim the same profile."""
    openers: tuple[str, ...] = ()
    """Who opened the rivals' cases."""
    clashes: tuple[str, ...] = ()
    """Cases that finished the step for the same orders."""
    failures: tuple[datetime, ...] = ()
    """Instants at which this customer's verification failed, this case's own among them."""
    claimants: tuple[Claimant, ...] = ()
    """The other claimants, for the cards of those who decide a dispute."""
    alike: Mapping[str, int] = field(default_factory=dict)
    """Number of other cases of the same day, by shared field."""
    given: GivenTicket = GivenTicket()
    """The ticket that the command gives."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Keyed digests of the caller's answers, by field; an empty one is wrong."""


NOTHING_RELATED = Related()
"""What is known of other cases where none was looked up."""


@dataclass(frozen=True)
class Situation:
    """A case, its playbook, the instant (aware UTC) and what other cases say: all that a decision may depend on."""

    case: Case
    playbook: Playbook
    now: datetime
    related: Related = NOTHING_RELATED

    def of(self, case: Case) -> "Situation":
        """Return the same situation with another state of the case."""
        return replace(self, case=case)


class Draft:
    """Unit of work of one decision: its situation, with the events added so far folded into the case."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.events: list[Event] = []

    @property
    def case(self) -> Case:
        """Return the case with the events added so far."""
        return self.situation.case

    @property
    def playbook(self) -> Playbook:
        """Return the playbook the case began with."""
        return self.situation.playbook

    @property
    def now(self) -> datetime:
        """Return the instant of the decision, aware UTC."""
        return self.situation.now

    @property
    def related(self) -> Related:
        """Return what other cases say."""
        return self.situation.related

    def add(self, *events: Event) -> None:
        """Append events and fold them into the case."""
        self.situation = self.situation.of(fold(self.case, events))
        self.events.extend(events)
