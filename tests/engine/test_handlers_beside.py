"""Beside the cards: `/ato` and its words, the home tab, changes of people, and a database that is gone."""

from typing import Any

import pytest

from config.load import load
from desk.playbook.model import Playbook
from desk.values import Line
from handlers.health import Probes, on_alive, on_ready
from handlers.slack import buttons, case_lookup, closed_modals, commands, home, modals, people_events
from handlers.slack.door import NOT_KEPT, NOT_KEPT_FORM, NOT_UNDERSTOOD
from integrations.slack.codec.meta import FormMeta, read_meta, write_meta
from tests.engine.acting import CASE, RECEIVE, Slack, home_opened, shown


@pytest.fixture(scope="module")
def playbooks() -> dict[str, Playbook]:
    return {"mr_d": load()["mr_d"]}


@pytest.fixture
def slack(playbooks) -> Slack:
    return Slack(playbooks)


# the database is gone


async def test_a_gone_database_keeps_the_form_and_says_that_nothing_was_kept(slack):
    view = await slack.opened()
    slack.cases.gone = True
    answer = await slack.submit("UAGENT01", view, RECEIVE)
    assert answer["response_action"] == "errors"
    assert list(answer["errors"].values()) == [NOT_KEPT_FORM.key]


@pytest.mark.parametrize("action", ["do:suspend:suspended", "form:suspend:suspended"])
async def test_a_click_on_a_gone_database_is_told_at_once(slack, action):
    await slack.with_mod()
    slack.cases.gone = True
    await slack.click("UMOD0001", action)
    assert slack.reply.told == [("UMOD0001", NOT_KEPT.key)]


async def test_a_pick_a_command_and_a_home_tab_survive_a_gone_database(slack):
    second = await slack.received()
    slack.cases.gone = True
    await slack.pick("UAGENT01", second, "found")
    assert slack.reply.told == [("UAGENT01", NOT_KEPT_FORM.key)]
    assert (await slack.command("UAGENT01", "mine"))["text"] == NOT_KEPT.key
    await slack.close("UAGENT01", second)
    await home.on_home_opened(home_opened("UAGENT01"), slack.door)
    assert slack.reply.homes == []


async def test_the_intake_opens_without_the_database(slack):
    slack.cases.gone = True
    assert await slack.opened()


# /ato …


async def test_ato_and_a_case_shows_it_with_a_button_for_who_may_go_on(slack):
    await slack.received()
    answer = await slack.command("UAGENT01", "ATO-1")
    assert answer["text"].startswith("*ATO-1 · Account takeover* · open since ")
    assert answer["blocks"][1]["accessory"]["action_id"] == "form:locate:"
    assert answer["blocks"][1]["accessory"]["value"] == f"{CASE}|1"
    other = await slack.command("UMOD0001", "ato-1")
    assert "accessory" not in other["blocks"][1]
    assert "Naledi" not in str(answer)


async def test_a_case_is_shown_only_to_people_who_work_on_it(slack):
    await slack.received()
    assert (await slack.command("UOUTS001", "ATO-1"))["text"] == case_lookup.NOT_YOURS.key


@pytest.mark.parametrize("text", ["ATO-99", "QUA-1", "48213", "#48213"])
async def test_a_case_that_is_not_there_is_said(slack, text):
    await slack.received()
    answer = await slack.command("UMOD0001", text)
    assert answer["text"].startswith(("There is no case", "No case has the ticket #48213."))


async def test_mine_lists_my_open_cases(slack):
    assert (await slack.command("UAGENT01", "mine"))["text"] == case_lookup.NONE_OPEN.key.replace("{command}", "/ato")
    await slack.received()
    answer = await slack.command("UAGENT01", "mine")
    assert answer["blocks"][1]["accessory"]["action_id"] == "form:locate:"
    await slack.click("UAGENT01", "form:locate:")
    assert read_meta(slack.reply.opened[-1][1]["private_metadata"]).step == "locate"


async def test_help_and_unknown_words(slack):
    assert "`/ato mine`" in (await slack.command("UAGENT01", "help"))["text"]
    wrong = await slack.command("UAGENT01", "mien <!channel>")
    assert wrong["text"].startswith("I do not know “mien”. Did you mean `/ato mine`?")
    assert (await slack.command("UAGENT01", "<!channel>"))["text"].startswith("I do not know “&lt;!channel&gt;”.")


async def test_who_works_with_two_procedures_chooses_first(playbooks):
    other = playbooks["mr_d"].model_copy(update={"playbook": "other", "title": {"en": "Other procedure"}})
    slack = Slack({**playbooks, "other": other})
    view = await slack.opened()
    assert view["callback_id"] == "choose"
    await slack.pick("UAGENT01", view, "other")
    assert read_meta(slack.reply.updated[-1][1]["private_metadata"]).playbook == "other"
    answer = await slack.submit("UAGENT01", view, {"pick:playbook": "mr_d"})
    assert read_meta(answer["view"]["private_metadata"]).playbook == "mr_d"
    await slack.command("UAGENT01", "new mr_d")
    assert read_meta(slack.reply.opened[-1][1]["private_metadata"]).playbook == "mr_d"


async def test_a_form_of_an_older_version_is_answered_in_the_modal(slack):
    view = {**(await slack.opened()), "private_metadata": "old"}
    answer = await slack.submit("UAGENT01", view, RECEIVE)
    assert shown(answer["view"]) == NOT_UNDERSTOOD.key.replace("{command}", "/ato")
    unknown = {**view, "private_metadata": write_meta(FormMeta(case="X", step="gone"))}
    assert "I do not know this case" in str(await slack.submit("UAGENT01", unknown, RECEIVE))


# people, health


async def test_changes_of_people_reach_the_table(slack):
    def event(inner: dict[str, Any]) -> dict[str, Any]:
        stamped = {**inner, "event_ts": "1798761600.000100"}
        return {"type": "event_callback", "event_id": "Ev2", "event_time": 1798761601, "event": stamped}

    await people_events.on_members_changed(
        event({"type": "subteam_updated", "subteam": {"id": "S1", "users": ["U1"]}}), slack.door
    )
    moved = {
        "type": "subteam_members_changed",
        "subteam_id": "S1",
        "added_users": ["U2"],
        "removed_users": [],
    }
    await people_events.on_members_changed(event(moved), slack.door)
    await people_events.on_user_changed(
        event({"type": "user_change", "user": {"id": "U1", "deleted": True}}), slack.door
    )
    await people_events.on_user_changed("nonsense", slack.door)
    assert slack.people.groups == {"S1": ("U1",)}
    assert slack.people.moved == [("S1", ("U2",), ())]
    assert slack.people.described[0]["deleted"] is True
    assert set(slack.people.stamps) == {1798761600_000100}


async def test_a_change_of_a_group_without_its_people_leads_to_a_reading(slack):
    switched_on = {"type": "subteam_updated", "subteam": {"id": "S1", "date_update": 1798761600}}
    body = {"type": "event_callback", "event_id": "Ev2", "event_time": 1798761601, "event": switched_on}
    await people_events.on_members_changed(body, slack.door)
    assert (slack.people.unlisted, slack.people.groups) == (["S1"], {})
    switched_off = {**switched_on, "subteam": {"id": "S1", "users": ["U1"], "date_delete": 1798761602}}
    await people_events.on_members_changed({**body, "event": switched_off}, slack.door)
    assert slack.people.groups == {"S1": ()}


async def test_readiness_names_what_is_missing(slack):
    async def store() -> object:
        return await slack.cases.number()

    probes = Probes(store=store, queue_runs=lambda: True)
    assert on_alive().ok
    assert (await on_ready(probes)).ok
    slack.cases.gone = True
    broken = await on_ready(Probes(store, lambda: False))
    assert (broken.ok, broken.parts["database"]) == (False, "does not answer")


async def test_unreadable_bodies_are_answered_not_raised(slack):
    for handler in (
        commands.on_command,
        buttons.on_click,
        modals.on_pick,
        closed_modals.on_closed,
        home.on_home_opened,
    ):
        assert await handler({"type": "nonsense"}, slack.door) is None
    assert "could not read" in str(await modals.on_submission({"type": "nonsense"}, slack.door))


async def test_a_slack_that_shows_no_intake_is_said_in_the_response(slack):
    slack.reply.fails = Line(key="Slack did not show the form.")
    answer = await slack.command("UAGENT01")
    assert answer["text"] == "Slack did not show the form."
