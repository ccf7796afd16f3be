"""Effects: work to do in outside systems, as values. An effect's key makes it idempotent."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from desk.values import Line, Person, Text, Value


class _Effect(Value):
    """Base of all effects. A lane runs in order, one effect at a time; `needs` are keys that must settle first.

    A key begins with `<case>/` and is built where the effect is planned; the same key is never performed twice.
    """

    key: str
    case: str
    lane: str
    needs: tuple[str, ...] = ()
    urgent: bool = False


class Requester(Value):
    """Requester of a ticket: a contact from before the compromise; None means the company's placeholder."""

    email: str
    name: str


class Writer(Requester):
    """Author of a ticket as the ticket system knows them; `phone` is empty where it has none."""

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
    """Table to attach as a file: name without extension, column titles, and cells as text."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class UpdateTicket(_Effect):
    """Add an internal note to a ticket, attach a sheet where there is one, and change its group or status."""

    kind: Literal["update_ticket"] = "update_ticket"
    name: str
    ticket: int | None
    account: str = ""
    note: str | None = None
    group: str | None = None
    status: str | None = None
    sheet: Sheet | None = None


class LookAtTicket(_Effect):
    """Read a ticket again after a change notification."""

    kind: Literal["look_at_ticket"] = "look_at_ticket"
    name: str
    ticket: int
    account: str = ""


class ShowCard(_Effect):
    """Post or update the case's card in an inbox, from the case's state when this runs."""

    kind: Literal["show_card"] = "show_card"
    inbox: str


class Offered(Value):
    """Action that a message offers as a button: for a step, or for the case where `step` is empty."""

    what: str
    step: str = ""
    occurrence: int = 1
    title: Text = {}
    """What it is about, where one message offers the same action for several steps."""


class TellPeople(_Effect):
    """Post a message in an inbox, in the card's thread where `thread` is true.

    `mention` names roles or `person:<id>`; `pre` is preformatted text (logs).
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
    """Read an uploaded sheet into a field of rows, then finish the step it was uploaded for."""

    kind: Literal["read_sheet"] = "read_sheet"
    file: str
    into: str
    by: Person
    step: str | None = None
    occurrence: int = 1
    outcome: str = "done"


class AskBackOffice(_Effect):
    """Have the back office ("Admin") carry out or look up something about one customer."""

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
    """Have another case (display name) check its claims on the profile again, because of this case (`about`)."""

    kind: Literal["tell_rival"] = "tell_rival"
    rival: str
    about: str


class AskWhoWrote(_Effect):
    """Look up the author of the customer's own ticket."""

    kind: Literal["ask_who_wrote"] = "ask_who_wrote"
    ticket: int


class RedactPosts(_Effect):
    """Overwrite the bot's posts about a case in an inbox, after its personal values were erased."""

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
"""Validates and serializes any effect."""
