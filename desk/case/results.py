"""Results of effects: what came back from outside. Pure data."""

from typing import Literal

from pydantic import JsonValue

from desk.case.effects import Requester
from desk.values import Instant, Line, Value


class TicketSeen(Value):
    """A ticket as Zendesk gave it: names, not ids; `lost` lists what was asked for and not kept.

    `stamp` changes with every change of the ticket. `replies` counts what was said in public after the first words, by
    anybody but the desk, and `moved_by` names the agent who last moved it; both are None where nobody looked.
    """

    kind: Literal["ticket"] = "ticket"
    id: int
    url: str
    group: str | None = None
    status: str | None = None
    form: str | None = None
    lost: tuple[str, ...] = ()
    stamp: str | None = None
    replies: int | None = None
    replied_at: Instant | None = None
    moved_by: str | None = None


class TicketFound(Value):
    """A ticket that no case knows, with the query type that makes it one. No requester where that is an agent."""

    seen: TicketSeen
    query_type: str
    requester: Requester | None = None


class CardSeen(Value):
    """A card or message as posted; `version` is the number of events it was drawn from."""

    kind: Literal["card"] = "card"
    channel: str
    ts: str
    version: int = 0
    url: str = ""


class Told(Value):
    """A reminder or thread message as posted."""

    kind: Literal["told"] = "told"
    channel: str
    ts: str


class Delayed(Value):
    """Not done yet: the system did not answer or said no for now."""

    kind: Literal["delayed"] = "delayed"
    system: str
    since_at: Instant
    reason: str


class Dead(Value):
    """Given up: nothing will be tried until somebody says so."""

    kind: Literal["dead"] = "dead"
    system: str
    reason: str


class SheetRow(Value):
    """One row of a sheet: its number as a spreadsheet shows it, and its cells by column, as words."""

    number: int
    cells: dict[str, str]


class SheetRows(Value):
    """A sheet that could be read; whether its cells fit their columns is still to be seen."""

    kind: Literal["sheet_rows"] = "sheet_rows"
    rows: tuple[SheetRow, ...]
    sha256: str = ""
    taken_out: tuple[str, ...] = ()
    """The kinds of secrets that stood in its free columns and were not kept."""


class SheetWrong(Value):
    """A sheet that could not be read, and why; no line repeats what stands in it."""

    kind: Literal["sheet_wrong"] = "sheet_wrong"
    lines: tuple[Line, ...]
    sha256: str = ""


class Redacted(Value):
    """How many messages and files were written over or removed."""

    kind: Literal["redacted"] = "redacted"
    count: int


class Answered(Value):
    """What the back office did or told: facts by field, only those that it knows."""

    kind: Literal["answered"] = "answered"
    facts: dict[str, JsonValue] = {}


class Learnt(Value):
    """What would be right, as keyed digests by field, of the order or profile `of` names.

    `gives` are facts that count once the caller has passed; `customer` is whose order it is, empty where Admin does not say.
    """

    kind: Literal["learnt"] = "learnt"
    of: str
    found: bool = True
    answers: dict[str, tuple[str, ...]] = {}
    gives: dict[str, JsonValue] = {}
    customer: str = ""


Result = Redacted | TicketSeen | CardSeen | Told | Delayed | Dead | Answered | Learnt | SheetRows | SheetWrong
