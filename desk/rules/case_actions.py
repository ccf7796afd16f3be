"""Case actions: claim, hand over, snooze, attempt, wait, override, cancel, reopen, merge. Pure."""

from datetime import datetime, timedelta

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.lanes import planned
from desk.case.state import Case
from desk.fields.check import read_fills
from desk.fields.template_values import display
from desk.identity import ownership_disputes
from desk.playbook.model import Playbook
from desk.rules.finish_step import INCOMPLETE
from desk.rules.steps import check
from desk.values import Line, Refusal
from desk.workflow.calendar import add_working, calendar_of
from desk.workflow.duties import parts_of
from desk.workflow.flow import Growing, ending
from desk.workflow.messages import message, said
from desk.workflow.permissions import CLOSED, UNKNOWN, deciders, four_eyes, only, works_here
from desk.workflow.refusals import Verdict, refuse

WHY = Line(key="Give a reason: whoever comes after you will ask.")
MERGED = "merged"
"""The ending of a case that was merged into another one."""
LONGEST_SNOOZE = timedelta(days=7)


def _owed(command: cmd.Command, growing: Growing, playbook: Playbook, step: str, occurrence: int) -> Refusal | None:
    """Require that a person may do the step, or one of its parts."""
    parts = parts_of(growing.case, playbook, playbook.steps[step]) if step in playbook.steps else ()
    left: list[str | None] = [part for part in parts if part not in growing.case.step(step).parts] or [None]
    answers = [check(growing, playbook, command, step, part, occurrence) for part in left]
    refusals = [one for one in answers if isinstance(one, Refusal)]
    return refusals[0] if len(refusals) == len(answers) else None


def claim_step(command: cmd.ClaimStep, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Assign a step to the person; a second claim takes it over."""
    refusal = _owed(command, growing, playbook, command.step, command.occurrence)
    if refusal:
        return refusal
    if growing.case.step(command.step).claimed_by == command.by.id:
        return refuse(Line(key="You have this already."))
    growing.add(ev.StepClaimed(at=now, by=command.by.id, step=command.step, occurrence=command.occurrence))
    return ()


def hand_over(command: cmd.HandOver, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Assign a step to another person who may do it, and notify them directly."""
    refusal = _owed(command, growing, playbook, command.step, command.occurrence)
    if refusal:
        return refusal
    theirs = _owed(
        command.model_copy(update={"by": command.to}),
        growing,
        playbook,
        command.step,
        command.occurrence,
    )
    if theirs:
        role = playbook.steps[command.step].owner
        return refuse(
            Line(
                key="{who} may not do this step, so it stays as it is. {role} may: {people}.",
                args={"who": f"<@{command.to.id}>", "role": playbook.roles[role].title, "people": f"role:{role}"},
            )
        )
    growing.add(ev.StepHandedOver(at=now, by=command.by.id, step=command.step, to=command.to.id))
    told = message(
        growing,
        f"person:{command.to.id}",
        Line(
            key="{who} gave you “{what}” of {case}.",
            args={
                "who": f"<@{command.by.id}>",
                "what": playbook.steps[command.step].title,
                "case": display(growing.case, playbook),
            },
        ),
    )
    growing.add(planned(told, now))
    return (told,)


def snooze(command: cmd.Snooze, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Postpone a step's reminders, with a reason; the ladder restarts afterwards."""
    refusal = _owed(command, growing, playbook, command.step, command.occurrence)
    if refusal:
        return refusal
    if not command.reason.strip():
        return refuse(WHY)
    length = min(timedelta(seconds=max(command.seconds, 60)), LONGEST_SNOOZE)
    growing.add(
        ev.StepSnoozed(
            at=now,
            by=command.by.id,
            step=command.step,
            until_at=now + length,
            reason=said(command.reason),
        )
    )
    return ()


def log_attempt(command: cmd.LogAttempt, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Log an attempt; the step waits as long as the playbook says, in the owner's working time."""
    refusal = _owed(command, growing, playbook, command.step, command.occurrence)
    if refusal:
        return refusal
    step = playbook.steps[command.step]
    attempt = step.attempts.get(command.attempt)
    if attempt is None:
        return refuse(Line(key="This step has no such try."))
    facts, wrong = read_fills(attempt.asks, command.fills, growing.case, playbook, now)
    if wrong:
        return refuse(INCOMPLETE, *wrong)
    by = command.by.id
    if facts:
        growing.add(ev.FactsRecorded(at=now, by=by, facts=facts, step=command.step))
    if attempt.says:
        growing.add(ev.CustomerTold(at=now, by=by, step=command.step, texts=attempt.says))
    until_at = add_working(now, attempt.wait, calendar_of(playbook, step.owner))
    growing.add(ev.AttemptLogged(at=now, by=by, step=command.step, attempt=command.attempt, until_at=until_at))
    return ()


def wait_for_customer(command: cmd.WaitForCustomer, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Pause due times until the customer answers."""
    refusal = works_here(command, growing, playbook)
    if refusal:
        return refusal
    if growing.case.waiting_since:
        return refuse(Line(key="This case waits for the customer already."))
    if not command.reason.strip():
        return refuse(WHY)
    growing.add(ev.CaseWaiting(at=now, by=command.by.id, reason=said(command.reason)))
    return ()


def resume(command: cmd.Resume, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """End the pause; open steps have as much time left as before."""
    refusal = works_here(command, growing, playbook)
    if refusal:
        return refusal
    if not growing.case.waiting_since:
        return refuse(Line(key="This case does not wait for anybody."))
    growing.add(ev.CaseResumed(at=now, by=command.by.id))
    return ()


def override(command: cmd.Override, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Lift a step's safeguards; only for the playbook's role, and with a reason."""
    refusal = works_here(command, growing, playbook)
    if refusal:
        return refusal
    role = playbook.override_by
    if role is None or role not in command.by.roles:
        return only(playbook, (role,) if role else ())
    if own := four_eyes(command.by, growing.case, playbook, command.step):
        return refuse(own)
    if growing.case.step(command.step).status != "open":
        return refuse(
            CLOSED if not growing.case.open else Line(key="That step is not open now. I have not changed anything.")
        )
    if not command.reason.strip():
        return refuse(WHY)
    growing.add(ev.StepOverridden(at=now, by=command.by.id, step=command.step, reason=said(command.reason)))
    return ()


def cancel(command: cmd.Cancel, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Close a case as a false alarm, with a code."""
    refusal = works_here(command, growing, playbook)
    if refusal:
        return refusal
    if not command.by.roles & set(playbook.cancel_by):
        return only(playbook, playbook.cancel_by)
    if command.code not in playbook.cancels:
        return refuse(Line(key="Choose why this is no case."))
    if command.reason.strip():
        growing.add(ev.NoteAdded(at=now, by=command.by.id, words=said(command.reason)))
    growing.add(*ownership_disputes.closing(growing.case, playbook, command.by, now))
    growing.add(*ending(growing.case, command.code, now, command.by.id))
    return ()


def reopen(command: cmd.Reopen, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Reopen a closed case at the step that ended it."""
    case = growing.case
    if case.opened_at is None:
        return refuse(UNKNOWN)
    if case.open:
        return refuse(Line(key="This case is open."))
    if not command.by.roles & set(playbook.cancel_by):
        return only(playbook, playbook.cancel_by)
    if not command.reason.strip():
        return refuse(WHY)
    step = _goes_on_at(case, playbook)
    growing.add(ev.CaseReopened(at=now, by=command.by.id, step=step, reason=said(command.reason)))
    if growing.case.step(step).status != "open":
        occurrence = growing.case.step(step).occurrence + 1
        growing.add(ev.StepOpened(at=now, by=command.by.id, step=step, occurrence=occurrence))
    ownership_disputes.flag(growing, now, command.rivals)
    return ()


def _goes_on_at(case: Case, playbook: Playbook) -> str:
    still = [name for name in playbook.steps if case.step(name).status == "open"]
    return still[0] if still else case.last_step or playbook.opens_with


def merge(command: cmd.Merge, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Close a duplicate in favour of another case."""
    refusal = works_here(command, growing, playbook)
    if refusal:
        return refusal
    into = command.into.strip().upper()
    if not into or into == display(growing.case, playbook):
        return refuse(Line(key="Write the other case's name, such as ATO-12."))
    theirs = into in growing.case.twins and into not in growing.case.rivals
    may = deciders(playbook) if into in growing.case.rivals else playbook.cancel_by
    if not theirs and command.by.roles.isdisjoint(may):
        return only(playbook, may)
    growing.add(ev.CaseMerged(at=now, by=command.by.id, into=into))
    growing.add(*ownership_disputes.closing(growing.case, playbook, command.by, now))
    growing.add(*ending(growing.case, MERGED, now, command.by.id))
    return ()
