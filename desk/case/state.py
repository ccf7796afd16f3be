"""A case: what is so. It is made by `desk/case/fold.py` from events, and knows no playbook, clock or database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from desk.case import events as ev
from desk.case.verification_events import AnswersLearnt
from desk.case.work_events import EffectPlanned
from desk.values import Fact, Text


@dataclass(frozen=True)
class Claimant:
    """One of those who claim a profile: in which case, who took it, how it ended, and what is known of them, by field."""

    case: str
    opened_by: str
    ending: Text | None
    facts: tuple[tuple[str, Fact], ...]


@dataclass(frozen=True)
class Done:
    """Who finished something, and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class StepState:
    """Where a step stands."""

    status: Literal["pending", "open", "done", "skipped"] = "pending"
    occurrence: int = 0
    opened_at: datetime | None = None
    outcome: str | None = None
    done: Done | None = None
    claimed_by: str | None = None
    held_until: datetime | None = None
    rests_until: datetime | None = None
    """Until when nobody may finish it, short of an override."""
    paused: timedelta = timedelta()
    attempts: Mapping[str, int] = field(default_factory=dict)
    overridden: bool = False
    lifted_by: str | None = None
    compared: bool = False
    parts: Mapping[str, Done] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Say whether later steps need not wait for this one."""
        return self.status in {"done", "skipped"}


@dataclass(frozen=True)
class Ticket:
    """A ticket as last read."""

    id: int
    url: str
    group: str | None
    status: str | None
    asked_group: str
    lost: tuple[str, ...] = ()
    stamp: str | None = field(default=None, compare=False)
    """Changes with every change of the ticket. Nobody sees it, so no card goes stale with it."""
    replies: int = 0
    replied_at: datetime | None = None
    moved: Literal["solved", "reopened", "routed"] | None = None
    """What people last did with it by hand, and the agent who did it where that is known."""
    moved_by: str | None = None

    @property
    def solved(self) -> bool:
        """Say whether people in Zendesk believe that nothing is left to do."""
        return self.status in {"solved", "closed"}


@dataclass(frozen=True)
class Card:
    """A card in an inbox: where it stands, and whether a drawing of it is under way."""

    channel: str = ""
    ts: str = ""
    version: int = 0
    url: str = ""
    pending: str | None = None
    planned: int = 0


@dataclass(frozen=True)
class Escalation:
    """The structured escalation as it was composed."""

    step: str
    part: str
    items: Mapping[str, Fact]
    by: str
    at: datetime


@dataclass(frozen=True)
class Trouble:
    """Work outside that does not succeed: since when, why, and whether it was given up."""

    effect: str
    what: str
    system: str
    reason: str
    since_at: datetime
    dead: bool = False


@dataclass(frozen=True)
class Case:
    """Everything that is so about one takeover. `version` is the number of its events."""

    id: str
    version: int = 0
    number: int = 0
    playbook: str = ""
    playbook_hash: str = ""
    language: str = "en"
    opened_at: datetime | None = None
    opened_by: str = ""
    ending: str | None = None
    ended_at: datetime | None = None
    steps: Mapping[str, StepState] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    unconfirmed: frozenset[str] = frozenset()
    """Facts that stand in forms and are not known: nobody has said that they are so."""
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
    alike: Mapping[str, int] = field(default_factory=dict)
    """How many other cases of its day share a value of each of these fields; filled in while a card is drawn."""
    erased: tuple[str, ...] = ()
    """The retention classes whose keys were destroyed."""
    held: bool = False
    """Whether it is on legal hold."""
    rivals: tuple[str, ...] = ()
    """Cases of others who claim this profile, until somebody has decided."""
    decided: frozenset[str] = frozenset()
    """Cases of others who claimed it, and of whom somebody decided that they are not the customer."""
    judged_by: str = ""
    """Who closed it, deciding that its caller is not the customer."""
    claimants: tuple[Claimant, ...] = ()
    """Who else claims the profile; filled in while a card of those who decide is drawn."""
    locked: int = 0
    """How often this customer's verification had failed when it was taken from its owner."""
    learnt: Mapping[str, AnswersLearnt] = field(default_factory=dict)
    """What the caller's answers are compared with, by what it is about and the order number or customer id."""
    notes: tuple[ev.NoteAdded, ...] = ()
    sheets: frozenset[str] = frozenset()
    """The work of reading each sheet that was uploaded."""
    planned: Mapping[str, EffectPlanned] = field(default_factory=dict)
    troubles: Mapping[str, Trouble] = field(default_factory=dict)
    log: tuple[ev.Event, ...] = field(default=(), repr=False)

    @property
    def open(self) -> bool:
        """Say whether the case goes on."""
        return self.opened_at is not None and self.ending is None

    def step(self, name: str) -> StepState:
        """Give where a step stands; a step never touched is pending."""
        return self.steps.get(name, _PENDING)

    def value(self, name: str) -> Any:
        """Give a fact's value, or None."""
        fact = self.facts.get(name)
        return fact.value if fact else None

    def known(self, name: str) -> bool:
        """Say whether a fact was answered, be it with "none"."""
        fact = self.facts.get(name)
        return fact is not None and fact.known and name not in self.unconfirmed


_PENDING = StepState()


Record = TypeVar("Record", Case, Card, StepState, Ticket, Trouble)


class Draft(Case):
    """A case while events are applied to it: it is changed in place, and nobody outside of `fold` sees one."""


def replace(record: Record, **changes: Any) -> Record:
    """Give a copy with changes, in a tenth of the time `dataclasses.replace` takes: a case is folded for every click.

    It does not look at the names it is given; tests/desk/test_fold.py holds that they are fields.
    """
    if type(record) is Draft:
        vars(record).update(changes)
        return record
    made = object.__new__(type(record))
    vars(made).update(vars(record), **changes)
    return made


def with_key(mapping: Mapping[str, Any], key: str, value: Any) -> Mapping[str, Any]:
    return {**mapping, key: value}
