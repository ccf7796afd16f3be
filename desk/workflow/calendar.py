"""Business calendar: due times, working hours, reminder times. Pure: instants are aware UTC arguments.

Durations are elapsed time within working hours, so a daylight-saving change neither adds nor takes an hour. No time
limit comes from the client's procedures: each is ours and stands in the playbook.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from desk.case.state import Case
from desk.playbook.model import Playbook, Step
from desk.playbook.parts import Calendar, Due, Rung


@dataclass(frozen=True)
class Deadline:
    """Next instant at which a duty needs attention."""

    duty: str
    fire_at: datetime


HORIZON = timedelta(days=400)
"""A calendar that offers no working time within this is treated as round the clock."""


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, years=year))


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Return whether this local date is a working day of the calendar."""
    if day.weekday() not in calendar.weekdays:
        return False
    return calendar.holidays is None or day not in _holidays(calendar.holidays, day.year)


def _instant(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    hour, minute = map(int, clock.split(":"))
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def windows(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working windows from this instant on, as UTC instants, for at most HORIZON."""
    zone = ZoneInfo(calendar.zone)
    day = start.astimezone(zone).date() - timedelta(days=1)
    while day <= (start + HORIZON).date():
        if is_working_day(day, calendar):
            opens, closes = _instant(day, calendar.start, zone), _instant(day, calendar.end, zone)
            if closes > start:
                yield max(opens, start), closes
        day += timedelta(days=1)


def add_working(start: datetime, duration: timedelta, calendar: Calendar | None) -> datetime:
    """Add working time to an instant; zero gives the next working instant."""
    if calendar is None or not calendar.has_gaps:
        return start + duration
    left = duration
    for opens, closes in windows(start, calendar):
        if opens + left < closes or (left and opens + left == closes):
            return opens + left
        left -= closes - opens
    return start + duration


def at_work(now: datetime, calendar: Calendar | None) -> bool:
    """Return whether this instant is within working hours."""
    return add_working(now, timedelta(), calendar) == now


def calendar_of(playbook: Playbook, role: str) -> Calendar | None:
    """Return a role's calendar; None means round the clock."""
    found = playbook.roles.get(role)
    return playbook.calendars.get(found.calendar) if found and found.calendar else None


def due_at(case: Case, playbook: Playbook, step: Step, due: Due | None, opened_at: datetime) -> datetime | None:
    """Return the due time of a step or part; None when the playbook sets none."""
    if due is None:
        return None
    start = _origin(case, due.origin, opened_at)
    calendar = None if step.urgent else calendar_of(playbook, step.owner)
    return add_working(start, due.within, calendar)


def put_off(at: datetime | None, held_until: datetime | None, paused: timedelta) -> datetime | None:
    """Extend a due time by the paused time, or to the end of a snooze or an attempt's wait if that is later."""
    if at is None:
        return None
    moved = at + paused
    return max(moved, held_until) if held_until else moved


def _origin(case: Case, origin: str, opened_at: datetime) -> datetime:
    if origin == "case_opened":
        return case.opened_at or opened_at
    if origin.startswith("done:"):
        done = case.step(origin.removeprefix("done:")).done
        return done.at if done else opened_at
    return opened_at


def rung_at(playbook: Playbook, due: datetime, rung: Rung, owner: str, urgent: bool) -> datetime:
    """Return when a rung of the ladder is reached; urgent steps ignore quiet hours."""
    told = owner if rung.tell in {"owner", "claimer"} else rung.tell
    return add_working(due, rung.after, None if urgent else calendar_of(playbook, told))
