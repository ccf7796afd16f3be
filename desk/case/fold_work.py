"""Fold of work events: tickets, cards, uploaded sheets, delays and dead letters. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from desk.case import work_events as work
from desk.case.state import Card, Case, Ticket, Trouble, replace, with_key


def _without(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return {n: v for n, v in mapping.items() if n != key} if key in mapping else mapping


def _planned(case: Case, e: work.EffectPlanned) -> Case:
    case = replace(case, planned=with_key(case.planned, e.effect, e))
    if e.what != "show_card" or e.inbox is None:
        return case
    card = case.cards.get(e.inbox, Card())
    card = replace(card, pending=e.effect, planned=card.planned + 1)
    return replace(case, cards=with_key(case.cards, e.inbox, card))


def _settled(case: Case, effect: str) -> Case:
    return replace(case, settled=case.settled | {effect}, troubles=_without(case.troubles, effect))


def _ticket_created(case: Case, e: work.TicketCreated) -> Case:
    ticket = Ticket(e.id, e.url, e.group, e.status, e.asked_group, e.lost, e.stamp, account=e.account)
    return replace(_settled(case, e.effect), tickets=with_key(case.tickets, e.name, ticket))


def _ticket_moved(case: Case, e: work.TicketMoved) -> Case:
    case = _settled(case, e.effect)
    if e.name not in case.tickets:
        return case
    before = case.tickets[e.name]
    ticket = replace(
        before,
        group=e.group,
        status=e.status,
        asked_group=e.asked_group or before.asked_group,
        stamp=e.stamp,
        replies=before.replies if e.replies is None else e.replies,
        replied_at=e.replied_at or before.replied_at,
    )
    return replace(case, tickets=with_key(case.tickets, e.name, _by_whom(before, ticket, e)))


def _how(before: Ticket, ticket: Ticket) -> Literal["solved", "reopened", "routed"] | None:
    """Return what a person did with a ticket."""
    if before.solved != ticket.solved:
        return "solved" if ticket.solved else "reopened"
    return "routed" if before.group is not None and before.group != ticket.group else None


def _by_whom(before: Ticket, ticket: Ticket, e: work.TicketMoved) -> Ticket:
    """Record a manual change of a ticket; a change by the desk clears it."""
    if (before.group, before.status) == (ticket.group, ticket.status):
        return ticket
    if not e.by_hand:
        return replace(ticket, moved=None, moved_by=None)
    if (before.group, before.solved) == (ticket.group, ticket.solved):
        return ticket  # such as from solved to closed, which Zendesk does by itself
    moved = _how(before, ticket)
    who = str(e.who.value) if e.who and e.who.value else None
    return replace(ticket, moved=moved, moved_by=who if moved else None)


def _ticket_read(case: Case, e: work.TicketRead) -> Case:
    case = _settled(case, e.effect)
    if e.name not in case.tickets:
        return case
    ticket = replace(case.tickets[e.name], stamp=e.stamp)
    return replace(case, tickets=with_key(case.tickets, e.name, ticket))


def _read(case: Case, e: Any) -> Case:
    return _settled(case, e.effect)


def _sheet_uploaded(case: Case, e: work.SheetUploaded) -> Case:
    return replace(case, sheets=case.sheets | {e.effect})


def _card_shown(case: Case, e: work.CardShown) -> Case:
    case = _settled(case, e.effect)
    card = case.cards.get(e.inbox, Card())
    pending = None if card.pending == e.effect else card.pending
    card = replace(card, channel=e.channel, ts=e.ts, version=e.version, url=e.url, pending=pending)
    return replace(case, cards=with_key(case.cards, e.inbox, card))


def _delayed(case: Case, e: work.EffectDelayed) -> Case:
    trouble = Trouble(e.effect, e.what, e.system, e.reason, e.since_at or e.at)
    return replace(case, troubles=with_key(case.troubles, e.effect, trouble))


def _died(case: Case, e: work.EffectDied) -> Case:
    before = case.troubles.get(e.effect)
    since_at = before.since_at if before else e.at
    trouble = Trouble(e.effect, e.what, e.system, e.reason, since_at, dead=True)
    cards = {
        inbox: replace(card, pending=None if card.pending == e.effect else card.pending)
        for inbox, card in case.cards.items()
    }
    return replace(case, cards=cards, troubles=with_key(case.troubles, e.effect, trouble))


def _retried(case: Case, e: work.EffectRetried) -> Case:
    before = case.troubles.get(e.effect)
    if before is None:
        return case
    return replace(case, troubles=with_key(case.troubles, e.effect, replace(before, dead=False)))


WORK_FOLDS: dict[str, Callable[[Case, Any], Case]] = {
    "effect_planned": _planned,
    "ticket_created": _ticket_created,
    "ticket_moved": _ticket_moved,
    "ticket_read": _ticket_read,
    "card_shown": _card_shown,
    "people_told": _read,
    "effect_delayed": _delayed,
    "effect_died": _died,
    "effect_retried": _retried,
    "effect_done_by_hand": _read,
    "sheet_read": _read,
    "sheet_uploaded": _sheet_uploaded,
    "back_office_answered": _read,
    "posts_redacted": _read,
    "claim_looked_into": _read,
}
"""The fold function of each kind of work event."""
