"""Digests: one message for an inbox in place of many reminders. Pure.

Reminders of urgent duties are never part of a digest: they go out at once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.case.situation import Situation
from desk.fields.template_values import display
from desk.reminders.announcement import DIGEST, Announcement, Gathered
from desk.reminders.ladder import Reached, reached
from desk.values import Line
from desk.workflow.duties import doers

MANY = 3
"""Reminders of more cases than this, due for one inbox, become a digest."""
APART = timedelta(minutes=15)
"""Minimum time between two digests for one inbox."""

TITLE = "{count} cases wait for {owner}:"
TITLE_YOU = "{count} cases wait for you:"
LATE = "{case} ({minutes} min late): {what}"
LATE_HOURS = "{case} ({hours} h late): {what}"
SOON = "{case} (due {due_at}): {what}"


@dataclass(frozen=True)
class Reminder:
    """Due reminder: its case, its inbox and its line in a digest."""

    gathered: Gathered
    inbox: str
    role: str
    urgent: bool
    due_at: datetime
    line: Line


@dataclass(frozen=True)
class Plan:
    """Plan for due reminders: the digests to send, and the reminders held for the next digest."""

    digests: tuple[tuple[Announcement, tuple[Gathered, ...]], ...] = ()
    held: frozenset[Gathered] = frozenset()


def reminders(situation: Situation) -> tuple[Reminder, ...]:
    """List the reminders of a case that are due now."""
    return tuple(_reminder(situation, one) for one in reached(situation))


def _reminder(situation: Situation, one: Reached) -> Reminder:
    case, playbook = situation.case, situation.playbook
    role = doers(playbook, one.duty) if one.rung.tell in {"claimer", "owner"} else one.rung.tell
    assert one.duty.due_at is not None
    return Reminder(
        Gathered(case.id, one.mark),
        one.inbox,
        role,
        one.duty.urgent,
        one.duty.due_at,
        _line(display(case, playbook), one, situation.now),
    )


def _line(case: str, one: Reached, now: datetime) -> Line:
    due = one.duty.due_at
    assert due is not None
    minutes = int((now - due).total_seconds() // 60)
    if minutes <= 0:
        return Line(key=SOON, args={"case": case, "due_at": due, "what": one.duty.title})
    if minutes < 120:
        return Line(key=LATE, args={"case": case, "minutes": minutes, "what": one.duty.title})
    return Line(key=LATE_HOURS, args={"case": case, "hours": minutes // 60, "what": one.duty.title})


def _by_inbox(due: Iterable[Reminder]) -> dict[str, list[Reminder]]:
    found: dict[str, list[Reminder]] = {}
    for one in due:
        found.setdefault(one.inbox, []).append(one)
    return found


def _are_many(reminders: Iterable[Reminder]) -> bool:
    return len({one.gathered.case for one in reminders}) > MANY


def plan(due: Iterable[Reminder], said: Collection[Gathered], peace: Collection[str], now: datetime) -> Plan:
    """Group due reminders into digests. `said` are in a digest already, `peace` names inboxes that just had one."""
    inboxes = _by_inbox(one for one in due if not one.urgent and one.gathered not in said)
    many = {inbox: ones for inbox, ones in inboxes.items() if _are_many(ones)}
    return Plan(
        tuple(_digest(inbox, ones, now) for inbox, ones in many.items() if inbox not in peace),
        frozenset(one.gathered for inbox in many.keys() & set(peace) for one in many[inbox]),
    )


def _digest(inbox: str, ones: Sequence[Reminder], now: datetime) -> tuple[Announcement, tuple[Gathered, ...]]:
    oldest = sorted(ones, key=lambda one: (one.due_at, one.gathered.case))
    count = len({one.gathered.case for one in ones})
    direct = inbox.startswith("person:")
    role = oldest[0].role
    owner = {} if direct else {"owner": f"role:{role}"}
    said = Announcement(
        key=f"{DIGEST}{inbox}/{now.isoformat()}",
        inbox=inbox,
        mention=() if direct else (f"role:{role}",),
        title=Line(key=TITLE_YOU if direct else TITLE, args={"count": count, **owner}),
        lines=tuple(one.line for one in oldest),
    )
    return said, tuple(one.gathered for one in oldest)
