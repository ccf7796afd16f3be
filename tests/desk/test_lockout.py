"""When failures bar an owner: a table of instants, and what the playbook counts."""

from datetime import timedelta

import pytest

from desk.case.situation import Draft, Related, Situation
from desk.identity import lockout
from tests.desk.bench import FRIDAY, Bench, mr_d

MR_D = mr_d()
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours_ago", "barred"),
    [
        ((), False),
        ((1, 2), False),
        ((1, 2, 3), True),
        ((1, 2, 23.9), True),
        ((1, 2, 24), False),
        ((1, 2, 25, 26, 27), False),
        ((0, 0, 0, 0), True),
    ],
)
def test_three_within_a_day_bar(hours_ago: tuple[float, ...], barred: bool) -> None:
    failed_at = tuple(FRIDAY - HOUR * ago for ago in hours_ago)
    draft = Draft(Situation(Bench(MR_D).case, MR_D, FRIDAY, Related(failures=failed_at)))
    assert lockout.bar(draft) is barred
    assert bool(draft.case.locked) is barred
    assert not lockout.bar(draft)  # once is enough


@pytest.mark.parametrize(
    ("step", "counts"),
    [
        ("locate", True),
        ("assist", True),
        ("verify_order", True),
        ("receive", False),
        ("suspend", False),
        ("none", False),
    ],
)
def test_other_cases_are_asked_only_where_a_customer_is_verified(step: str, counts: bool) -> None:
    assert bool(lockout.watched(MR_D, step)) is counts
