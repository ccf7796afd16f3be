"""Playbook schema: steps, outcomes, escalations, promises, rehearsals. Independent of files and vendors.

A step opens when every step in `after` is settled and its `when` holds; when `when` can no longer hold, it is skipped.
Branches and parallel steps follow from that; there is no going back.
"""

from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from desk.playbook.parts import (
    Act,
    Ask,
    Calendar,
    Condition,
    Due,
    FieldSpec,
    Role,
    Rung,
    TicketPlan,
)
from desk.playbook.safeguards import CoolOff, Disputes, Lockout
from desk.playbook.shorthand import Duration, Names, Words
from desk.values import Text, Value


class Outcome(Value):
    """Outcome of a step. `when` must hold for it to be chosen; `ends` closes the case with that code."""

    title: Words = {}
    more: Words | None = None
    """Label of a second button that opens the form, where one tap is enough but more can be said."""
    asks: tuple[Ask, ...] = ()
    says: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    when: Condition | None = None
    unless: Words | None = None
    unknown: bool = False
    """The outcome when Admin does not know the order, where the desk compares answers."""
    ends: str | None = None
    does: tuple[Act, ...] = ()
    style: Literal["primary", "danger"] | None = None
    sop: bool = True


class Post(Value):
    """Structured escalation: items in order, one of which may be a fixed sentence."""

    inbox: str
    title: Words
    items: tuple["PostItem", ...]
    thread: tuple[str, ...] = ()
    """Long fields, which are posted in the thread."""
    alike: tuple[str, ...] = ()
    """Fields compared with other cases of the same day: the card shows how many share the value."""
    questions: str | None = None
    """The role that investigators may put questions to; it answers in the post's thread."""


class PostItem(Value):
    """Item of an escalation: a field with its label, or a fixed sentence."""

    label: Words
    field: str | None = None
    fields: tuple[str, ...] = ()
    text: Words | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields shown on this line."""
        return (self.field,) if self.field else self.fields


class Attempt(Value):
    """Logged try that does not finish a step, such as a call nobody answered; the step then waits."""

    title: Words
    asks: tuple[Ask, ...] = ()
    says: tuple[str, ...] = ()
    wait: Duration
    sop: bool = True


class Part(Value):
    """Part of a step with its own actor, saved by itself.

    `customer` means that the customer does it, when asked by us.
    """

    title: Words
    enabled: bool = True
    customer: bool = False
    when: Condition | None = None
    by: str | None = None
    posts: str | None = None
    when_known: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    says: tuple[str, ...] = ()
    after: Names = ()
    due: Due | None = None
    button: Words | None = None
    sop: bool = True


class Waits(Value):
    """Ticket that must be seen in a group before a step opens, whoever moved it there."""

    ticket: str
    group: str


ADOPTED = "adopted"
"""The outcome of a step that was done before the desk knew of the case; conditions may name it."""


class Adopts(Value):
    """Rule by which a ticket created by hand becomes a case: the query type of the ticket it stands for.

    `done` are the steps that count as done, without an outcome and without anything told to the customer.
    """

    ticket: str
    done: Names = ()
    email: str | None = None
    name: str | None = None
    surname: str | None = None
    """Fields for the ticket's requester. They are unconfirmed."""


class Recurs(Value):
    """Recurrence: the duty returns this long after it was last done, while the case is open."""

    every: Duration


class Step(Value):
    """Step of the procedure."""

    sop: int | str | None = None
    title: Words
    owner: str
    enabled: bool = True
    after: Names = ()
    when: Condition | None = None
    asks: tuple[Ask, ...] = ()
    says: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    outcomes: dict[str, Outcome] = {}
    parts: dict[str, Part] = {}
    due: Due | None = None
    chase: tuple[Rung, ...] = ()
    urgent: bool = False
    automatic: bool = False
    does: tuple[Act, ...] = ()
    waits_for: Waits | None = None
    not_by: Names = ()
    lockout: Lockout | None = None
    cool_off: CoolOff | None = None
    recurs: Recurs | None = None
    verdict: bool = False
    """The answers determine the outcome: the first whose `when` holds."""
    attempts: dict[str, Attempt] = {}
    unique: Names = ()
    """Duplicate guard: no other case may have finished this step with the same value of one of these fields."""
    in_sop: bool = True

    @property
    def whole_asks(self) -> tuple[Ask, ...]:
        """Return the questions of the step and of all its outcomes, without those of its parts."""
        return (*self.asks, *(ask for one in self.outcomes.values() for ask in one.asks))

    def outcome(self, name: str) -> Outcome | None:
        """Return an outcome by name; a step without outcomes has one, called `done`."""
        if not self.outcomes and name == "done":
            return Outcome()
        return self.outcomes.get(name)


class Promise(Value):
    """Promise to the customer.

    It is made when a step finishes, and kept by a later step or part, or by one of several.
    """

    title: Words
    made: str
    kept: Names


class Deed(Value):
    """Action of a rehearsal: a person finishes a step or a part, or changes a ticket by hand."""

    who: str
    step: str | None = None
    part: str | None = None
    outcome: str | None = None
    fill: dict[str, Any] = {}
    none: dict[str, str] = {}
    attempt: str | None = None
    """Logs this attempt of the step instead of finishing it."""
    moves: dict[str, str] | None = None
    makes: dict[str, str] | None = None
    """Creates a ticket by hand with the escalation's form and query type: the requester's `group`, `email`, `name`."""
    refused: bool = False


class Rehearsal(Value):
    """Scripted run of one branch from start to end, with the expected outside effects."""

    title: Words
    deeds: tuple[Deed, ...]
    expect: dict[str, Any]


class Playbook(Value):
    """Whole procedure. `language_version` is the version of the playbook language it is written in."""

    playbook: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    language_version: Literal[1] = 1
    title: Words
    brand: str
    case_prefix: str = "ATO"
    languages: tuple[str, ...] = ("en",)
    zone: str = "UTC"
    """The zone and, with `languages`, the wording of texts that have no reader of their own, such as a ticket's."""
    opens_with: str
    roles: dict[str, Role]
    calendars: dict[str, Calendar] = {}
    fields: dict[str, FieldSpec]
    texts: dict[str, Words] = {}
    posts: dict[str, Post] = {}
    adopts: Adopts | None = None
    disputes: Disputes | None = None
    promises: dict[str, Promise] = {}
    endings: dict[str, Words] = {}
    cancels: dict[str, Words] = {}
    """Codes with which a case is cancelled as a false alarm."""
    cancel_by: Names = ()
    """Roles that may cancel, reopen and merge."""
    override_by: str | None = None
    """The role that may lift four eyes and caps, giving a reason."""
    retention: dict[str, Duration] = {}
    """How long after its end a case keeps the personal values of each class.

    The class is a field's `keep`; `case` is everything else.
    """
    values: dict[str, str] = {}
    """Names that an installation may replace, used as `${name}`; see ATO_PLAYBOOKS__VALUES."""
    summary: tuple[str, ...] = ()
    """Fields shown on every card that may show them."""
    steps: dict[str, Step]
    rehearsals: dict[str, Rehearsal] = {}

    def ending(self, code: str | None) -> Text:
        """Return how a case ended: an ending, a cancellation code, or a merge."""
        found = self.endings.get(code or "") or self.cancels.get(code or "")
        return found or ({"en": "merged", "it": "unito"} if code == "merged" else {})

    @cached_property
    def ticket_plans(self) -> tuple[TicketPlan, ...]:
        """List every ticket a case may create."""
        acts = [
            act
            for step in self.steps.values()
            for act in (*step.does, *(one for o in step.outcomes.values() for one in o.does))
        ]
        return tuple(act.create_ticket for act in acts if act.create_ticket)

    @cached_property
    def sop_numbers(self) -> tuple[str, ...]:
        """List the procedure's own step numbers in order, each once."""
        return tuple(dict.fromkeys(str(one.sop) for one in self.steps.values() if one.sop is not None))
