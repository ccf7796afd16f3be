"""State of a case, folded from its events by `desk/case/fold.py`. Independent of playbook, clock and database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from desk.case import events as ev
from desk.case.verification_events import AnswersLearnt
from desk.case.work_events import EffectPlanned
from desk.values import Fact, Text, TicketRef


@dataclass(frozen=True)
class Claimant:
    """Person who claims a profile.

    Which case, who opened it, how it ended, and what is known of the person, by field.
    """

    case: str
    opened_by: str
    ending: Text | None
    facts: tuple[tuple[str, Fact], ...]


@dataclass(frozen=True)
class Done:
    """Completion record: who finished it, and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class StepState:
    """State of one step."""

    status: Literal["pending", "open", "done", "skipped"] = "pending"
    occurrence: int = 0
    opened_at: datetime | None = None
    outcome: str | None = None
    done: Done | None = None
    claimed_by: str | None = None
    held_until: datetime | None = None
    rests_until: datetime | None = None
    """End of the cooling-off period; only an override allows completion before."""
    paused: timedelta = timedelta()
    attempts: Mapping[str, int] = field(default_factory=dict)
    overridden: bool = False
    lifters: frozenset[str] = frozenset()
    """Everybody who lifted its safeguards; a later override clears none of them."""
    compared: bool = False
    parts: Mapping[str, Done] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Return whether the step is done or skipped, so that later steps need not wait for it."""
        return self.status in {"done", "skipped"}


@dataclass(frozen=True)
class Ticket:
    """Ticket as last read."""

    id: int
    url: str
    group: str | None
    status: str | None
    asked_group: str
    lost: tuple[str, ...] = ()
    stamp: str | None = field(default=None, compare=False)
    """Change stamp of the ticket. It is not shown, so it never makes a card stale."""
    replies: int = 0
    replied_at: datetime | None = None
    moved: Literal["solved", "reopened", "routed"] | None = None
    """Last manual change by an agent, and the agent where known."""
    moved_by: str | None = None
    account: str = ""

    @property
    def ref(self) -> TicketRef:
        """Return its account and number."""
        return TicketRef(account=self.account, id=self.id)

    @property
    def solved(self) -> bool:
        """Return whether the ticket is solved or closed in Zendesk."""
        return self.status in {"solved", "closed"}


@dataclass(frozen=True)
class Card:
    """Card in an inbox: where it is posted, and the effect that is updating it."""

    channel: str = ""
    ts: str = ""
    version: int = 0
    url: str = ""
    pending: str | None = None
    planned: int = 0


@dataclass(frozen=True)
class Escalation:
    """Snapshot of a posted escalation."""

    step: str
    part: str
    items: Mapping[str, Fact]
    by: str
    at: datetime


@dataclass(frozen=True)
class Trouble:
    """Failing effect: since when, why, and whether it is a dead letter."""

    effect: str
    what: str
    system: str
    reason: str
    since_at: datetime
    dead: bool = False


@dataclass(frozen=True)
class Case:
    """State of one account takeover. `version` is the number of its events."""

    id: str
    version: int = 0
    number: int = 0
    playbook: str = ""
    playbook_hash: str = ""
    language: str = "en"
    opened_at: datetime | None = None
    opened_by: str = ""
    opener_left: bool = False
    """Whether the opener's direct messages have passed on to the next role."""
    author: str = ""
    """Who made the ticket that the case was adopted from; empty for others."""
    ending: str | None = None
    ended_at: datetime | None = None
    steps: Mapping[str, StepState] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    unconfirmed: frozenset[str] = frozenset()
    """Fields that are prefilled but not known: nobody has confirmed them."""
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    cards: Mapping[str, Card] = field(default_factory=dict)
    escalations: Mapping[str, Escalation] = field(default_factory=dict)
    promises: Mapping[str, str] = field(default_factory=dict)
    told: tuple[ev.CustomerTold, ...] = ()
    chased: Mapping[str, int] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    waiting_since: datetime | None = None
    last_step: str | None = None
    merged_into: str | None = None
    twins: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    """Retention classes whose keys were destroyed."""
    held: bool = False
    """Whether it is on legal hold."""
    rivals: tuple[str, ...] = ()
    """Other cases that claim this profile, until the dispute is decided."""
    decided: frozenset[str] = frozenset()
    """Other cases that claimed it and whose caller was decided not to be the customer."""
    judged_by: str = ""
    """Who closed it with the decision that its caller is not the customer."""
    locked: int = 0
    """Number of failed verifications at the time of the lockout; 0 without one."""
    learnt: Mapping[str, AnswersLearnt] = field(default_factory=dict)
    """Reference digests of the caller's answers, by subject and order number or customer id."""
    notes: tuple[ev.NoteAdded, ...] = ()
    sheets: frozenset[str] = frozenset()
    """Effect keys of uploaded sheets."""
    planned: Mapping[str, EffectPlanned] = field(default_factory=dict)
    troubles: Mapping[str, Trouble] = field(default_factory=dict)
    log: tuple[ev.Event, ...] = field(default=(), repr=False)

    @property
    def opener(self) -> str:
        """Return who opened it, for four eyes: of an adopted case whoever made its ticket."""
        return self.author or self.opened_by

    @property
    def open(self) -> bool:
        """Return whether the case is open."""
        return self.opened_at is not None and self.ending is None

    def step(self, name: str) -> StepState:
        """Return the state of a step; pending by default."""
        return self.steps.get(name, _PENDING)

    def value(self, name: str) -> Any:
        """Return a fact's value, or None."""
        fact = self.facts.get(name)
        return fact.value if fact else None

    def known(self, name: str) -> bool:
        """Return whether a fact was answered; "none" is an answer."""
        fact = self.facts.get(name)
        return fact is not None and fact.known and name not in self.unconfirmed


_PENDING = StepState()


Record = TypeVar("Record", Case, Card, StepState, Ticket, Trouble)


class MutableCase(Case):
    """Mutable case used inside `fold` only."""


def replace(record: Record, **changes: Any) -> Record:
    """Return a copy with changes; ten times faster than `dataclasses.replace`, since every click folds a case.

    Field names are not checked here; tests/desk/test_fold.py checks them.
    """
    if type(record) is MutableCase:
        vars(record).update(changes)
        return record
    made = object.__new__(type(record))
    vars(made).update(vars(record), **changes)
    return made


def with_key(mapping: Mapping[str, Any], key: str, value: Any) -> Mapping[str, Any]:
    """Return a copy of the mapping with one key set."""
    return {**mapping, key: value}
