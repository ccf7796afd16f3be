"""Slack's occasions from body to answer: intake in one modal, one-tap buttons and refusals."""

import pytest

from config.load import load
from desk.playbook.model import Playbook
from handlers.slack.door import NOT_UNDERSTOOD
from integrations.slack.codec.meta import read_meta
from integrations.slack.posting.reply import TOO_LATE
from tests.engine.acting import CASE, RECEIVE, VERIFY, Slack, fields_of, shown


@pytest.fixture(scope="module")
def playbooks() -> dict[str, Playbook]:
    return {"mr_d": load()["mr_d"]}


@pytest.fixture
def slack(playbooks) -> Slack:
    return Slack(playbooks)


# intake


async def test_ato_alone_opens_the_intake_with_a_new_case_in_it(slack):
    view = await slack.opened()
    meta = read_meta(view["private_metadata"])
    assert (meta.case, meta.playbook, meta.step, meta.new) == (CASE, "mr_d", "receive", True)
    assert "temporarily suspend their profile pending investigation" in shown(view)
    assert slack.reply.opened[0][0] == "1.7.t"
    assert await slack.case() is None


async def test_the_intake_page_is_drawn_once_for_all_agents(slack):
    await slack.command("UAGENT01")
    await slack.command("UAGENT01")
    assert slack.forms.drawn == 1


async def test_from_ato_to_the_mod_is_one_modal_and_three_submits(slack):
    last = await slack.with_mod()
    case = await slack.case()
    assert len(slack.reply.opened) == 1
    assert case.step("suspend").status == "open"
    assert case.facts["phone"].value == "+27825550142"
    assert (
        shown(last["view"])
        == "Done. ATO-1 is with MR D MOD now: Suspend the profile & escalate to Data Support Compliance."
    )
    assert slack.reply.told == []


async def test_the_second_page_shows_the_chosen_outcomes_own_questions_and_keeps_what_was_typed(
    slack,
):
    second = await slack.received()
    assert "dfd_number" not in fields_of(second)
    await slack.pick("UAGENT01", second, "not_found", {"app_version": "4.2"})
    view_id, third, hash_ = slack.reply.updated[-1]
    assert (view_id, hash_) == ("V1", "1.h")
    assert "dfd_number" in fields_of(third)
    assert "Mr D Orders" in shown(third)
    version = next(one for one in third["blocks"] if one.get("block_id") == "app_version@locate")
    assert version["element"]["initial_value"] == "4.2"


async def test_sending_before_the_chosen_questions_are_there_draws_them(slack):
    second = await slack.received()
    answer = await slack.submit("UAGENT01", second, {"pick:outcome": "not_found", "app_version": "4.2"})
    assert answer["response_action"] == "update"
    assert "dfd_number" in fields_of(answer["view"])
    assert (await slack.case()).step("locate").status == "open"


async def test_a_wrong_answer_is_refused_at_its_field_and_nothing_is_stored(slack):
    answer = await slack.submit("UAGENT01", await slack.opened(), {**RECEIVE, "phone": "0825550142111"})
    assert answer["response_action"] == "errors"
    assert answer["errors"] == {"phone@receive": "That is not a valid telephone number for ZA: it has 13 digits."}
    assert await slack.case() is None


async def test_the_same_submission_twice_opens_one_case_and_goes_on(slack):
    first = await slack.opened()
    once = await slack.submit("UAGENT01", first, RECEIVE, trigger="t1")
    repeated = await slack.submit("UAGENT01", first, RECEIVE, trigger="t1")
    double_click = await slack.submit("UAGENT01", first, RECEIVE, trigger="t2")
    for answer in (once, repeated, double_click):
        assert read_meta(answer["view"]["private_metadata"]).step == "locate"
    assert len(slack.cases.events) == 1


async def test_a_failed_verification_ends_with_a_last_word(slack):
    third = await slack.located()
    await slack.pick("UAGENT01", third, "not_verified")
    page = slack.reply.updated[-1][1]
    assert "won't be able to assist further" in shown(page)
    answer = await slack.submit("UAGENT01", page, {**VERIFY, "popi_contact": "fail"})
    assert shown(answer["view"]) == "ATO-1 is closed: Verification failed: we can't assist further."


async def test_an_outcome_the_answers_do_not_allow_is_refused_in_the_form(slack):
    third = await slack.located()
    answer = await slack.submit("UAGENT01", third, {**VERIFY, "popi_contact": "fail", "pick:outcome": "verified"})
    assert answer["response_action"] == "errors"
    assert "cannot be “verified”" in "".join(answer["errors"].values())


async def test_leaving_in_the_middle_says_that_it_is_kept(slack):
    second = await slack.received()
    assert second["notify_on_close"] is True
    await slack.close("UAGENT01", second)
    assert slack.reply.told == [("UAGENT01", "ATO-1 is kept as far as you got. `/ato mine` goes on with it.")]


async def test_leaving_a_form_that_was_opened_alone_says_nothing(slack):
    first = await slack.opened()
    await slack.close("UAGENT01", first)
    assert slack.reply.told == []


# who may


async def test_somebody_without_the_role_gets_no_intake(slack):
    answer = await slack.command("UOUTS001")
    assert answer["response_type"] == "ephemeral"
    assert answer["text"].startswith("Only CS Agent may open a case. I have not opened anything.")
    assert slack.reply.opened == []
    assert slack.people.unknown == ["UOUTS001"]


async def test_a_form_does_not_open_for_somebody_who_may_not_send_it(slack):
    await slack.with_mod()
    await slack.click("UAGENT01", "form:suspend:suspended")
    assert len(slack.reply.opened) == 1
    assert slack.reply.told == [
        ("UAGENT01", "Only MR D MOD may do this. On duty now: <@UMOD0001>, <@UMOD0002>. I have not changed anything."),
    ]
    (kept,) = [one for one in slack.cases.events[CASE] if one.kind == "act_refused"]
    assert (kept.by, kept.what) == ("UAGENT01", "form suspend suspended")
    assert kept.why.key.startswith("Only {role} may do this.")


async def test_a_refusal_says_so_when_nobody_has_the_role(slack):
    await slack.with_mod()
    for mod in ("UMOD0001", "UMOD0002"):
        slack.people.add(mod, "Thandi")
    await slack.click("UAGENT01", "form:suspend:suspended")
    [(_, words)] = slack.reply.told
    assert words == "Only MR D MOD may do this. On duty now: nobody. I have not changed anything."


async def test_what_is_asked_beside_a_step_is_refused_and_kept_too(slack):
    await slack.with_mod()
    await slack.click("UAGENT01", "ask:override:suspend")
    (kept,) = [one for one in slack.cases.events[CASE] if one.kind == "act_refused"]
    assert (kept.by, kept.what) == ("UAGENT01", "form override suspend")
    assert slack.reply.opened[1:] == []


@pytest.mark.parametrize("words", ["", "find naledi@example.com", "board", "ATO-1"])
async def test_whoever_has_no_role_is_refused_and_that_is_logged(slack, caplog, words):
    await slack.with_mod()
    with caplog.at_level("INFO", "handlers.slack.door"):
        await slack.command("UOUTS001", words)
    (logged,) = [one for one in caplog.records if one.msg == "refused"]
    assert logged.person == "UOUTS001"
    assert "naledi" not in f"{logged.__dict__}"


# buttons


async def test_one_tap_does_it_and_says_nothing(slack):
    await slack.with_mod()
    await slack.click("UMOD0001", "do:suspend:suspended")
    assert (await slack.case()).step("suspend").outcome == "suspended"
    assert slack.reply.told == []


async def test_a_second_mod_who_taps_late_is_told_who_was_first(slack):
    await slack.with_mod()
    await slack.click("UMOD0001", "do:suspend:suspended")
    for action in ("do:suspend:suspended", "form:suspend:suspended"):
        await slack.click("UMOD0002", action)
    first, second = (text for who, text in slack.reply.told if who == "UMOD0002")
    assert "by <@UMOD0001>. Nothing to do." in first
    assert first == second
    assert slack.reply.places[-1].channel == "CMOD0001"


async def test_suspended_earlier_asks_only_when(slack):
    await slack.with_mod()
    await slack.click("UMOD0001", "form:suspend:suspended")
    view = slack.reply.opened[-1][1]
    assert fields_of(view) == ["suspended_at"]
    assert "Suspended now" in shown(view)
    answer = await slack.submit("UMOD0001", view, {})
    assert answer is None
    assert (await slack.case()).step("suspend").outcome == "suspended"


async def test_a_tap_that_lacks_an_answer_opens_the_form_instead(slack):
    await slack.with_mod()
    await slack.click("UMOD0001", "do:suspend:not_a_takeover")
    assert fields_of(slack.reply.opened[-1][1]) == ["false_alarm"]


async def test_an_expired_trigger_is_said_privately_and_nothing_is_lost(slack):
    await slack.with_mod()
    slack.reply.fails = TOO_LATE
    await slack.click("UMOD0001", "form:suspend:suspended")
    assert slack.reply.told == [("UMOD0001", TOO_LATE.key)]


@pytest.mark.parametrize(
    ("action", "value"),
    [("launch:rockets", f"{CASE}|1"), ("do:suspend:suspended", "old value")],
)
async def test_an_unknown_button_is_answered_privately(slack, action, value):
    await slack.click("UMOD0001", action, value)
    assert slack.reply.told == [("UMOD0001", NOT_UNDERSTOOD.key.replace("{command}", "/ato"))]


@pytest.mark.parametrize("action", ["do:suspend:suspended", "form:suspend:suspended", "claim:suspend"])
async def test_a_button_of_a_case_nobody_knows_is_answered_privately(slack, action):
    await slack.click("UMOD0001", action)
    assert slack.reply.told == [("UMOD0001", "I do not know this case. It may belong to another desk.")]


@pytest.mark.parametrize("action", ["form:gone:done", "do:gone:done", "partform:suspend:gone", "form:suspend:gone"])
async def test_a_button_of_a_step_the_playbook_does_not_have_does_no_harm(slack, action):
    await slack.with_mod()
    await slack.click("UMOD0001", action)
    assert len(slack.reply.told) + len(slack.reply.opened) == 2


async def test_a_link_is_only_acknowledged(slack):
    await slack.click("UMOD0001", "link:0")
    assert slack.reply.told == []


async def test_work_done_by_hand_is_asked_where_it_can_be_seen(slack):
    await slack.with_mod()
    effect = f"{CASE}/suspend/1/0"
    await slack.click("UMOD0001", "hand", f"{CASE}|{effect}")
    view = slack.reply.opened[-1][1]
    assert (fields_of(view), read_meta(view["private_metadata"]).effect) == (["reference"], effect)
    answer = await slack.submit("UMOD0001", view, {"reference": "#48213"})
    assert answer is None or answer["response_action"] in {"errors", "update"}
