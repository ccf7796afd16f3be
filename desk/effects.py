"""What must be done outside, as values. An effect says what, never how; its key makes doing it twice harmless."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from desk.values import Line, Text, Value


class _Effect(Value):
    """Key, case and lane of an effect. A lane is done in order, one at a time; `needs` waits for other keys."""

    key: str
    case: str
    lane: str
    needs: tuple[str, ...] = ()
    urgent: bool = False


class Requester(Value):
    """A ticket's requester: a contact from before the compromise. None means the company's placeholder."""

    email: str
    name: str


class CreateTicket(_Effect):
    """Create one ticket. Form, query type and group are names; the first comment is internal."""

    kind: Literal["create_ticket"] = "create_ticket"
    name: str
    form: str
    query_type: str | None
    group: str
    status: str
    subject: str
    body: str
    requester: Requester | None
    linked_ticket: str | None = None


class UpdateTicket(_Effect):
    """Leave an internal note on a ticket and move it."""

    kind: Literal["update_ticket"] = "update_ticket"
    name: str
    ticket: int | None
    note: str | None = None
    group: str | None = None
    status: str | None = None


class LookAtTicket(_Effect):
    """Read a ticket again, because somebody said that it changed."""

    kind: Literal["look_at_ticket"] = "look_at_ticket"
    name: str
    ticket: int


class ShowCard(_Effect):
    """Draw the case's card in an inbox, as the case is when this runs."""

    kind: Literal["show_card"] = "show_card"
    inbox: str


class TellPeople(_Effect):
    """Tell people something in an inbox, in the card's thread where `thread` is true.

    `mention` names roles or `person:<id>`; `pre` is text shown as it stands (logs).
    """

    kind: Literal["tell_people"] = "tell_people"
    inbox: str
    thread: bool = True
    mention: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    title: Text = {}
    pre: str = ""
    reminder: bool = False


Effect = Annotated[
    CreateTicket | UpdateTicket | LookAtTicket | ShowCard | TellPeople, Field(discriminator="kind")
]

EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)
"""Reads and writes any effect."""
