"""Value objects shared by commands, events and effects: text, fact, person, line, refusal. Vendor-neutral."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, JsonValue


class Value(BaseModel):
    """Base model: frozen and closed. An unknown key is a validation error; a change makes a new value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def aware(instant: datetime) -> datetime:
    """Convert an aware instant to UTC; raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(aware)]

Text = dict[str, str]
"""Translated text: language code to wording."""


def in_language(text: Text, language: str) -> str:
    """Return the wording in this language, else in English, else in any language."""
    short = language[:2]
    return text.get(short) or text.get("en") or next(iter(text.values()), "")


class Fact(Value):
    """Recorded value of one field in canonical form, or the reason why there is none.

    `personal` facts are stored in the vault; they come back with `erased` set once their key is destroyed.
    """

    value: JsonValue = None
    none_because: str | None = None
    personal: bool = False
    keep: str = "case"
    erased: bool = False

    @property
    def known(self) -> bool:
        """Return whether the field was answered; "none" is an answer."""
        return self.value is not None or self.none_because is not None


class Fill(Value):
    """Raw form input for one field, before validation."""

    raw: str | tuple[str, ...] | None = None
    none_because: str | None = None

    @property
    def empty(self) -> bool:
        """Return whether no input was given."""
        return not self.raw and not (self.none_because or "").strip()


Fills = dict[str, Fill]


class Person(Value):
    """Actor: opaque id, current roles, language and zone."""

    id: str
    roles: frozenset[str] = frozenset()
    language: str = "en"
    zone: str = "UTC"
    name: str = ""
    aka: frozenset[str] = frozenset()
    """Names of the same person elsewhere, such as of their account in the ticket system."""

    def is_named(self, name: str) -> bool:
        """Return whether this person is meant by an id or by one of the other names."""
        return name == self.id or name in self.aka


BOT = Person(id="bot", name="ATO Desk")
"""The actor of steps that finish without a person."""


UNNAMED = "ato"
"""Name of a desk that was given none; what it makes outside carries no name."""


def desk_title(desk: str) -> str:
    """Return how a desk is called outside: its webhook, its Slack app."""
    return BOT.name if desk == UNNAMED else f"{BOT.name} ({desk})"


class TicketRef(Value):
    """Reference of a ticket: its account (subdomain or host of the ticket system) and its number there.

    What was stored before accounts were has none: it is on the account that the database took on.
    """

    account: str = ""
    id: int

    def names(self, other: "TicketRef") -> bool:
        """Return whether both are one ticket."""
        return self.id == other.id and (self.account == other.account or "" in {self.account, other.account})


class Line(Value):
    """Translatable sentence: an English template, which is the catalogue key, and its arguments.

    Arguments whose name ends in `_at` are instants and are shown in the reader's zone.
    """

    key: str
    args: dict[str, "str | int | Instant | Text | list[str]"] = {}


class FieldError(Value):
    """Validation error of one form field."""

    field: str
    line: Line


class Refusal(Value):
    """Refusal of a command: a sentence, and errors shown at their fields."""

    line: Line
    fields: tuple[FieldError, ...] = ()


class Happened(Value):
    """Base of all events: when (aware UTC) and by whom (a person's opaque id, or `bot`)."""

    at: Instant
    by: str
