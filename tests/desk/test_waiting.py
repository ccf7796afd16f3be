"""A case that waits for the customer: nothing is late meanwhile, and due times move by the time it waited."""

from datetime import datetime, timedelta

import pytest

from desk.cards.case_card import face
from desk.cards.worklist import goal, owed
from desk.case import commands as cmd
from tests.desk.bench import CASE, FRIDAY, PEOPLE, Bench, mr_d

HOUR = timedelta(hours=1)


def played(deeds: int) -> Bench:
    """The first deeds of a case in which nothing was changed: three lead to the suspension, four past it."""
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["unchanged"].deeds[:deeds])
    return bench


def wait(bench: Bench, who: str = "data") -> None:
    bench.tell(cmd.WaitForCustomer(case=CASE, delivery="w", by=PEOPLE[who], reason="asks at home"))
    assert bench.case.waiting_since == bench.now


def resume(bench: Bench, who: str = "data") -> None:
    bench.tell(cmd.Resume(case=CASE, delivery="r", by=PEOPLE[who]))
    assert bench.case.waiting_since is None


def dues(bench: Bench) -> dict[str, datetime]:
    return {one.duty: one.due_at for one in owed(bench.situation) if one.due_at}


def test_due_times_move_by_the_time_the_case_waited() -> None:
    bench = played(4)
    before = dues(bench)
    assert before
    wait(bench)
    bench.now += 5 * HOUR
    resume(bench)
    assert dues(bench) == {duty: at + 5 * HOUR for duty, at in before.items()}


def test_a_second_wait_is_added_to_the_first() -> None:
    bench = played(4)
    before = dues(bench)
    for hours in (2, 3):
        wait(bench)
        bench.now += hours * HOUR
        resume(bench)
        bench.now += HOUR
    assert dues(bench) == {duty: at + 5 * HOUR for duty, at in before.items()}


def test_the_goal_moves_too() -> None:
    bench = played(3)
    wait(bench, "mod")
    bench.now += HOUR
    resume(bench, "mod")
    found = goal(bench.case, bench.playbook)
    assert found is not None
    assert found.due_at == FRIDAY + timedelta(minutes=15) + HOUR


def test_a_step_that_opens_after_the_wait_has_its_own_time() -> None:
    waited, other = played(4), played(4)
    wait(waited)
    waited.now += HOUR
    resume(waited)
    for bench in (waited, other):
        bench.now = FRIDAY + 2 * HOUR
        bench.play_all(bench.playbook.rehearsals["unchanged"].deeds[4:7])
    assert dues(waited)
    assert dues(waited) == dues(other)


def test_while_it_waits_only_what_is_urgent_can_be_late() -> None:
    calm, urgent = played(4), played(3)
    later = FRIDAY + timedelta(days=10)
    assert all(one.late(later) for one in owed(calm.situation) if not one.locked)
    wait(calm)
    wait(urgent, "mod")
    rows = owed(calm.situation)
    assert rows
    assert all(one.waiting and not one.late(later) for one in rows)
    [suspension] = owed(urgent.situation)
    assert suspension.late(later)


@pytest.mark.parametrize(
    ("deeds", "due"),
    [
        (1, None),  # the suspension was promised, and is not open yet
        (3, FRIDAY + timedelta(minutes=15)),  # it is
        (7, None),  # feedback was promised; the investigation that is open does not give it
    ],
)
def test_the_next_contact_is_due_when_an_open_duty_keeps_a_promise(deeds: int, due: datetime | None) -> None:
    bench = played(deeds)
    assert dues(bench)
    assert face(bench.situation, "role:mod").next_contact_at == due
