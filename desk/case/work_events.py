"""Events about work outside: planned, done, late, given up. Part of the event log; see `desk/case/events.py`."""

from typing import Literal

from desk.values import Fact, Happened, Instant, Line


class EffectPlanned(Happened):
    """Work outside was asked for."""

    kind: Literal["effect_planned"] = "effect_planned"
    effect: str
    what: str
    inbox: str | None = None
    ticket: str | None = None


class TicketCreated(Happened):
    """A ticket exists."""

    kind: Literal["ticket_created"] = "ticket_created"
    effect: str
    name: str
    id: int
    url: str
    group: str | None
    status: str | None
    asked_group: str
    lost: tuple[str, ...] = ()
    stamp: str | None = None


class TicketMoved(Happened):
    """A ticket was seen in another group or status, whoever moved it."""

    kind: Literal["ticket_moved"] = "ticket_moved"
    effect: str
    name: str
    group: str | None
    status: str | None
    asked_group: str | None = None
    """The group we asked for, when it was us who moved it."""
    stamp: str | None = None
    replies: int | None = None
    replied_at: Instant | None = None
    by_hand: bool = False
    """True when it was seen, not done: somebody in Zendesk moved it; `who`, where that is known."""
    who: Fact | None = None


class TicketRead(Happened):
    """A ticket was looked at and nothing that people need to know had changed."""

    kind: Literal["ticket_read"] = "ticket_read"
    effect: str
    name: str
    stamp: str | None = None


class CardShown(Happened):
    """A card stands in an inbox, drawn from this many events."""

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
    """Work outside did not succeed yet; it goes on by itself."""

    kind: Literal["effect_delayed"] = "effect_delayed"
    effect: str
    what: str
    system: str
    reason: str
    since_at: Instant | None = None
    """Since when the system has not answered, where that is longer than this work has waited."""


class EffectDied(Happened):
    """Work outside was given up; its owner may retry it or do it by hand."""

    kind: Literal["effect_died"] = "effect_died"
    effect: str
    what: str
    system: str
    reason: str


class EffectRetried(Happened):
    """Somebody asked for a dead letter to be tried again."""

    kind: Literal["effect_retried"] = "effect_retried"
    effect: str


class EffectDoneByHand(Happened):
    """Somebody did a dead letter's work by hand."""

    kind: Literal["effect_done_by_hand"] = "effect_done_by_hand"
    effect: str
    reference: Fact


class BackOfficeAnswered(Happened):
    """The company's Admin did or told what was asked."""

    kind: Literal["back_office_answered"] = "back_office_answered"
    effect: str
    ask: str


class SheetUploaded(Happened):
    """Somebody uploaded a sheet for a field of rows; it is being read."""

    kind: Literal["sheet_uploaded"] = "sheet_uploaded"
    effect: str
    field: str


class SheetRead(Happened):
    """An uploaded sheet was read; `wrong` says what stopped it, row by row, without what stands in it.

    `sha256` is of the file's bytes, which are not kept here.
    """

    kind: Literal["sheet_read"] = "sheet_read"
    effect: str
    field: str
    rows: int
    wrong: tuple[Line, ...] = ()
    sha256: str = ""
