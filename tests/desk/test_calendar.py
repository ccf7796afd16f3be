"""Calendars and due times: weekends, public holidays, changes of the clocks, and origins."""

from datetime import UTC, date, datetime, timedelta

import pytest

from desk.case import commands as cmd
from desk.playbook.parts import Calendar
from desk.playbook.shorthand import read_duration, write_duration
from desk.workflow.calendar import add_working, is_working_day
from tests.desk.bench import Bench, mr_d

OFFICE_ZA = Calendar.model_validate(
    {
        "zone": "Africa/Johannesburg",
        "weekdays": [0, 1, 2, 3, 4],
        "from": "08:00",
        "to": "17:00",
        "holidays": "ZA",
    }
)
OFFICE_IT = Calendar.model_validate(
    {
        "zone": "Europe/Rome",
        "weekdays": [0, 1, 2, 3, 4],
        "from": "09:00",
        "to": "18:00",
        "holidays": "IT",
    }
)
NIGHTS_IT = Calendar.model_validate({"zone": "Europe/Rome", "from": "00:00", "to": "06:00"})
ALWAYS = Calendar.model_validate({"zone": "Africa/Johannesburg"})


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "start", "duration", "due"),
    [
        (
            OFFICE_ZA,
            "2026-11-18T08:00",
            "1h",
            "2026-11-18T09:00",
        ),  # a Wednesday, 10:00 in Johannesburg
        (
            OFFICE_ZA,
            "2026-11-20T14:30",
            "1h",
            "2026-11-23T06:30",
        ),  # Friday 16:30: half now, half on Monday
        (
            OFFICE_ZA,
            "2026-11-21T10:00",
            "1h",
            "2026-11-23T07:00",
        ),  # Saturday counts from Monday 08:00
        (OFFICE_ZA, "2026-11-20T14:00", "1h", "2026-11-20T15:00"),  # exactly to closing time
        (OFFICE_ZA, "2026-12-15T14:00", "2h", "2026-12-17T07:00"),  # 16 December is a holiday
        (OFFICE_ZA, "2026-12-24T14:30", "1h", "2026-12-28T06:30"),  # Christmas, Goodwill, a weekend
        (
            OFFICE_ZA,
            "2026-11-20T16:00",
            "0s",
            "2026-11-23T06:00",
        ),  # no time at all: the next working instant
        (
            OFFICE_IT,
            "2026-08-14T15:30",
            "1h",
            "2026-08-17T07:30",
        ),  # Ferragosto falls on the Saturday
        (OFFICE_IT, "2026-06-01T15:30", "1h", "2026-06-03T07:30"),  # 2 June is a holiday
        (
            OFFICE_IT,
            "2026-03-27T16:30",
            "1h",
            "2026-03-30T07:30",
        ),  # over the spring change: 09:00 is an hour earlier
        (OFFICE_IT, "2026-10-23T15:30", "1h", "2026-10-26T08:30"),  # over the autumn change
        (NIGHTS_IT, "2026-03-28T23:00", "5h", "2026-03-29T04:00"),  # a night of five hours
        (NIGHTS_IT, "2026-10-24T22:00", "7h", "2026-10-25T05:00"),  # a night of seven hours
        (ALWAYS, "2026-12-25T23:30", "2h", "2026-12-26T01:30"),
        (None, "2026-12-25T23:30", "2h", "2026-12-26T01:30"),
    ],
)
def test_working_time_is_added_in_the_calendars_own_hours(
    calendar: Calendar | None, start: str, duration: str, due: str
) -> None:
    assert add_working(at(start), read_duration(duration), calendar) == at(due)


def test_holidays_are_those_of_the_country() -> None:
    assert not is_working_day(date(2026, 9, 24), OFFICE_ZA)
    assert is_working_day(date(2026, 9, 24), OFFICE_IT)
    assert not is_working_day(date(2026, 4, 6), OFFICE_IT)


@pytest.mark.parametrize("words", ["15", "15 m", "1.5h", "m15", "", "-5m", "999999h"])
def test_a_bad_duration_says_how_to_write_one(words: str) -> None:
    with pytest.raises(ValueError, match="such as 15m"):
        read_duration(words)


@pytest.mark.parametrize("words", ["90s", "15m", "2h", "3d", "0s"])
def test_durations_are_written_as_they_are_read(words: str) -> None:
    assert write_duration(read_duration(words)) == words


def test_a_calendar_without_any_working_time_is_treated_as_round_the_clock() -> None:
    never = Calendar.model_validate({"zone": "UTC", "weekdays": []})
    assert add_working(at("2026-01-01T00:00"), timedelta(hours=1), never) == at("2026-01-01T01:00")


@pytest.mark.parametrize(
    ("opened", "inbox"),
    [("2026-11-20T08:00", "role:data_compliance"), ("2026-11-20T16:00", "role:team_lead")],
)
def test_an_urgent_reminder_goes_to_the_fallback_while_the_owner_is_not_at_work(opened: str, inbox: str) -> None:
    book = mr_d()
    step = book.steps["flag_security"].model_copy(update={"urgent": True})
    role = book.roles["data_compliance"].model_copy(update={"fallback": "team_lead"})
    steps, roles = {**book.steps, "flag_security": step}, {**book.roles, "data_compliance": role}
    made = Bench(book.model_copy(update={"steps": steps, "roles": roles}), now=at(opened))
    made.play_all(book.rehearsals["changed"].deeds[:4])
    made.now += timedelta(minutes=65)
    made.tell(cmd.Chase(case=made.case.id, delivery=""))
    assert {effect.inbox for effect in made.of("tell_people") if effect.reminder} == {inbox}


def test_after_a_pause_the_owners_card_shows_that_it_is_overdue_though_another_is_told() -> None:
    made = Bench(mr_d(), now=at("2026-11-20T08:00"))
    made.play_all(mr_d().rehearsals["changed"].deeds[:3])
    drawn = len(made.of("show_card"))
    made.now += timedelta(days=3)
    made.tell(cmd.Chase(case=made.case.id, delivery=""))
    assert {effect.inbox for effect in made.of("tell_people") if effect.reminder} == {"role:team_lead"}
    assert "role:mod" in {effect.inbox for effect in made.of("show_card")[drawn:]}
    drawn = len(made.of("show_card"))
    made.tell(cmd.Chase(case=made.case.id, delivery=""))
    assert len(made.of("show_card")) == drawn
