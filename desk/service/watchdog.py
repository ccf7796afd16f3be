"""Watchdog: missed reminders and a stuck backlog. Judging is pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from desk.case.situation import Situation
from desk.reminders.announcement import Announcement, Gathered
from desk.reminders.digest import APART
from desk.reminders.ladder import reached
from desk.service.announcements import Announcements
from desk.service.ports import Cases
from desk.values import Line

Kind = Literal["reminders", "effects"]
OPERATORS = "role:operators"
"""The inbox of the desk's operators."""

LATE = (
    "Reminders are late: {count} should have gone out, the first at {at}. Look whether the desk's log names an error,"
    " and start it again if it does not."
)
OLD = (
    "Work outside has waited too long: {count} not done, the oldest since {at}. Slack or Zendesk may not answer."
    " Nothing is lost: it is done when they do."
)
IN_TIME = "Reminders go out in time again."
CAUGHT_UP = "No work outside waits too long any more."
MOST = 50
"""Maximum number of cases checked in one watch."""


@dataclass(frozen=True)
class Queue:
    """Backlog of one kind of work: its size, and since when the oldest waits."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Backlog:
    """Whole backlog, and the number of dead letters."""

    urgent: Queue = Queue()
    routine: Queue = Queue()
    dead: int = 0


@dataclass(frozen=True)
class Limits:
    """Alarm thresholds: lateness of reminders, age of waiting work."""

    reminder: timedelta
    urgent: timedelta
    routine: timedelta


@dataclass(frozen=True)
class Watch:
    """Findings of one watch: the due instants of missed reminders, and the backlog."""

    now: datetime
    late: tuple[datetime, ...]
    backlog: Backlog


@dataclass(frozen=True)
class Alarm:
    """Exceeded threshold: how many, and since when."""

    kind: Kind
    count: int
    since: datetime


class Knows(Protocol):
    """Store queries of a watch (port). Raises StoreGone."""

    async def backlog(self) -> Backlog:
        """Return the backlog."""
        ...


async def watch(cases: Cases, said: Announcements | None, store: Knows, limits: Limits, now: datetime) -> Watch:
    """Run the checks once; raises StoreGone. Two small queries when nothing is late."""
    by = now - limits.reminder
    due = await cases.due(by, MOST)
    excused = await said.gathered(due) if said and due else frozenset()
    found = [one for case in due for one in await _late(case, cases, excused, by)]
    inboxes = sorted({inbox for inbox, _ in found})
    quiet = await said.last(inboxes, now - APART) if said and inboxes else frozenset()
    late = tuple(sorted(at for inbox, at in found if inbox not in quiet))
    return Watch(now, late, await store.backlog())


async def _late(name: str, cases: Cases, excused: frozenset[Gathered], by: datetime) -> list[tuple[str, datetime]]:
    """Yield a case's rungs that should have been used by then, without those a digest covers."""
    found = await cases.load(name)
    if found is None:
        return []
    return [(one.inbox, one.at) for one in reached(Situation(*found, by)) if Gathered(name, one.mark) not in excused]


def alarms(seen: Watch, limits: Limits) -> tuple[Alarm, ...]:
    """List the exceeded thresholds."""
    found: list[Alarm] = []
    if seen.late:
        found.append(Alarm("reminders", len(seen.late), seen.late[0]))
    old = list(_old(seen, limits))
    if old:
        found.append(Alarm("effects", sum(queue.count for queue, _ in old), min(at for _, at in old)))
    return tuple(found)


def _old(seen: Watch, limits: Limits) -> Iterator[tuple[Queue, datetime]]:
    for queue, limit in ((seen.backlog.urgent, limits.urgent), (seen.backlog.routine, limits.routine)):
        if queue.since is not None and seen.now - queue.since > limit:
            yield queue, queue.since


def alarm_said(alarm: Alarm, now: datetime) -> Announcement:
    """Build the message for the operators; one per hour and kind, however many processes watch."""
    line = Line(
        key=LATE if alarm.kind == "reminders" else OLD,
        args={"count": alarm.count, "at": alarm.since},
    )
    return Announcement(key=f"watchdog/{alarm.kind}/{now:%Y-%m-%dT%H}", inbox=OPERATORS, lines=(line,))


def over_said(kind: Kind, key: str) -> Announcement:
    """Build the message that the alarm of this key is over."""
    line = Line(key=IN_TIME if kind == "reminders" else CAUGHT_UP)
    return Announcement(key=f"{key}/over", inbox=OPERATORS, lines=(line,))


def lateness(instants: Sequence[datetime | None], now: datetime) -> float:
    """Return the seconds since the earliest of these instants; 0 without any."""
    there = [one for one in instants if one is not None]
    return max((now - min(there)).total_seconds(), 0.0) if there else 0.0
