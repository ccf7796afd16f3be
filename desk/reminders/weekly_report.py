"""Weekly report: a procedure's figures of last week, for its team leads. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from desk.cards.worklist import Goal, Owed, goal, goal_of
from desk.case import events as ev
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.reminders.announcement import Announcement
from desk.values import Line, Text

SAID_AT = time(8)
STUCK_AFTER = timedelta(days=1)
"""A duty is stuck when it is late by this much."""
MOST_STUCK = 5

TITLE = "{procedure}: week {week}"
COUNTS = "Opened {opened}, closed {closed}."
GOAL = "From the call to “{step}”: {minutes} min in the middle case; {good} of {all} in time."
NO_GOAL = "No case came to “{step}”."
SLOWEST_MINUTES = "Slowest step: “{step}”, {count} min in the middle case."
SLOWEST_HOURS = "Slowest step: “{step}”, {count} h in the middle case."
SLOWEST_DAYS = "Slowest step: “{step}”, {count} days in the middle case."
KEPT = "No promise to a customer was broken."
BROKEN = "Promises that were not kept: {count}. Most often: {what}"
STUCK = "Stuck: {case}: “{what}” was due at {due_at}. {owner} owes it."
MORE_STUCK = "… ({count} more)"
NONE_STUCK = "Nothing is stuck."


@dataclass(frozen=True)
class Span:
    """Week from Monday to Monday in a procedure's zone, and when it is reported."""

    name: str
    start: datetime
    end: datetime
    told_at: datetime


def last_week(now: datetime, zone: str) -> Span:
    """Return the newest week whose report is due: Monday at 08:00 in the procedure's zone."""
    place = ZoneInfo(zone)
    local = now.astimezone(place)
    monday = local.date() - timedelta(days=local.weekday())
    if local < datetime.combine(monday, SAID_AT, place):
        monday -= timedelta(days=7)
    first = monday - timedelta(days=7)
    year, week, _ = first.isocalendar()
    begins = [_instant(day, time(), place) for day in (first, monday)]
    return Span(f"{year}-W{week:02}", begins[0], begins[1], _instant(monday, SAID_AT, place))


def _instant(day: date, at: time, place: ZoneInfo) -> datetime:
    return datetime.combine(day, at, place).astimezone(UTC)


@dataclass(frozen=True)
class Week:
    """Figures of a week."""

    opened: int
    closed: int
    goals: tuple[tuple[timedelta, bool], ...]
    """For each case that reached the goal: how long after the call, and whether in time."""
    slowest: tuple[str, timedelta] | None
    broken: tuple[str, ...]
    stuck: tuple[Owed, ...]

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to report."""
        return not (self.opened or self.closed or self.stuck)


def count(cases: Iterable[Case], late: Iterable[Owed], playbook: Playbook, span: Span, now: datetime) -> Week:
    """Count a week from the cases opened or closed in it, and from the duties late now."""
    seen = tuple(cases)
    reached = [(case, found) for case in seen if (found := goal(case, playbook)) and found.done_at]
    return Week(
        opened=sum(_within(case.opened_at, span) for case in seen),
        closed=sum(_within(case.ended_at, span) for case in seen),
        goals=tuple(_reached(case, found) for case, found in reached if _within(found.done_at, span)),
        slowest=_slowest(seen, playbook, span),
        broken=tuple(_broken(seen, span)),
        stuck=tuple(one for one in late if _is_stuck(one, now)),
    )


def _is_stuck(duty: Owed, now: datetime) -> bool:
    return duty.due_at is not None and now - duty.due_at > STUCK_AFTER and duty.late(now)


def _within(at: datetime | None, span: Span) -> bool:
    return at is not None and span.start <= at < span.end


def _reached(case: Case, found: Goal) -> tuple[timedelta, bool]:
    assert found.done_at is not None
    assert case.opened_at is not None
    return found.done_at - case.opened_at, found.done_at <= found.due_at


def _slowest(cases: Iterable[Case], playbook: Playbook, span: Span) -> tuple[str, timedelta] | None:
    """Return the step with the longest median time from open to done."""
    took: dict[str, list[timedelta]] = {}
    for case in cases:
        for name, duration in _durations(case, span):
            if name in playbook.steps and not playbook.steps[name].recurs:
                took.setdefault(name, []).append(duration)
    middle = {name: _middle(durations) for name, durations in took.items()}
    slowest = max(middle, key=lambda name: middle[name], default=None)
    return (slowest, middle[slowest]) if slowest else None


def _middle(durations: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in durations))


def _durations(case: Case, span: Span) -> Iterator[tuple[str, timedelta]]:
    opened: dict[str, datetime] = {}
    for event in case.log:
        if isinstance(event, ev.StepOpened):
            opened[event.step] = event.at
        elif isinstance(event, ev.StepCompleted) and _within(event.at, span):
            yield event.step, event.at - opened.get(event.step, event.at)


def _broken(cases: Iterable[Case], span: Span) -> Iterator[str]:
    for case in cases:
        for event in case.log:
            if isinstance(event, ev.PromiseClosed) and not event.kept and _within(event.at, span):
                yield event.promise


def leads(playbook: Playbook) -> tuple[str, ...]:
    """Return the roles of team leads: those that cover for others, and that nobody covers for."""
    covering = dict.fromkeys(role.next for role in playbook.roles.values() if role.next)
    return tuple(name for name in covering if name in playbook.roles and not playbook.roles[name].next)


def message(week: Week, playbook: Playbook, span: Span, role: str) -> Announcement:
    """Build the report for one team lead's inbox, with an idempotent key."""
    title = Line(key=TITLE, args={"procedure": playbook.title, "week": span.name})
    return Announcement(
        key=f"weekly/{playbook.playbook}/{span.name}/{role}",
        inbox=f"role:{role}",
        title=title,
        lines=tuple(_lines(week, playbook)),
    )


def _lines(week: Week, playbook: Playbook) -> Iterator[Line]:
    yield Line(key=COUNTS, args={"opened": week.opened, "closed": week.closed})
    if goes := goal_of(playbook):
        yield _goal_line(week, goes[1].title)
    if week.slowest:
        name, took = week.slowest
        yield _slowest_line(playbook.steps[name].title, took)
    yield _promise_line(week, playbook)
    yield from _stuck_lines(week.stuck)


def _goal_line(week: Week, step: Text) -> Line:
    if not week.goals:
        return Line(key=NO_GOAL, args={"step": step})
    minutes = round(_middle([took for took, _ in week.goals]) / timedelta(minutes=1))
    good = sum(in_time for _, in_time in week.goals)
    return Line(key=GOAL, args={"step": step, "minutes": minutes, "good": good, "all": len(week.goals)})


def _slowest_line(step: Text, took: timedelta) -> Line:
    """Format the duration in hours or minutes, whichever a person would use."""
    key, unit = SLOWEST_DAYS, timedelta(days=1)
    if took < timedelta(hours=2):
        key, unit = SLOWEST_MINUTES, timedelta(minutes=1)
    elif took < timedelta(days=2):
        key, unit = SLOWEST_HOURS, timedelta(hours=1)
    return Line(key=key, args={"step": step, "count": round(took / unit)})


def _promise_line(week: Week, playbook: Playbook) -> Line:
    if not week.broken:
        return Line(key=KEPT)
    most = max(sorted(set(week.broken)), key=week.broken.count)
    title = playbook.promises[most].title if most in playbook.promises else {"en": most}
    return Line(key=BROKEN, args={"count": len(week.broken), "what": title})


def _stuck_lines(stuck: Sequence[Owed]) -> Iterator[Line]:
    for one in stuck[:MOST_STUCK]:
        assert one.due_at is not None
        owner = f"<@{one.held_by}>" if one.held_by else f"role:{one.role}"
        args: dict[str, str | int | datetime | Text | list[str]] = {
            "case": one.display,
            "what": one.title,
            "due_at": one.due_at,
            "owner": owner,
        }
        yield Line(key=STUCK, args=args)
    if not stuck:
        yield Line(key=NONE_STUCK)
    elif len(stuck) > MOST_STUCK:
        yield Line(key=MORE_STUCK, args={"count": len(stuck) - MOST_STUCK})
