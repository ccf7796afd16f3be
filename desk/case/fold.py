"""How events become a case: one small function per event, and `fold`. Pure; an event is never changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal

from desk.case import events as ev
from desk.case import work_events as work
from desk.case.dispute_events import DisputeDecided, ProfileDisputed
from desk.case.privacy_events import CaseErased, HoldReleased, HoldSet
from desk.case.state import Card, Case, Done, Draft, Escalation, StepState, Ticket, Trouble, replace
from desk.case.verification_events import AnswersLearnt, StepRests, VerificationLocked


def fold(case: Case, events: Iterable[ev.Event]) -> Case:
    """Apply events in order."""
    seen = tuple(events)
    draft: Case = object.__new__(Draft)
    vars(draft).update(vars(case))
    for event in seen:
        draft = _FOLDS[event.kind](draft, event)
    replace(draft, version=case.version + len(seen), log=case.log + seen)
    object.__setattr__(draft, "__class__", Case)
    return draft


def _with(mapping: Mapping[str, Any], key: str, value: Any) -> Mapping[str, Any]:
    return {**mapping, key: value}


def _without(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return {n: v for n, v in mapping.items() if n != key} if key in mapping else mapping


def _step(case: Case, name: str, **changes: Any) -> Case:
    return replace(case, steps=_with(case.steps, name, replace(case.step(name), **changes)))


def _opened(case: Case, e: ev.CaseOpened) -> Case:
    return replace(
        case,
        number=e.number,
        playbook=e.playbook,
        playbook_hash=e.playbook_hash,
        language=e.language,
        opened_at=e.at,
        opened_by=e.by,
    )


def _facts(case: Case, e: ev.FactsRecorded) -> Case:
    unsure = case.unconfirmed - frozenset(e.facts)
    unsure = unsure if e.confirmed else unsure | frozenset(e.facts)
    return replace(case, facts={**case.facts, **e.facts}, unconfirmed=unsure)


def _step_opened(case: Case, e: ev.StepOpened) -> Case:
    opened = StepState(status="open", occurrence=e.occurrence, opened_at=e.at)
    return replace(case, steps=_with(case.steps, e.step, opened))


def _step_skipped(case: Case, e: ev.StepSkipped) -> Case:
    return _step(case, e.step, status="skipped")


def _step_claimed(case: Case, e: ev.StepClaimed) -> Case:
    return _step(case, e.step, claimed_by=e.by)


def _step_completed(case: Case, e: ev.StepCompleted) -> Case:
    done = _step(case, e.step, status="done", outcome=e.outcome, compared=e.compared, done=Done(e.by, e.at))
    return replace(done, last_step=e.step)


def _part_completed(case: Case, e: ev.PartCompleted) -> Case:
    parts = _with(case.step(e.step).parts, e.part, Done(e.by, e.at))
    return _step(case, e.step, parts=parts)


def _told(case: Case, e: ev.CustomerTold) -> Case:
    return replace(case, told=(*case.told, e))


def _promise_made(case: Case, e: ev.PromiseMade) -> Case:
    return replace(case, promises=_with(case.promises, e.promise, "open"))


def _promise_closed(case: Case, e: ev.PromiseClosed) -> Case:
    return replace(case, promises=_with(case.promises, e.promise, "kept" if e.kept else "closed"))


def _escalated(case: Case, e: ev.Escalated) -> Case:
    posted = Escalation(e.step, e.part, e.items, e.by, e.at)
    return replace(case, escalations=_with(case.escalations, e.post, posted))


def _planned(case: Case, e: work.EffectPlanned) -> Case:
    case = replace(case, planned=_with(case.planned, e.effect, e))
    if e.what != "show_card" or e.inbox is None:
        return case
    card = case.cards.get(e.inbox, Card())
    card = replace(card, pending=e.effect, planned=card.planned + 1)
    return replace(case, cards=_with(case.cards, e.inbox, card))


def _settled(case: Case, effect: str) -> Case:
    return replace(case, settled=case.settled | {effect}, troubles=_without(case.troubles, effect))


def _ticket_created(case: Case, e: work.TicketCreated) -> Case:
    ticket = Ticket(e.id, e.url, e.group, e.status, e.asked_group, e.lost, e.stamp)
    return replace(_settled(case, e.effect), tickets=_with(case.tickets, e.name, ticket))


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
    return replace(case, tickets=_with(case.tickets, e.name, _by_whom(before, ticket, e)))


def _by_whom(before: Ticket, ticket: Ticket, e: work.TicketMoved) -> Ticket:
    """Note what people did with a ticket by hand; what the desk does itself takes the note away."""
    if (before.group, before.status) == (ticket.group, ticket.status):
        return ticket
    if not e.by_hand:
        return replace(ticket, moved=None, moved_by=None)
    if (before.group, before.solved) == (ticket.group, ticket.solved):
        return ticket  # such as from solved to closed, which Zendesk does by itself
    moved: Literal["solved", "reopened", "routed"] | None = None
    if before.solved != ticket.solved:
        moved = "solved" if ticket.solved else "reopened"
    elif before.group != ticket.group and before.group is not None:
        moved = "routed"
    who = str(e.who.value) if e.who and e.who.value else None
    return replace(ticket, moved=moved, moved_by=who if moved else None)


def _ticket_read(case: Case, e: work.TicketRead) -> Case:
    case = _settled(case, e.effect)
    if e.name not in case.tickets:
        return case
    ticket = replace(case.tickets[e.name], stamp=e.stamp)
    return replace(case, tickets=_with(case.tickets, e.name, ticket))


def _read(case: Case, e: Any) -> Case:
    return _settled(case, e.effect)


def _sheet_uploaded(case: Case, e: work.SheetUploaded) -> Case:
    return replace(case, sheets=case.sheets | {e.effect})


def _card_shown(case: Case, e: work.CardShown) -> Case:
    case = _settled(case, e.effect)
    card = case.cards.get(e.inbox, Card())
    pending = None if card.pending == e.effect else card.pending
    card = replace(card, channel=e.channel, ts=e.ts, version=e.version, url=e.url, pending=pending)
    return replace(case, cards=_with(case.cards, e.inbox, card))


def _chased(case: Case, e: ev.ChaseSent) -> Case:
    return replace(case, chased=_with(case.chased, e.duty, e.rung))


def _delayed(case: Case, e: work.EffectDelayed) -> Case:
    trouble = Trouble(e.effect, e.what, e.system, e.reason, e.since_at or e.at)
    return replace(case, troubles=_with(case.troubles, e.effect, trouble))


def _died(case: Case, e: work.EffectDied) -> Case:
    before = case.troubles.get(e.effect)
    since_at = before.since_at if before else e.at
    trouble = Trouble(e.effect, e.what, e.system, e.reason, since_at, dead=True)
    cards = {
        inbox: replace(card, pending=None if card.pending == e.effect else card.pending)
        for inbox, card in case.cards.items()
    }
    return replace(case, cards=cards, troubles=_with(case.troubles, e.effect, trouble))


def _retried(case: Case, e: work.EffectRetried) -> Case:
    before = case.troubles.get(e.effect)
    if before is None:
        return case
    return replace(case, troubles=_with(case.troubles, e.effect, replace(before, dead=False)))


def _same(case: Case, e: ev.Event) -> Case:
    return case


def _ended(case: Case, e: ev.CaseEnded) -> Case:
    return replace(case, ending=e.ending, ended_at=e.at)


def _reopened(case: Case, e: ev.CaseReopened) -> Case:
    promises = {n: "open" if state == "closed" else state for n, state in case.promises.items()}
    return replace(
        case,
        ending=None,
        ended_at=None,
        merged_into=None,
        erased=(),
        judged_by="",
        promises=promises,
    )


def _attempt(case: Case, e: ev.AttemptLogged) -> Case:
    state = case.step(e.step)
    count = state.attempts.get(e.attempt, 0) + 1
    held = _step(case, e.step, attempts={**state.attempts, e.attempt: count}, held_until=e.until_at)
    return _unchased(held, e.step)


def _unchased(case: Case, step: str) -> Case:
    """A step that was put off starts its ladder anew."""
    kept = {duty: rung for duty, rung in case.chased.items() if duty.partition("/")[0] != step}
    return replace(case, chased=kept)


def _snoozed(case: Case, e: ev.StepSnoozed | StepRests) -> Case:
    rests = {"rests_until": e.until_at} if isinstance(e, StepRests) else {}
    return _unchased(_step(case, e.step, held_until=e.until_at, **rests), e.step)


def _handed(case: Case, e: ev.StepHandedOver) -> Case:
    return _step(case, e.step, claimed_by=e.to)


def _overridden(case: Case, e: ev.StepOverridden) -> Case:
    return _step(case, e.step, overridden=True, lifted_by=e.by)


def _waits(case: Case, e: ev.CaseWaiting) -> Case:
    return replace(case, waiting_since=e.at)


def _resumed(case: Case, e: ev.CaseResumed) -> Case:
    """The clock stood still: what is open has as much time left as when the wait began."""
    away = e.at - case.waiting_since if case.waiting_since else timedelta()
    steps = {
        name: replace(state, paused=state.paused + away) if state.status == "open" else state
        for name, state in case.steps.items()
    }
    return replace(case, steps=steps, waiting_since=None)


def _twins(case: Case, e: ev.TwinsSeen) -> Case:
    return replace(case, twins=e.cases)


def _merged(case: Case, e: ev.CaseMerged) -> Case:
    return replace(case, merged_into=e.into)


def _noted(case: Case, e: ev.NoteAdded) -> Case:
    return replace(case, notes=(*case.notes, e))


def _erased(case: Case, e: CaseErased) -> Case:
    return replace(case, erased=(*case.erased, *e.keep))


def _held(case: Case, e: HoldSet | HoldReleased) -> Case:
    return replace(case, held=e.kind == "hold_set")


def _locked(case: Case, e: VerificationLocked) -> Case:
    return replace(case, locked=e.failures)


def _disputed(case: Case, e: ProfileDisputed) -> Case:
    return replace(case, rivals=e.cases)


def _judged(case: Case, e: DisputeDecided) -> Case:
    if e.closes:
        return replace(case, judged_by=e.by)
    left = tuple(one for one in case.rivals if one not in e.cases)
    return replace(case, rivals=left, decided=case.decided | frozenset(e.cases))


def _learnt(case: Case, e: AnswersLearnt) -> Case:
    return replace(case, learnt=_with(case.learnt, f"{e.about} {e.of.value}", e))


_FOLDS: dict[str, Callable[[Case, Any], Case]] = {
    "case_opened": _opened,
    "facts_recorded": _facts,
    "step_opened": _step_opened,
    "step_skipped": _step_skipped,
    "step_claimed": _step_claimed,
    "step_completed": _step_completed,
    "part_completed": _part_completed,
    "customer_told": _told,
    "promise_made": _promise_made,
    "promise_closed": _promise_closed,
    "escalated": _escalated,
    "effect_planned": _planned,
    "ticket_created": _ticket_created,
    "ticket_moved": _ticket_moved,
    "ticket_read": _ticket_read,
    "card_shown": _card_shown,
    "people_told": _read,
    "chase_sent": _chased,
    "effect_delayed": _delayed,
    "effect_died": _died,
    "effect_retried": _retried,
    "effect_done_by_hand": _read,
    "act_refused": _same,
    "case_ended": _ended,
    "case_reopened": _reopened,
    "attempt_logged": _attempt,
    "step_snoozed": _snoozed,
    "step_handed_over": _handed,
    "step_overridden": _overridden,
    "case_waiting": _waits,
    "case_resumed": _resumed,
    "twins_seen": _twins,
    "case_merged": _merged,
    "note_added": _noted,
    "question_put": _same,
    "sheet_read": _read,
    "sheet_uploaded": _sheet_uploaded,
    "back_office_answered": _read,
    "case_erased": _erased,
    "posts_redacted": _read,
    "hold_set": _held,
    "hold_released": _held,
    "personal_shown": _same,
    "verification_locked": _locked,
    "profile_disputed": _disputed,
    "dispute_decided": _judged,
    "claim_looked_into": _read,
    "answers_learnt": _learnt,
    "step_rests": _snoozed,
}
