"""Case actions: claim, hand over, snooze, attempt, wait, override, cancel, reopen, merge. Pure."""

from datetime import timedelta

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.lanes import planned
from desk.case.situation import Draft, Situation
from desk.fields.check import read_fills
from desk.fields.template_values import display
from desk.identity import ownership_disputes
from desk.rules.finish_step import INCOMPLETE
from desk.rules.steps import check
from desk.values import Line, Refusal
from desk.workflow.calendar import add_working, calendar_of
from desk.workflow.duties import parts_of
from desk.workflow.flow import ending
from desk.workflow.messages import message, said
from desk.workflow.permissions import CLOSED, UNKNOWN, deciders, four_eyes, only, works_here
from desk.workflow.refusals import Verdict, refuse

WHY = Line(key="Give a reason: whoever comes after you will ask.")
MERGED = "merged"
"""The ending of a case that was merged into another one."""
LONGEST_SNOOZE = timedelta(days=7)


def _owed(command: cmd.Command, draft: Draft, step: str, occurrence: int) -> Refusal | None:
    """Require that a person may do the step, or one of its parts."""
    parts = parts_of(draft.situation, draft.playbook.steps[step]) if step in draft.playbook.steps else ()
    left: list[str | None] = [part for part in parts if part not in draft.case.step(step).parts] or [None]
    answers = [check(draft, command, step, part, occurrence) for part in left]
    refusals = [one for one in answers if isinstance(one, Refusal)]
    return refusals[0] if len(refusals) == len(answers) else None


def claim_step(command: cmd.ClaimStep, draft: Draft) -> Verdict:
    """Assign a step to the person; a second claim takes it over."""
    refusal = _owed(command, draft, command.step, command.occurrence)
    if refusal:
        return refusal
    if draft.case.step(command.step).claimed_by == command.by.id:
        return refuse(Line(key="You have this already."))
    draft.add(ev.StepClaimed(at=draft.now, by=command.by.id, step=command.step, occurrence=command.occurrence))
    return ()


def hand_over(command: cmd.HandOver, draft: Draft) -> Verdict:
    """Assign a step to another person who may do it, and notify them directly."""
    refusal = _owed(command, draft, command.step, command.occurrence)
    if refusal:
        return refusal
    theirs = _owed(
        command.model_copy(update={"by": command.to}),
        draft,
        command.step,
        command.occurrence,
    )
    if theirs:
        role = draft.playbook.steps[command.step].owner
        return refuse(
            Line(
                key="{who} may not do this step, so it stays as it is. {role} may: {people}.",
                args={"who": f"<@{command.to.id}>", "role": draft.playbook.roles[role].title, "people": f"role:{role}"},
            )
        )
    draft.add(ev.StepHandedOver(at=draft.now, by=command.by.id, step=command.step, to=command.to.id))
    told = message(
        draft,
        f"person:{command.to.id}",
        Line(
            key="{who} gave you “{what}” of {case}.",
            args={
                "who": f"<@{command.by.id}>",
                "what": draft.playbook.steps[command.step].title,
                "case": display(draft.case, draft.playbook),
            },
        ),
    )
    draft.add(planned(told, draft.now))
    return (told,)


def snooze(command: cmd.Snooze, draft: Draft) -> Verdict:
    """Postpone a step's reminders, with a reason; the ladder restarts afterwards."""
    refusal = _owed(command, draft, command.step, command.occurrence)
    if refusal:
        return refusal
    if not command.reason.strip():
        return refuse(WHY)
    length = min(timedelta(seconds=max(command.seconds, 60)), LONGEST_SNOOZE)
    draft.add(
        ev.StepSnoozed(
            at=draft.now,
            by=command.by.id,
            step=command.step,
            until_at=draft.now + length,
            reason=said(command.reason),
        )
    )
    return ()


def log_attempt(command: cmd.LogAttempt, draft: Draft) -> Verdict:
    """Log an attempt; the step waits as long as the playbook says, in the owner's working time."""
    refusal = _owed(command, draft, command.step, command.occurrence)
    if refusal:
        return refusal
    step = draft.playbook.steps[command.step]
    attempt = step.attempts.get(command.attempt)
    if attempt is None:
        return refuse(Line(key="This step has no such try."))
    facts, wrong = read_fills(attempt.asks, command.fills, draft.situation)
    if wrong:
        return refuse(INCOMPLETE, *wrong)
    by = command.by.id
    if facts:
        draft.add(ev.FactsRecorded(at=draft.now, by=by, facts=facts, step=command.step))
    if attempt.says:
        draft.add(ev.CustomerTold(at=draft.now, by=by, step=command.step, texts=attempt.says))
    until_at = add_working(draft.now, attempt.wait, calendar_of(draft.playbook, step.owner))
    draft.add(ev.AttemptLogged(at=draft.now, by=by, step=command.step, attempt=command.attempt, until_at=until_at))
    return ()


def wait_for_customer(command: cmd.WaitForCustomer, draft: Draft) -> Verdict:
    """Pause due times until the customer answers."""
    refusal = works_here(command, draft)
    if refusal:
        return refusal
    if draft.case.waiting_since:
        return refuse(Line(key="This case waits for the customer already."))
    if not command.reason.strip():
        return refuse(WHY)
    draft.add(ev.CaseWaiting(at=draft.now, by=command.by.id, reason=said(command.reason)))
    return ()


def resume(command: cmd.Resume, draft: Draft) -> Verdict:
    """End the pause; open steps have as much time left as before."""
    refusal = works_here(command, draft)
    if refusal:
        return refusal
    if not draft.case.waiting_since:
        return refuse(Line(key="This case does not wait for anybody."))
    draft.add(ev.CaseResumed(at=draft.now, by=command.by.id))
    return ()


def override(command: cmd.Override, draft: Draft) -> Verdict:
    """Lift a step's safeguards; only for the playbook's role, and with a reason."""
    refusal = works_here(command, draft)
    if refusal:
        return refusal
    role = draft.playbook.override_by
    if role is None or role not in command.by.roles:
        return only(draft.playbook, (role,) if role else ())
    if own := four_eyes(command.by, draft.situation, command.step):
        return refuse(own)
    if draft.case.step(command.step).status != "open":
        return refuse(
            CLOSED if not draft.case.open else Line(key="That step is not open now. I have not changed anything.")
        )
    if not command.reason.strip():
        return refuse(WHY)
    draft.add(ev.StepOverridden(at=draft.now, by=command.by.id, step=command.step, reason=said(command.reason)))
    return ()


def cancel(command: cmd.Cancel, draft: Draft) -> Verdict:
    """Close a case as a false alarm, with a code."""
    refusal = works_here(command, draft)
    if refusal:
        return refusal
    if not command.by.roles & set(draft.playbook.cancel_by):
        return only(draft.playbook, draft.playbook.cancel_by)
    if command.code not in draft.playbook.cancels:
        return refuse(Line(key="Choose why this is no case."))
    if command.reason.strip():
        draft.add(ev.NoteAdded(at=draft.now, by=command.by.id, words=said(command.reason)))
    draft.add(*ownership_disputes.closing(draft.situation, command.by))
    draft.add(*ending(draft.case, command.code, draft.now, command.by.id))
    return ()


def reopen(command: cmd.Reopen, draft: Draft) -> Verdict:
    """Reopen a closed case at the step that ended it."""
    case = draft.case
    if case.opened_at is None:
        return refuse(UNKNOWN)
    if case.open:
        return refuse(Line(key="This case is open."))
    if not command.by.roles & set(draft.playbook.cancel_by):
        return only(draft.playbook, draft.playbook.cancel_by)
    if not command.reason.strip():
        return refuse(WHY)
    step = _goes_on_at(draft.situation)
    draft.add(ev.CaseReopened(at=draft.now, by=command.by.id, step=step, reason=said(command.reason)))
    if draft.case.step(step).status != "open":
        occurrence = draft.case.step(step).occurrence + 1
        draft.add(ev.StepOpened(at=draft.now, by=command.by.id, step=step, occurrence=occurrence))
    ownership_disputes.flag(draft)
    return ()


def _goes_on_at(situation: Situation) -> str:
    case, playbook = situation.case, situation.playbook
    still = [name for name in playbook.steps if case.step(name).status == "open"]
    return still[0] if still else case.last_step or playbook.opens_with


def merge(command: cmd.Merge, draft: Draft) -> Verdict:
    """Close a duplicate in favour of another case."""
    refusal = works_here(command, draft)
    if refusal:
        return refusal
    into = command.into.strip().upper()
    if not into or into == display(draft.case, draft.playbook):
        return refuse(Line(key="Write the other case's name, such as ATO-12."))
    theirs = into in draft.case.twins and into not in draft.case.rivals
    may = deciders(draft.playbook) if into in draft.case.rivals else draft.playbook.cancel_by
    if not theirs and command.by.roles.isdisjoint(may):
        return only(draft.playbook, may)
    draft.add(ev.CaseMerged(at=draft.now, by=command.by.id, into=into))
    draft.add(*ownership_disputes.closing(draft.situation, command.by))
    draft.add(*ending(draft.case, MERGED, draft.now, command.by.id))
    return ()
