"""Fold of events into case state: one function per event kind. Pure."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from desk.case import events as ev
from desk.case.dispute_events import DisputeDecided, ProfileDisputed
from desk.case.fold_work import WORK_FOLDS
from desk.case.leaving_events import ClaimEnded, InboxPassed
from desk.case.privacy_events import CaseErased, HoldReleased, HoldSet
from desk.case.state import Case, Done, Escalation, MutableCase, StepState, replace, with_key
from desk.case.verification_events import AnswersLearnt, StepRests, VerificationLocked


def fold(case: Case, events: Iterable[ev.Event]) -> Case:
    """Apply events in order."""
    seen = tuple(events)
    draft: Case = object.__new__(MutableCase)
    vars(draft).update(vars(case))
    for event in seen:
        draft = _FOLDS[event.kind](draft, event)
    replace(draft, version=case.version + len(seen), log=case.log + seen)
    object.__setattr__(draft, "__class__", Case)
    return draft


def _step(case: Case, name: str, **changes: Any) -> Case:
    return replace(case, steps=with_key(case.steps, name, replace(case.step(name), **changes)))


def _opened(case: Case, e: ev.CaseOpened) -> Case:
    return replace(
        case,
        number=e.number,
        playbook=e.playbook,
        playbook_hash=e.playbook_hash,
        language=e.language,
        opened_at=e.at,
        opened_by=e.by,
        author=e.author,
    )


def _facts(case: Case, e: ev.FactsRecorded) -> Case:
    unsure = case.unconfirmed - frozenset(e.facts)
    unsure = unsure if e.confirmed else unsure | frozenset(e.facts)
    return replace(case, facts={**case.facts, **e.facts}, unconfirmed=unsure)


def _step_opened(case: Case, e: ev.StepOpened) -> Case:
    opened = StepState(status="open", occurrence=e.occurrence, opened_at=e.at)
    return replace(case, steps=with_key(case.steps, e.step, opened))


def _step_skipped(case: Case, e: ev.StepSkipped) -> Case:
    return _step(case, e.step, status="skipped")


def _step_claimed(case: Case, e: ev.StepClaimed) -> Case:
    return _step(case, e.step, claimed_by=e.by)


def _step_completed(case: Case, e: ev.StepCompleted) -> Case:
    done = _step(case, e.step, status="done", outcome=e.outcome, compared=e.compared, done=Done(e.by, e.at))
    return replace(done, last_step=e.step)


def _part_completed(case: Case, e: ev.PartCompleted) -> Case:
    parts = with_key(case.step(e.step).parts, e.part, Done(e.by, e.at))
    return _step(case, e.step, parts=parts)


def _told(case: Case, e: ev.CustomerTold) -> Case:
    return replace(case, told=(*case.told, e))


def _promise_made(case: Case, e: ev.PromiseMade) -> Case:
    return replace(case, promises=with_key(case.promises, e.promise, "open"))


def _promise_closed(case: Case, e: ev.PromiseClosed) -> Case:
    return replace(case, promises=with_key(case.promises, e.promise, "kept" if e.kept else "closed"))


def _escalated(case: Case, e: ev.Escalated) -> Case:
    posted = Escalation(e.step, e.part, e.items, e.by, e.at)
    return replace(case, escalations=with_key(case.escalations, e.post, posted))


def _chased(case: Case, e: ev.ChaseSent) -> Case:
    return replace(case, chased=with_key(case.chased, e.duty, e.rung))


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
    """Restart the ladder of a postponed step."""
    kept = {duty: rung for duty, rung in case.chased.items() if duty.partition("/")[0] != step}
    return replace(case, chased=kept)


def _snoozed(case: Case, e: ev.StepSnoozed | StepRests) -> Case:
    rests = {"rests_until": e.until_at} if isinstance(e, StepRests) else {}
    return _unchased(_step(case, e.step, held_until=e.until_at, **rests), e.step)


def _handed(case: Case, e: ev.StepHandedOver) -> Case:
    return _step(case, e.step, claimed_by=e.to)


def _overridden(case: Case, e: ev.StepOverridden) -> Case:
    return _step(case, e.step, overridden=True, lifters=case.step(e.step).lifters | {e.by})


def _waits(case: Case, e: ev.CaseWaiting) -> Case:
    return replace(case, waiting_since=e.at)


def _resumed(case: Case, e: ev.CaseResumed) -> Case:
    """Extend the pause of every open step by the time the case waited."""
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
    return replace(case, learnt=with_key(case.learnt, f"{e.about} {e.of.value}", e))


def _unclaimed(case: Case, e: ClaimEnded) -> Case:
    return _step(case, e.step, claimed_by=None)


def _passed(case: Case, e: InboxPassed) -> Case:
    del e
    return replace(case, opener_left=True)


_FOLDS: dict[str, Callable[[Case, Any], Case]] = {
    **WORK_FOLDS,
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
    "chase_sent": _chased,
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
    "case_erased": _erased,
    "hold_set": _held,
    "hold_released": _held,
    "personal_shown": _same,
    "verification_locked": _locked,
    "profile_disputed": _disputed,
    "dispute_decided": _judged,
    "answers_learnt": _learnt,
    "step_rests": _snoozed,
    "claim_ended": _unclaimed,
    "inbox_passed": _passed,
}
