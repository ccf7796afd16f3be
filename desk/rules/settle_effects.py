"""Settlement of effects: results, delays and dead letters become events. Pure."""

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.effects import (
    AskBackOffice,
    AskWhoWrote,
    CopyBrief,
    CreateTicket,
    Effect,
    LookAtTicket,
    ReadSheet,
    RedactPosts,
    ShowCard,
    TellPeople,
    TellRival,
    UpdateTicket,
)
from desk.case.lanes import planned, ticket_lane
from desk.case.privacy_events import PostsRedacted
from desk.case.results import (
    Answered,
    CardSeen,
    Dead,
    Delayed,
    Learnt,
    Redacted,
    SheetRows,
    SheetWrong,
    TicketSeen,
    Told,
)
from desk.case.situation import Draft
from desk.case.state import Case, Ticket, Trouble
from desk.case.work_events import (
    CardShown,
    EffectDelayed,
    EffectDied,
    EffectDoneByHand,
    EffectRetried,
    PeopleTold,
    TicketCreated,
    TicketMoved,
    TicketRead,
)
from desk.fields.template_values import card_of
from desk.identity import ownership_disputes
from desk.identity.back_office_results import learn, take_in
from desk.rules.given_ticket import give_ticket
from desk.rules.plan_effects import MOST_LOOKS, late_link, look
from desk.rules.sheet_rows import keep_rows, tell_wrong
from desk.values import BOT, Fact, Line, TicketRef
from desk.workflow.flow import promises
from desk.workflow.permissions import UNKNOWN, may_mend, menders, only
from desk.workflow.refusals import Verdict, refuse

TOLD_OF_DELAY = ("create_ticket", "update_ticket", "ask_back_office", "read_sheet")
"""Kinds of effects whose delay is shown on the card; a late card or ticket read is not."""


def note_ticket(command: cmd.NoteTicket, draft: Draft) -> Verdict:
    """Plan a read of a ticket after a change notification, whatever it said."""
    name = next((n for n, t in draft.case.tickets.items() if t.ref.names(command.ticket)), None)
    if name is None:
        return refuse(UNKNOWN)
    effect = look(draft.case, name, command.ticket, command.delivery, draft.now)
    if effect is None:
        return ()
    draft.add(planned(effect, draft.now))
    return (effect,)


def look_again(
    case: str, name: str, waiting: Collection[str], *, ticket: TicketRef, delivery: str
) -> LookAtTicket | None:
    """Plan a read of a changed ticket, unless enough are waiting in its lane; no event is recorded."""
    lane = ticket_lane(Case(id=case), name)
    if sum(one == lane for one in waiting) >= MOST_LOOKS:
        return None
    mark = sha256(delivery.encode()).hexdigest()[:16]
    key = f"{case}/ticket:{name}/{mark}/look"
    return LookAtTicket(key=key, case=case, lane=lane, name=name, ticket=ticket.id, account=ticket.account)


def settle(command: cmd.Settle, draft: Draft) -> Verdict:
    """Apply the result of an effect; a repeated result changes nothing."""
    effect, result = command.effect, command.result
    if draft.case.opened_at is None or effect.key in draft.case.settled:
        return ()
    if isinstance(result, Delayed):
        _delayed(draft, effect.key, effect.kind, result)
    elif isinstance(result, Dead):
        draft.add(
            EffectDied(
                at=draft.now, by=BOT.id, effect=effect.key, what=effect.kind, system=result.system, reason=result.reason
            )
        )
    else:
        kinds, taken = _RESULTS[type(result)]
        if isinstance(effect, kinds):
            follows = taken(draft, effect, result) or ()
            ownership_disputes.flag(draft)
            return follows
    return ()


def _delayed(draft: Draft, key: str, kind: str, result: Delayed) -> None:
    """Record the first delay of an effect; further attempts are not recorded."""
    if kind in TOLD_OF_DELAY and key not in draft.case.troubles:
        since = result.since_at if result.since_at < draft.now else None
        draft.add(
            EffectDelayed(
                at=draft.now,
                by=BOT.id,
                effect=key,
                what=kind,
                system=result.system,
                reason=result.reason,
                since_at=since,
            )
        )


def _ticket(
    draft: Draft,
    effect: CreateTicket | UpdateTicket | LookAtTicket,
    seen: TicketSeen,
) -> None:
    """Apply a ticket that was created, changed or read; a read without changes is recorded as such."""
    common: dict[str, Any] = {
        "at": draft.now,
        "by": BOT.id,
        "effect": effect.key,
        "name": effect.name,
        "stamp": seen.stamp,
    }
    before = draft.case.tickets.get(effect.name)
    if isinstance(effect, CreateTicket):
        draft.add(
            TicketCreated(
                **common,
                account=seen.account,
                id=seen.id,
                url=seen.url,
                group=seen.group,
                status=seen.status,
                asked_group=effect.group,
                lost=seen.lost,
            )
        )
    elif isinstance(effect, LookAtTicket) and before and _as_before(before, seen):
        draft.add(TicketRead(**common))
    else:
        draft.add(_moved(effect, seen, common))


def _moved(effect: UpdateTicket | LookAtTicket, seen: TicketSeen, common: dict[str, Any]) -> TicketMoved:
    """Build the event of a ticket that was changed by the desk, or that a person changed."""
    by_hand = isinstance(effect, LookAtTicket)
    return TicketMoved(
        **common,
        group=seen.group,
        status=seen.status,
        asked_group=effect.group if isinstance(effect, UpdateTicket) else None,
        replies=seen.replies,
        replied_at=seen.replied_at,
        by_hand=by_hand,
        who=Fact(value=seen.moved_by, personal=True) if by_hand and seen.moved_by else None,
    )


def _as_before(before: Ticket, seen: TicketSeen) -> bool:
    """Return whether the ticket has no relevant change."""
    said = seen.replies is None or seen.replies == before.replies
    return said and (before.group, before.status) == (seen.group, seen.status)


def _told(
    draft: Draft,
    effect: TellPeople | CopyBrief,
    told: Told,
) -> None:
    draft.add(
        PeopleTold(at=draft.now, by=BOT.id, effect=effect.key, inbox=effect.inbox, channel=told.channel, ts=told.ts)
    )


def _shown(draft: Draft, effect: ShowCard, seen: CardSeen) -> tuple[Effect, ...]:
    """Apply a posted card: it finishes the part that is an escalation to this inbox, and tickets get its link."""
    linked = bool(card_of(draft.case))
    draft.add(
        CardShown(
            at=draft.now,
            by=BOT.id,
            effect=effect.key,
            inbox=effect.inbox,
            channel=seen.channel,
            ts=seen.ts,
            version=seen.version,
            url=seen.url,
        )
    )
    for name, posted in draft.case.escalations.items():
        here = name in draft.playbook.posts and f"role:{draft.playbook.posts[name].inbox}" == effect.inbox
        if here and posted.part not in draft.case.step(posted.step).parts:
            occurrence = draft.case.step(posted.step).occurrence
            draft.add(
                ev.PartCompleted(at=draft.now, by=posted.by, step=posted.step, part=posted.part, occurrence=occurrence)
            )
            draft.add(*promises(draft.situation, (f"{posted.step}.{posted.part}",), posted.by))
    return () if linked or not card_of(draft.case) else late_link(draft)


def _redacted(draft: Draft, effect: RedactPosts, seen: Redacted) -> None:
    draft.add(PostsRedacted(at=draft.now, by=BOT.id, effect=effect.key, inbox=effect.inbox, count=seen.count))


_RESULTS: dict[type[Any], tuple[tuple[type[Any], ...], Callable[..., Any]]] = {
    TicketSeen: ((CreateTicket, UpdateTicket, LookAtTicket), _ticket),
    CardSeen: ((ShowCard,), _shown),
    Redacted: ((RedactPosts,), _redacted),
    Told: ((TellPeople, CopyBrief), _told),
    Answered: ((AskBackOffice, AskWhoWrote, TellRival), take_in),
    Learnt: ((AskBackOffice,), learn),
    SheetRows: ((ReadSheet,), keep_rows),
    SheetWrong: ((ReadSheet,), tell_wrong),
}
"""The handler of each kind of result, and the kinds of effects it applies to."""


def _dead(command: cmd.RetryEffect | cmd.FinishByHand, draft: Draft) -> Trouble | Verdict:
    case = draft.case
    if case.opened_at is None:
        return refuse(UNKNOWN)
    trouble = case.troubles.get(command.effect)
    if trouble is None:
        return refuse(Line(key="This is done already. Nothing to do."))
    if not may_mend(command.by, draft.situation):
        return only(draft.playbook, menders(draft.situation))
    return trouble


def retry_effect(command: cmd.RetryEffect, draft: Draft) -> Verdict:
    """Retry a dead letter; one that is still being retried needs nothing."""
    trouble = _dead(command, draft)
    if not isinstance(trouble, Trouble):
        return trouble
    if not trouble.dead:
        return refuse(Line(key="I am still trying by myself. Nothing to do."))
    draft.add(EffectRetried(at=draft.now, by=command.by.id, effect=command.effect))
    return ()


def finish_by_hand(command: cmd.FinishByHand, draft: Draft) -> Verdict:
    """Mark a dead letter as done by hand; a ticket created by hand is then read."""
    trouble = _dead(command, draft)
    if not isinstance(trouble, Trouble):
        return trouble
    if not trouble.dead:
        return refuse(Line(key="I am still trying by myself. Nothing to do."))
    by = command.by.id
    reference = command.reference.strip()[:300]
    if trouble.what == "create_ticket":
        return give_ticket(command, draft)
    draft.add(
        EffectDoneByHand(at=draft.now, by=by, effect=command.effect, reference=Fact(value=reference, personal=True))
    )
    return ()
