"""Results of effects: what an outside system returned. Pure data."""

from hashlib import sha256
from typing import Literal

from pydantic import JsonValue

from desk.case.effects import Requester
from desk.values import Instant, Line, Value


class TicketSeen(Value):
    """Ticket as Zendesk returned it, with names instead of ids. `lost` lists requested attributes it did not keep.

    `stamp` changes with every change of the ticket. `replies` counts public comments after the first, by anybody but
    the desk; `moved_by` is the agent who last changed group or status. Both are None where they were not read.
    """

    kind: Literal["ticket"] = "ticket"
    account: str = ""
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
    """Ticket without a case, with the query type that qualifies it. No requester where that is an agent.

    `author` is the first agent, other than the desk, who worked on it by its audits; None where there is none.
    """

    seen: TicketSeen
    query_type: str
    requester: Requester | None = None
    author: Requester | None = None


class TicketInspected(Value):
    """Ticket read before the desk writes to it for the first time, with names instead of ids.

    `query_type` has its levels separated by “>”. `made` says whether the desk created the ticket, for this effect or
    for another one. Raw strings are personal data and are never stored.
    """

    seen: TicketSeen
    subject: str = ""
    query_type: str = ""
    requester: Requester | None = None
    created_at: Instant | None = None
    made: Literal["by_hand", "for_this", "for_another"] = "by_hand"

    @property
    def mark(self) -> str:
        """Return a fingerprint of what a person is shown; a reply or a note does not change it."""
        shown = self.model_copy(update={"seen": self.seen.model_copy(update={"stamp": None})})
        return sha256(shown.model_dump_json().encode()).hexdigest()[:16]


class CardSeen(Value):
    """Posted card or message; `version` is the number of events it was drawn from."""

    kind: Literal["card"] = "card"
    channel: str
    ts: str
    version: int = 0
    url: str = ""


class Told(Value):
    """Posted reminder or thread message."""

    kind: Literal["told"] = "told"
    channel: str
    ts: str


class Delayed(Value):
    """Retryable failure: no answer, or refused for now."""

    kind: Literal["delayed"] = "delayed"
    system: str
    since_at: Instant
    reason: str


class Dead(Value):
    """Permanent failure: not retried until a person asks for it."""

    kind: Literal["dead"] = "dead"
    system: str
    reason: str


class SheetRow(Value):
    """Row of a sheet: its number in the spreadsheet, and its cells by column as text."""

    number: int
    cells: dict[str, str]


class SheetRows(Value):
    """Rows of a readable sheet; cells are not yet validated against the columns."""

    kind: Literal["sheet_rows"] = "sheet_rows"
    rows: tuple[SheetRow, ...]
    sha256: str = ""
    taken_out: tuple[str, ...] = ()
    """Kinds of secrets redacted from its free-text columns."""


class SheetWrong(Value):
    """Unreadable sheet with its errors; no error repeats the contents."""

    kind: Literal["sheet_wrong"] = "sheet_wrong"
    lines: tuple[Line, ...]
    sha256: str = ""


class Redacted(Value):
    """Number of messages overwritten and files removed."""

    kind: Literal["redacted"] = "redacted"
    count: int


class Answered(Value):
    """Answer of the back office: facts by field, only those it knows."""

    kind: Literal["answered"] = "answered"
    facts: dict[str, JsonValue] = {}


class Learnt(Value):
    """Reference answers as keyed digests by field, for the order or profile named by `of`.

    `gives` are facts that count once the caller has passed; `customer` is the owner of the order, empty where Admin
    does not say.
    """

    kind: Literal["learnt"] = "learnt"
    of: str
    found: bool = True
    answers: dict[str, tuple[str, ...]] = {}
    gives: dict[str, JsonValue] = {}
    customer: str = ""


Result = Redacted | TicketSeen | CardSeen | Told | Delayed | Dead | Answered | Learnt | SheetRows | SheetWrong
