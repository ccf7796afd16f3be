"""Work events: effects planned, done, delayed, dead. Part of the event log of `desk/case/events.py`."""

from typing import Literal

from desk.values import Fact, Happened, Instant, Line


class EffectPlanned(Happened):
    """An effect was planned."""

    kind: Literal["effect_planned"] = "effect_planned"
    effect: str
    what: str
    inbox: str | None = None
    ticket: str | None = None


class TicketCreated(Happened):
    """A case has a ticket. `by_hand` is true where the desk did not create it: given by a person, or adopted."""

    kind: Literal["ticket_created"] = "ticket_created"
    effect: str
    name: str
    account: str = ""
    id: int
    url: str
    group: str | None
    status: str | None
    asked_group: str
    lost: tuple[str, ...] = ()
    stamp: str | None = None
    by_hand: bool = False


class TicketMoved(Happened):
    """A ticket changed its group or status, whoever moved it."""

    kind: Literal["ticket_moved"] = "ticket_moved"
    effect: str
    name: str
    group: str | None
    status: str | None
    asked_group: str | None = None
    """The group the desk asked for, when the desk moved it."""
    stamp: str | None = None
    replies: int | None = None
    replied_at: Instant | None = None
    by_hand: bool = False
    """True when a Zendesk agent moved it; `who` names the agent where known."""
    who: Fact | None = None


class TicketRead(Happened):
    """A ticket was read and had no relevant change."""

    kind: Literal["ticket_read"] = "ticket_read"
    effect: str
    name: str
    stamp: str | None = None


class CardShown(Happened):
    """A card was posted or updated; `version` is the number of events it was drawn from."""

    kind: Literal["card_shown"] = "card_shown"
    effect: str
    inbox: str
    channel: str
    ts: str
    version: int
    url: str = ""


class PeopleTold(Happened):
    """A message was posted."""

    kind: Literal["people_told"] = "people_told"
    effect: str
    inbox: str
    channel: str
    ts: str


class EffectDelayed(Happened):
    """An effect is delayed; it is retried automatically."""

    kind: Literal["effect_delayed"] = "effect_delayed"
    effect: str
    what: str
    system: str
    reason: str
    since_at: Instant | None = None
    """Since when the system has not answered, where that is earlier than this effect's first attempt."""


class EffectDied(Happened):
    """An effect was given up (dead letter); its owner may retry it or do it by hand."""

    kind: Literal["effect_died"] = "effect_died"
    effect: str
    what: str
    system: str
    reason: str


class EffectRetried(Happened):
    """A retry of a dead letter was requested."""

    kind: Literal["effect_retried"] = "effect_retried"
    effect: str


class EffectDoneByHand(Happened):
    """A dead letter was done by hand."""

    kind: Literal["effect_done_by_hand"] = "effect_done_by_hand"
    effect: str
    reference: Fact


class BackOfficeAnswered(Happened):
    """The back office carried out or answered a request."""

    kind: Literal["back_office_answered"] = "back_office_answered"
    effect: str
    ask: str


class SheetUploaded(Happened):
    """A sheet was uploaded for a field of rows; it is being read."""

    kind: Literal["sheet_uploaded"] = "sheet_uploaded"
    effect: str
    field: str


class SheetRead(Happened):
    """An uploaded sheet was read; `wrong` lists its errors by row, without cell contents.

    `sha256` is the hash of the file's bytes, which are not stored here.
    """

    kind: Literal["sheet_read"] = "sheet_read"
    effect: str
    field: str
    rows: int
    wrong: tuple[Line, ...] = ()
    sha256: str = ""
