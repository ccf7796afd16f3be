"""Parts of a playbook: texts, calendars, roles, fields, conditions, acts. Pure data; the set of kinds is closed."""

from decimal import Decimal
from typing import Any, Literal, get_args

from pydantic import ConfigDict, Field, model_validator

from desk.playbook.safeguards import Answer
from desk.playbook.shorthand import Duration, Names, Words
from desk.values import Value

FieldType = Literal[
    "text",
    "long_text",
    "name",
    "email",
    "phone",
    "order",
    "orders",
    "money",
    "url",
    "code",
    "choice",
    "choices",
    "check",
    "same",
    "yes_no",
    "instant",
    "files",
    "rows",
    "ticks",
]
FIELD_TYPES: tuple[str, ...] = get_args(FieldType)
"""Closed set of field types: read in `desk/fields/parse.py`, shown in `desk/fields/format.py`."""


class Calendar(Value):
    """Working hours of a role: IANA zone, weekdays (Monday is 0), local hours, public holidays."""

    zone: str
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    start: str = Field("00:00", alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    end: str = Field("24:00", alias="to", pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")
    holidays: str | None = None
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @property
    def has_gaps(self) -> bool:
        """Return whether the role is off duty at some hours."""
        round_the_clock = self.start == "00:00" and self.end == "24:00" and len(set(self.weekdays)) == 7
        return not round_the_clock or self.holidays is not None


class Role(Value):
    """Team: its names in the procedures, its inbox, its calendar, and the role that covers for it."""

    title: Words
    aliases: tuple[str, ...] = ()
    inbox: Literal["channel", "direct"] = "channel"
    calendar: str | None = None
    next: str | None = None
    fallback: str | None = None
    group: str | None = None
    """The Zendesk group whose tickets are this role's, when it has one."""


class Column(Value):
    """Column of typed rows."""

    title: Words
    type: Literal["text", "order", "money", "ip", "yes_no", "time"] = "text"
    optional: bool = False
    must: str | None = None
    """The only valid value, such as `yes` for something that has to be done."""
    aliases: tuple[str, ...] = ()


class FieldSpec(Value):
    """Field: its type, its wording, and how it is validated and kept."""

    type: FieldType
    title: Words
    help: Words | None = None
    personal: bool = False
    keep: str = "case"
    options: dict[str, Words] = {}
    country: str = "ZA"
    currency: str = "ZAR"
    none_known: bool = False
    default: Any = None
    max_length: int = Field(300, ge=1, le=3000)
    compared: bool = False
    evidence: bool = False  # kept to the letter, such as logs
    anew: bool = False
    """Asked again each time: an earlier answer neither prefills the form nor counts."""
    columns: dict[str, Column] = {}
    """Of `rows`: the columns of a row, in order."""
    of: str | None = None
    """Of `ticks`: the field whose rows are ticked off one by one."""
    covers: str | None = None
    """Of `rows`: a field of orders, each of which needs a line whose first column names it."""
    answer: Answer | None = None
    """Of `check`: compared by the desk with Admin's data, where it is connected; a person judges it otherwise."""
    into: str | None = None
    """Of `files`: the field whose rows an uploaded sheet gives."""
    prefill: str | None = None
    """Another field whose value prefills the form until this one is answered."""
    at_most: str | None = None
    """Of `money`: another field that this one may not exceed."""
    most: Decimal | None = None
    """Of `money`: more than this needs the override of the role that covers for the owner."""
    sop: bool = True


class Ask(Value):
    """Field that a form asks for; `(name)` makes it optional."""

    field: str
    optional: bool = False

    @model_validator(mode="before")
    @classmethod
    def _read(cls, raw: Any) -> Any:
        """Read the short form `field` or `(field)`."""
        if isinstance(raw, str):
            optional = raw.startswith("(") and raw.endswith(")")
            return {"field": raw.strip("()"), "optional": optional}
        return raw


class Condition(Value):
    """Condition on a case. All given keys must hold; the set of kinds is closed."""

    outcome: dict[str, Names] = {}
    field: dict[str, Names] = {}
    known: Names = ()
    positive: Names = ()
    """Money fields whose amount is above zero."""
    equal: tuple[str, ...] = ()
    """Fields with equal values."""
    compared: Names = ()
    """Steps whose deciding answers were compared by the desk, not judged by a person."""
    attempts: dict[str, int] = {}
    """Minimum number of logged attempts: `step.attempt` to a number."""
    any: tuple["Condition", ...] = ()
    all: tuple["Condition", ...] = ()
    no: "Condition | None" = Field(None, alias="not")
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def steps(self) -> set[str]:
        """Return every step this condition refers to."""
        inner = [*self.any, *self.all, *([self.no] if self.no else [])]
        own = set(self.outcome) | set(self.compared)
        return own.union(*(one.steps() for one in inner)) if inner else own

    def fields(self) -> set[str]:
        """Return every field this condition refers to."""
        inner = [*self.any, *self.all, *([self.no] if self.no else [])]
        own = set(self.field) | set(self.known) | set(self.positive) | set(self.equal)
        return own.union(*(one.fields() for one in inner)) if inner else own


class Due(Value):
    """Due time of a step: a duration after an origin, in the owner's working time unless the step is urgent.

    Origins: `opened` (the step opened), `case_opened`, or `done:<step>`.
    """

    within: Duration = Field(alias="in")
    origin: str = Field("opened", alias="from", pattern=r"^(opened|case_opened|done:[a-z_0-9]+)$")
    sop: bool = False
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rung(Value):
    """Rung of a reminder ladder: how long after the due time, and whom to tell.

    `tell` is `claimer` (the person who claimed the step, else the owner), `owner`, or the name of a role.
    """

    after: Duration
    tell: str


class Said(Value):
    """Text line of a ticket, note or card, with `{field}` placeholders; left out unless its condition holds."""

    text: Words
    when: Condition | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, raw: Any) -> Any:
        """Read the short form: plain words, or a mapping of languages."""
        return raw if isinstance(raw, dict) and "text" in raw else {"text": raw}


class RequesterChoice(Value):
    """Candidate for a ticket's requester; the first whose condition holds is used."""

    field: str
    when: Condition | None = None


class TicketPlan(Value):
    """Ticket to create: names as the Zendesk account shows them, texts with `{field}` placeholders."""

    name: str = Field(alias="as")
    form: str
    query_type: str | None = None
    group: str
    status: Literal["new", "open", "pending", "hold", "solved"] = "open"
    subject: Words
    body: tuple[Said, ...]
    requester: tuple[RequesterChoice, ...] = ()
    link: str | None = None
    """Field with the number of the ticket the customer wrote from."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class TicketChange(Value):
    """Change of an existing ticket: an internal note, and its new group or status."""

    ticket: str
    note: tuple[Said, ...] = ()
    attach: str | None = None
    """Field of rows that is attached to the ticket as a sheet."""
    group: str | None = None
    status: Literal["open", "pending", "hold", "solved"] | None = None


class CardPlan(Value):
    """Brief of a role's card: its opening words once this step is done."""

    inbox: str
    brief: tuple[Said, ...] = ()
    copied: Literal["off", "on"] = "off"
    """Whether the lines without a condition also go to Google Chat (readings A11)."""


class BackOfficeAsk(Value):
    """Back-office request.

    Admin carries it out where it is connected (`mode: http`); otherwise people do it by hand. `profile` and `wallet`
    are looked up and prefill later forms until somebody answers.
    """

    ask: Literal["suspend", "restore", "profile", "wallet"]
    mode: Literal["by_hand", "http"] = "by_hand"


class Act(Value):
    """Act on an outside system when a step finishes: exactly one of the closed set of kinds."""

    create_ticket: TicketPlan | None = None
    update_ticket: TicketChange | None = None
    show_card: CardPlan | None = None
    back_office: BackOfficeAsk | None = None

    @model_validator(mode="after")
    def _one(self) -> "Act":
        """Validate that exactly one kind is given."""
        kinds = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(kinds) != 1:
            table = ", ".join(type(self).model_fields)
            raise ValueError(f"an act is exactly one of {table}")
        return self


def by_desk(spec: FieldSpec) -> Answer | None:
    """Return how the desk compares a field's answer; None where a person judges it."""
    return spec.answer if spec.answer and spec.answer.mode == "http" else None
