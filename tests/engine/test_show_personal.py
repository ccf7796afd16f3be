"""The Show button of a masked card, from body to modal: to whom, how often, and what is kept."""

import json

import pytest

from config.load import load
from desk.case.dispute_events import ProfileDisputed
from desk.case.effects import ShowCard
from desk.values import Fact
from tests.engine.acting import CASE, Slack, shown

PERSONAL = ("Naledi", "Mahlangu", "2048811")
SHOW = "show:mod"


@pytest.fixture
async def slack() -> Slack:
    slack = Slack({"mr_d": load()["mr_d"]})
    slack.people.add("USECU001", "Sipho", "platform_security")
    await slack.with_mod()
    slack.reply.opened.clear()
    assert any(isinstance(one, ShowCard) and one.inbox == "role:mod" for one in slack.cases.queued())
    return slack


def kept(slack: Slack, kind: str) -> list[str]:
    return [one.by for one in slack.cases.events[CASE] if one.kind == kind]


async def test_who_may_look_sees_the_values_in_a_modal_and_is_logged(slack: Slack) -> None:
    await slack.click("USECU001", SHOW)
    ((_, view),) = slack.reply.opened
    assert "2048811" in shown(view)
    assert "Only you see this" in shown(view)
    assert kept(slack, "personal_shown") == ["USECU001"]
    assert slack.reply.told == []


@pytest.mark.parametrize(("who", "sees"), [("UMOD0001", True), ("USECU001", False)])
async def test_the_other_claimant_is_shown_to_those_who_decide_only(slack: Slack, who: str, sees: bool) -> None:
    """Whoever works with a case may look behind its mask; the other case's customer is not in it."""
    other = "01JD0000000000000000000099"
    mail = {"email": Fact(value="somebody.else@example.com", personal=True)}
    first = slack.cases.events[CASE]
    slack.cases.events[other] = tuple(
        one.model_copy(update={"number": 99} if one.kind == "case_opened" else {"facts": mail})
        for one in first
        if one.kind in {"case_opened", "facts_recorded"}
    )
    disputed = ProfileDisputed(at=first[-1].at, by="bot", cases=("ATO-99",), new=("ATO-99",))
    slack.cases.events[CASE] = (*first, disputed)
    await slack.click(who, SHOW)
    ((_, view),) = slack.reply.opened
    assert ("somebody.else@example.com" in shown(view)) is sees
    assert "2048811" in shown(view)


async def test_who_may_not_is_refused_privately_and_logged(slack: Slack) -> None:
    await slack.click("UOUTS001", SHOW)
    ((who, words),) = slack.reply.told
    assert who == "UOUTS001"
    assert words.startswith("Only people who work on these cases may do this")
    assert slack.reply.opened == []
    assert kept(slack, "act_refused") == ["UOUTS001"]
    assert not any(one in json.dumps(slack.reply.told) for one in PERSONAL)


async def test_looks_are_limited_per_person_and_the_limit_is_logged(slack: Slack) -> None:
    for _ in range(slack.door.look_ups + 1):
        await slack.click("UMOD0001", SHOW)
    assert len(slack.reply.opened) == slack.door.look_ups
    assert kept(slack, "personal_shown") == ["UMOD0001"] * slack.door.look_ups
    assert kept(slack, "act_refused") == ["UMOD0001"]
    assert slack.reply.told[-1][1].startswith("That is more than 10 look-ups")
    await slack.click("UMOD0002", SHOW)
    assert kept(slack, "personal_shown")[-1] == "UMOD0002"


async def test_a_refused_click_that_slack_sends_again_shows_nothing(slack: Slack) -> None:
    for _ in range(2):
        await slack.click("UOUTS001", SHOW, trigger="1.9.again")
    assert slack.reply.opened == []


async def test_a_database_that_does_not_answer_shows_nothing(slack: Slack) -> None:
    slack.cases.gone = True
    await slack.click("UMOD0001", SHOW)
    assert slack.reply.opened == []
    assert slack.reply.told[-1][1].startswith("Nothing was kept")
