"""What must be done outside, as values. An effect says what, never how; its key makes doing it twice harmless."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from desk.values import Line, Person, Text, Value


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


class Writer(Requester):
    """Who wrote a ticket, as the ticket system knows them; an empty number where it knows none."""

    phone: str = ""


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


class Sheet(Value):
    """Rows to attach as a file: its name without an ending, its titles and its cells, all as words."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class UpdateTicket(_Effect):
    """Leave an internal note on a ticket, with a sheet where there is one, and move it."""

    kind: Literal["update_ticket"] = "update_ticket"
    name: str
    ticket: int | None
    note: str | None = None
    group: str | None = None
    status: str | None = None
    sheet: Sheet | None = None


class LookAtTicket(_Effect):
    """Read a ticket again, because somebody said that it changed."""

    kind: Literal["look_at_ticket"] = "look_at_ticket"
    name: str
    ticket: int


class ShowCard(_Effect):
    """Draw the case's card in an inbox, as the case is when this runs."""

    kind: Literal["show_card"] = "show_card"
    inbox: str


class Offered(Value):
    """Something to do that a message offers as a button: about a step, or about the case where `step` is empty."""

    what: str
    step: str = ""
    occurrence: int = 1
    title: Text = {}
    """What it is about, where one message offers the same for several steps."""


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
    offers: tuple[Offered, ...] = ()


class ReadSheet(_Effect):
    """Read the sheet somebody uploaded into a field of rows, then finish the step they chose an outcome for."""

    kind: Literal["read_sheet"] = "read_sheet"
    file: str
    into: str
    by: Person
    step: str | None = None
    occurrence: int = 1
    outcome: str = "done"


class AskBackOffice(_Effect):
    """Have the company's Admin do or tell something about one customer."""

    kind: Literal["ask_back_office"] = "ask_back_office"
    ask: Literal["suspend", "restore", "profile", "wallet", "order_answers", "profile_answers"]
    order: str = ""
    customer_id: str = ""
    email: str = ""
    phone: str = ""


class CopyBrief(_Effect):
    """Copy a role's brief to Google Chat."""

    kind: Literal["copy_brief"] = "copy_brief"
    inbox: Literal["google_chat"] = "google_chat"
    said: tuple[str, ...]


class TellRival(_Effect):
    """Let another case (display name) look at who claims its profile, because of this one's (`about`)."""

    kind: Literal["tell_rival"] = "tell_rival"
    rival: str
    about: str


class AskWhoWrote(_Effect):
    """Read who wrote the customer's own ticket."""

    kind: Literal["ask_who_wrote"] = "ask_who_wrote"
    ticket: int


class RedactPosts(_Effect):
    """Write over what the bot posted about a case in an inbox; its personal values are erased by now."""

    kind: Literal["redact_posts"] = "redact_posts"
    inbox: str


Effect = Annotated[
    CreateTicket
    | UpdateTicket
    | LookAtTicket
    | ShowCard
    | TellPeople
    | AskBackOffice
    | CopyBrief
    | ReadSheet
    | RedactPosts
    | TellRival
    | AskWhoWrote,
    Field(discriminator="kind"),
]

EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)
"""Reads and writes any effect."""
