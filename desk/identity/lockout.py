"""Verification lockout across cases. Pure; which item failed is never disclosed."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.situation import Draft, Situation
from desk.case.verification_events import VerificationLocked
from desk.playbook.model import Playbook, Step
from desk.playbook.safeguards import Lockout
from desk.values import BOT, Line

WARNING = Line(
    key=(
        "The verification of this customer failed {count} times within {hours} hours, in this case or in others. Only"
        " {role} may go on. Do not tell the caller why."
    )
)


def lockouts(playbook: Playbook) -> tuple[Lockout, ...]:
    """List the playbook's lockout rules, at enabled steps only."""
    return tuple(step.lockout for step in playbook.steps.values() if step.lockout and step.enabled)


def watched(playbook: Playbook, step: str) -> Lockout | None:
    """Return the lockout rule that applies when this step finishes: its own, or that of a step which follows it."""
    spec = playbook.steps.get(step)
    after = (one.lockout for one in playbook.steps.values() if step in one.after and one.lockout and one.enabled)
    own = spec.lockout if spec and spec.enabled else None
    return own or next(after, None)


def failures(log: Iterable[ev.Event], playbook: Playbook) -> tuple[datetime, ...]:
    """Return the instants of failed verifications in a case."""
    return tuple(
        event.at
        for event in log
        if isinstance(event, ev.StepCompleted) and _failed(playbook.steps.get(event.step), event.outcome)
    )


def _failed(step: Step | None, outcome: str) -> bool:
    return bool(step and step.lockout and outcome in step.lockout.failed)


def bar(draft: Draft) -> bool:
    """Lock the verification if there were too many failures; return whether it was locked now."""
    if draft.case.locked:
        return False
    counts = [sum(at > draft.now - one.within for at in draft.related.failures) for one in lockouts(draft.playbook)]
    reached = [n for n, one in zip(counts, lockouts(draft.playbook), strict=True) if n >= one.most]
    if not reached:
        return False
    draft.add(VerificationLocked(at=draft.now, by=BOT.id, failures=max(reached)))
    return True


def passes_on(command: cmd.CompleteStep, playbook: Playbook) -> bool:
    """Return whether a person who triggers the lockout hands the step over; a failed outcome they may still record."""
    step = playbook.steps[command.step]
    if step.lockout is None or command.outcome in step.lockout.failed:
        return False
    return step.lockout.then not in command.by.roles


def warnings(situation: Situation) -> Iterator[Line]:
    """Yield the lockout warning for the cards of an open case."""
    case, playbook = situation.case, situation.playbook
    named = next(iter(lockouts(playbook)), None)
    if not case.locked or not case.open or named is None:
        return
    hours = int(named.within.total_seconds() // 3600)
    role = playbook.roles[named.then].title
    yield Line(key=WARNING.key, args={"count": case.locked, "hours": hours, "role": role})
