"""Four eyes that can be met: too few people are named, with the step that they could never do."""

import pytest

from desk.workflow.enough_people import too_few, unliftable
from ops.setup.four_eyes_checks import verdicts
from tests.desk.bench import mr_d

MR_D = mr_d()
ENOUGH = {"cs_agent": {"A"}, "mod": {"M", "N"}, "data_compliance": {"D"}, "team_lead": {"L"}}


def test_with_enough_people_nothing_is_said() -> None:
    assert list(too_few(MR_D, ENOUGH)) == list(unliftable(MR_D, ENOUGH)) == []
    assert [one.state for one in verdicts({"mr_d": MR_D}, ENOUGH)] == ["good"]


def test_everybody_being_one_person_can_never_suspend_or_refund() -> None:
    one = {role: {"U1"} for role in ENOUGH}
    assert {step for step, _ in too_few(MR_D, one)} >= {"suspend", "refund", "reactivate"}
    (first, *_) = verdicts({"mr_d": MR_D}, one)
    assert (first.state, "nobody could ever do" in first.what) == ("broken", True)


@pytest.mark.parametrize(("leads", "stuck"), [({"M"}, True), ({"M", "L"}, False)])
def test_the_only_lead_who_is_the_only_mod_cannot_lift(leads: set[str], stuck: bool) -> None:
    people = {**ENOUGH, "mod": {"M"}, "team_lead": leads}
    assert not list(too_few(MR_D, people))
    assert bool(list(unliftable(MR_D, people))) is stuck
    assert any("lifting would not help" in one.what for one in verdicts({"mr_d": MR_D}, people)) is stuck


def test_a_role_without_people_is_said_elsewhere() -> None:
    assert not list(too_few(MR_D, {}))
