"""The small frozen values that commands, events and effects are made of. They know no vendor and no language."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, JsonValue


class Value(BaseModel):
    """A frozen, closed record: an unknown key is an error, a change is a new value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def aware(instant: datetime) -> datetime:
    """Refuse a naive instant and turn any other into UTC; raises ValueError."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(aware)]

Text = dict[str, str]
"""A text in several languages: language code to words."""


def in_language(text: Text, language: str) -> str:
    """Give the words in this language, else in English, else in whatever there is."""
    short = language[:2]
    return text.get(short) or text.get("en") or next(iter(text.values()), "")


class Fact(Value):
    """One thing known about a case: a value in its field's canonical form, or a reason why there is none.

    `personal` facts are kept in the vault and come back with `erased` once their key is destroyed.
    """

    value: JsonValue = None
    none_because: str | None = None
    personal: bool = False
    keep: str = "case"
    erased: bool = False

    @property
    def known(self) -> bool:
        """Say whether somebody answered, be it with "none"."""
        return self.value is not None or self.none_because is not None


class Fill(Value):
    """What a person typed or chose for one field, before anybody checked it."""

    raw: str | tuple[str, ...] | None = None
    none_because: str | None = None

    @property
    def empty(self) -> bool:
        """Say whether nothing was given at all."""
        return not self.raw and not (self.none_because or "").strip()


Fills = dict[str, Fill]


class Person(Value):
    """Somebody who acts: an opaque id, the roles held now, and how to speak to them."""

    id: str
    roles: frozenset[str] = frozenset()
    language: str = "en"
    zone: str = "UTC"
    name: str = ""


BOT = Person(id="bot", name="ATO Desk")
"""The desk itself, when a step finishes without a person."""


class Line(Value):
    """A sentence for people: an English template, which is also its key in the catalogues, and its arguments.

    Arguments whose name ends in `_at` are instants and are shown in the reader's zone.
    """

    key: str
    args: dict[str, "str | int | Instant | Text | list[str]"] = {}


class FieldError(Value):
    """What is wrong with one field of a form."""

    field: str
    line: Line


class Refusal(Value):
    """Why a command was not carried out: a sentence, and errors that stand at their fields."""

    line: Line
    fields: tuple[FieldError, ...] = ()


class Happened(Value):
    """When it happened and who did it: a person's opaque id, or `bot`."""

    at: Instant
    by: str
