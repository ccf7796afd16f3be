"""The pieces a playbook is made of: wording, calendars, roles, fields, conditions, acts. Pure data; a closed language."""

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
"""The closed table of field types; `desk/fields/parse.py` reads and shows each."""


class Calendar(Value):
    """When people of a role work: an IANA zone, weekdays (Monday is 0), local hours and public holidays."""

    zone: str
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    start: str = Field("00:00", alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    end: str = Field("24:00", alias="to", pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")
    holidays: str | None = None
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @property
    def has_gaps(self) -> bool:
        """Say whether there are hours in which nobody of the role works."""
        round_the_clock = self.start == "00:00" and self.end == "24:00" and len(set(self.weekdays)) == 7
        return not round_the_clock or self.holidays is not None


class Role(Value):
    """A team: its names in the procedures, where it is reached, when it works and who covers for it."""

    title: Words
    aliases: tuple[str, ...] = ()
    inbox: Literal["channel", "direct"] = "channel"
    calendar: str | None = None
    next: str | None = None
    fallback: str | None = None
    group: str | None = None
    """The Zendesk group whose tickets are this role's, when it has one."""


class Column(Value):
    """One column of typed rows."""

    title: Words
    type: Literal["text", "order", "money", "ip", "yes_no", "time"] = "text"
    optional: bool = False
    must: str | None = None
    """The only value that will do, such as `yes` for something that has to be done."""
    aliases: tuple[str, ...] = ()


class FieldSpec(Value):
    """One thing the procedure asks for: its type, how it is worded and how it is kept."""

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
    """Asked again each time: what was answered before neither stands in the form nor counts as an answer."""
    columns: dict[str, Column] = {}
    """Of `rows`: what each line holds, in order."""
    of: str | None = None
    """Of `ticks`: the field whose rows are ticked off one by one."""
    covers: str | None = None
    """Of `rows`: a field of orders, each of which needs a line whose first column names it."""
    answer: Answer | None = None
    """Of `check`: compared by the desk with what Admin says, where it is connected; a person judges it otherwise."""
    into: str | None = None
    """Of `files`: the field whose rows an uploaded sheet gives."""
    prefill: str | None = None
    """Another field whose value stands in the form until this one is answered."""
    at_most: str | None = None
    """Of `money`: another field that this one may not exceed."""
    most: Decimal | None = None
    """Of `money`: more than this needs the override of the role that covers for the owner."""
    sop: bool = True


class Ask(Value):
    """A field a step asks for; a name in parentheses, `(name)`, makes it optional."""

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
    """When something holds. All keys that are given must hold; the table of kinds is closed."""

    outcome: dict[str, Names] = {}
    field: dict[str, Names] = {}
    known: Names = ()
    positive: Names = ()
    """Money fields that are more than nothing."""
    equal: tuple[str, ...] = ()
    """Fields that have one and the same value."""
    compared: Names = ()
    """Steps whose deciding answers were compared by the desk, not judged by a person."""
    attempts: dict[str, int] = {}
    """At least so many logged tries: `step.attempt` to a number."""
    any: tuple["Condition", ...] = ()
    all: tuple["Condition", ...] = ()
    no: "Condition | None" = Field(None, alias="not")
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def steps(self) -> set[str]:
        """Name every step this condition looks at."""
        inner = [*self.any, *self.all, *([self.no] if self.no else [])]
        own = set(self.outcome) | set(self.compared)
        return own.union(*(one.steps() for one in inner)) if inner else own

    def fields(self) -> set[str]:
        """Name every field this condition looks at."""
        inner = [*self.any, *self.all, *([self.no] if self.no else [])]
        own = set(self.field) | set(self.known) | set(self.positive) | set(self.equal)
        return own.union(*(one.fields() for one in inner)) if inner else own


class Due(Value):
    """When a step is due: this long after an origin, in the owner's working time unless the step is urgent.

    Origins: `opened` (the step opened), `case_opened`, or `done:<step>`.
    """

    within: Duration = Field(alias="in")
    origin: str = Field("opened", alias="from", pattern=r"^(opened|case_opened|done:[a-z_0-9]+)$")
    sop: bool = False
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rung(Value):
    """One rung of the chase ladder: this long after the due time, tell these people."""

    after: Duration
    tell: str


class Said(Value):
    """A line of a ticket, note or card: words with `{field}` in them, left out unless its condition holds."""

    text: Words
    when: Condition | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, raw: Any) -> Any:
        """Read the short form: plain words, or a mapping of languages."""
        return raw if isinstance(raw, dict) and "text" in raw else {"text": raw}


class RequesterChoice(Value):
    """A contact that may become a ticket's requester, in order, when its condition holds."""

    field: str
    when: Condition | None = None


class TicketPlan(Value):
    """A ticket to create: names as the account shows them, texts with `{field}` in them."""

    name: str = Field(alias="as")
    form: str
    query_type: str | None = None
    group: str
    status: Literal["new", "open", "pending", "hold", "solved"] = "open"
    subject: Words
    body: tuple[Said, ...]
    requester: tuple[RequesterChoice, ...] = ()
    link: str | None = None
    """The field that holds the number of the ticket the customer wrote from."""
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class TicketChange(Value):
    """A change to a ticket the case already has: an internal note, and where it goes."""

    ticket: str
    note: tuple[Said, ...] = ()
    attach: str | None = None
    """A field of rows that goes onto the ticket as a sheet."""
    group: str | None = None
    status: Literal["open", "pending", "hold", "solved"] | None = None


class CardPlan(Value):
    """The words a role's card opens with once this step is done."""

    inbox: str
    brief: tuple[Said, ...] = ()
    copied: Literal["off", "on"] = "off"
    """Whether the lines without a condition also go to Google Chat (readings A11)."""


class BackOfficeAsk(Value):
    """Something the company's Admin does or tells, where it is connected (`mode: http`); else people do it by hand.

    `profile` and `wallet` are looked up and stand in later forms until somebody answers.
    """

    ask: Literal["suspend", "restore", "profile", "wallet"]
    mode: Literal["by_hand", "http"] = "by_hand"


class Act(Value):
    """One thing done outside when a step finishes: exactly one of the closed table's kinds."""

    create_ticket: TicketPlan | None = None
    update_ticket: TicketChange | None = None
    show_card: CardPlan | None = None
    back_office: BackOfficeAsk | None = None

    @model_validator(mode="after")
    def _one(self) -> "Act":
        """Hold an act to exactly one kind."""
        kinds = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(kinds) != 1:
            table = ", ".join(type(self).model_fields)
            raise ValueError(f"an act is exactly one of {table}")
        return self


def by_desk(spec: FieldSpec) -> Answer | None:
    """Say how the desk compares a field; None where a person judges."""
    return spec.answer if spec.answer and spec.answer.mode == "http" else None
