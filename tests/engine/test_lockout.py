"""Failed verifications counted across agents, cases and channels: after three in a day only a MOD goes on."""

from datetime import timedelta

import pytest

from config.load import PLAYBOOKS, load
from desk.cards.case_card import face, inboxes
from desk.case.situation import Situation
from desk.case.state import Case
from desk.playbook.model import Deed
from desk.workflow.duties import duties
from desk.workflow.permissions import why_not
from tests.desk.bench import PEOPLE
from tests.engine.whole import Whole

MR_D = load(PLAYBOOKS, ["mr_d"])["mr_d"]
FAILED = MR_D.rehearsals["failed_standard"].deeds
GOOD = MR_D.rehearsals["unchanged"].deeds
RECEIVE, LOCATE, VERIFY = GOOD[:3]
DAY = timedelta(hours=24)


def case_number(number: int) -> str:
    return f"01JD{number:022d}"


def by(who: str, deed: Deed, **fill: str) -> Deed:
    return deed.model_copy(update={"who": who, "fill": {**deed.fill, **fill}})


@pytest.fixture
async def desk() -> Whole:
    return await Whole(MR_D).start()


async def fail(desk: Whole, times: int, first: int = 1, **contact: str) -> None:
    """Let two agents in turn fail the same customer, each time in a case of its own."""
    for number in range(first, first + times):
        who = "agent" if number % 2 else "agent2"
        channel = "call" if number % 2 else "written"
        deeds = (
            by(who, FAILED[0], channel=channel, **contact),
            *(by(who, one) for one in FAILED[1:]),
        )
        answer = await desk.play_all(deeds, case_number(number))
        assert answer.case.ending == "failed_verification"


def owner(desk: Whole, case: Case) -> str:
    (owed,) = [one for one in duties(Situation(case, MR_D, desk.clock.now())) if one.step.startswith("verify")]
    return owed.owner


async def test_two_failures_leave_it_to_the_agent(desk: Whole) -> None:
    await fail(desk, 2)
    await desk.play(RECEIVE, case_number(9))
    answer = await desk.play(LOCATE, case_number(9))
    assert owner(desk, answer.case) == "cs_agent"
    assert (await desk.play(VERIFY, case_number(9))).case.step("suspend").status == "open"


async def test_after_three_only_a_mod_goes_on_and_nobody_is_told_which_item_failed(
    desk: Whole,
) -> None:
    await fail(desk, 3)
    await desk.play(RECEIVE, case_number(9))
    answer = await desk.play(LOCATE, case_number(9))
    assert owner(desk, answer.case) == "mod"
    refused = await desk.play(VERIFY, case_number(9))
    assert refused.refusal and refused.refusal.line.args["role"] == MR_D.roles["mod"].title
    situation = Situation(refused.case, MR_D, desk.clock.now())
    (warning,) = face(situation, "person:UAGENT01").warnings
    assert warning.args == {"count": 3, "hours": 24, "role": MR_D.roles["mod"].title}
    assert "role:mod" in inboxes(situation)
    done = await desk.play(by("mod", VERIFY), case_number(9))
    assert done.refusal is None
    assert done.case.step("suspend").status == "open"


async def test_whoever_opened_the_case_does_not_go_on_in_it_as_its_mod(desk: Whole) -> None:
    await fail(desk, 3)
    await desk.play(RECEIVE, case_number(9))
    case = (await desk.play(LOCATE, case_number(9))).case
    situation = Situation(case, MR_D, desk.clock.now())
    (owed,) = [one for one in duties(situation) if one.step.startswith("verify")]
    both = PEOPLE["agent"].model_copy(update={"roles": frozenset({"cs_agent", "mod"})})
    assert both.id == case.opened_by
    why = why_not(both, situation, owed)
    assert why and "yourself" in why.key
    assert why_not(PEOPLE["mod"], situation, owed) is None


async def test_another_contact_does_not_help_once_the_profile_is_known(desk: Whole) -> None:
    await fail(desk, 3)
    new = {"email": "somebody.else@example.com", "phone": "083 555 0999"}
    first = await desk.play(by("agent", RECEIVE, **new), case_number(9))
    assert first.case.locked == 0
    answer = await desk.play(LOCATE, case_number(9))
    assert owner(desk, answer.case) == "mod"


async def test_failures_of_more_than_a_day_ago_do_not_count(desk: Whole) -> None:
    await fail(desk, 2)
    desk.clock.move(DAY)
    await fail(desk, 1, first=3)
    await desk.play(RECEIVE, case_number(9))
    answer = await desk.play(LOCATE, case_number(9))
    assert owner(desk, answer.case) == "cs_agent"


async def test_failures_of_another_customer_do_not_count(desk: Whole) -> None:
    await fail(desk, 3)
    other = {"email": "somebody.else@example.com", "phone": "083 555 0999"}
    await desk.play(by("agent", RECEIVE, **other), case_number(9))
    answer = await desk.play(
        by("agent", LOCATE, customer_id="777", profile_link="https://admin.example/777"), case_number(9)
    )
    assert owner(desk, answer.case) == "cs_agent"


async def test_who_was_asking_when_the_third_failed_passes_the_step_on(desk: Whole) -> None:
    """Four callers at once: the fourth agent had the questions open before anybody had failed."""
    await desk.play(RECEIVE, case_number(9))
    await desk.play(LOCATE, case_number(9))
    await fail(desk, 3)
    answer = await desk.play(VERIFY, case_number(9))
    assert answer.refusal is None
    assert owner(desk, answer.case) == "mod"
    assert not answer.case.known("popi_full_name")
    assert (await desk.play(by("mod", VERIFY), case_number(9))).case.step("suspend").status == "open"


async def test_a_fourth_failure_is_kept_like_any_other(desk: Whole) -> None:
    await desk.play(RECEIVE, case_number(9))
    await desk.play(LOCATE, case_number(9))
    await fail(desk, 3)
    answer = await desk.play(FAILED[-1], case_number(9))
    assert answer.case.ending == "failed_verification"
    assert answer.case.value("popi_contact") == "fail"
