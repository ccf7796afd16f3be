"""A system that does not answer is left alone for a while, and found again by one try."""

from datetime import UTC, datetime, timedelta

from desk.service.circuit_breaker import FIRST, FORGET, LONGEST, SILENCES, SYSTEM_OF, Outages

NOW = datetime(2026, 11, 26, 10, 42, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def silent(times: int = SILENCES, now: datetime = NOW) -> Outages:
    outages = Outages()
    for number in range(times):
        outages.silent("Zendesk", "it did not answer in time", now + number * SECOND)
    return outages


def test_a_silence_or_two_are_no_outage() -> None:
    assert silent(SILENCES - 1).hold("Zendesk", NOW) is None


def test_after_three_it_is_left_alone_and_the_others_are_not() -> None:
    outages = silent()
    held = outages.hold("Zendesk", NOW + 3 * SECOND)
    assert held is not None
    assert (held.since, held.system) == (NOW, "Zendesk")
    assert held.after == FIRST - SECOND
    assert outages.hold("Slack", NOW) is None


def test_when_the_pause_is_over_one_is_let_through_and_no_more() -> None:
    outages = silent()
    later = NOW + 2 * SECOND + FIRST
    assert outages.hold("Zendesk", later) is None
    assert outages.hold("Zendesk", later) is not None


def test_the_pause_grows_up_to_a_minute() -> None:
    outages, now, pauses = silent(), NOW + 2 * SECOND, []
    for _ in range(8):
        held = outages.hold("Zendesk", now)
        assert held is not None
        pauses.append(held.after.total_seconds())
        now += held.after
        assert outages.hold("Zendesk", now) is None
        outages.silent("Zendesk", "it did not answer in time", now)
    assert pauses == [5, 10, 20, 40, 60, 60, 60, 60]
    assert max(pauses) == LONGEST.total_seconds()


def test_an_answer_ends_it_at_once() -> None:
    outages = silent()
    outages.answered("Zendesk")
    assert outages.hold("Zendesk", NOW + 3 * SECOND) is None
    assert outages.since("Zendesk") is None


def test_two_silences_far_apart_are_two_outages() -> None:
    outages = silent(1)
    later = NOW + FORGET + SECOND
    outages.silent("Zendesk", "it did not answer in time", later)
    assert outages.since("Zendesk") == later


def test_every_kind_of_work_has_its_system() -> None:
    from typing import get_args

    from desk.case.effects import Effect

    kinds = {one.model_fields["kind"].default for one in get_args(get_args(Effect)[0])}
    assert kinds == set(SYSTEM_OF)
