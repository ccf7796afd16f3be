"""What Slack's bodies become: tables of real shapes."""

from datetime import UTC, datetime

import pytest

from desk.case.commands import (
    ClaimStep,
    CompletePart,
    CompleteStep,
    FinishByHand,
    OpenCase,
    RetryEffect,
)
from desk.values import Fill, Person
from integrations.slack.codec import arrivals, wire
from integrations.slack.codec import commands as codec
from integrations.slack.codec.meta import FormMeta
from tests.wire.slack_bodies import CASE, EFFECT, VALUES, click, event, slash, submission, view

MOD = Person(id="UMOD0001", roles=frozenset({"mod"}))
NOON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "verb", "argument"),
    [
        ("", "", ""),
        ("  mine ", "mine", ""),
        ("ATO-12", "ato-12", ""),
        ("New  mr_d", "new", "mr_d"),
        ("48213", "48213", ""),
        (None, "", ""),
    ],
)
def test_a_slash_command_is_a_verb_and_its_argument(text, verb, argument):
    found = wire.read_slash(slash(text))
    assert isinstance(found, arrivals.Slash)
    assert (found.verb, found.argument, found.delivery) == (verb, argument, "slack:13.7.abc")
    assert (found.person, found.channel) == ("UAGENT01", "CMOD0001")


@pytest.mark.parametrize(
    ("action", "value", "expected"),
    [
        (
            "do:suspend:suspended",
            f"{CASE}|2",
            {"act": "do", "step": "suspend", "outcome": "suspended", "occurrence": 2},
        ),
        ("form:suspend:", f"{CASE}|1", {"act": "form", "step": "suspend", "outcome": ""}),
        ("part:flag:told", f"{CASE}|1", {"act": "part", "step": "flag", "part": "told"}),
        ("partform:flag:told", f"{CASE}|1", {"act": "partform", "part": "told"}),
        ("claim:suspend", f"{CASE}|1", {"act": "claim", "step": "suspend"}),
        ("retry", f"{CASE}|{EFFECT}", {"act": "retry", "effect": EFFECT, "case": CASE}),
        ("hand:1", f"{CASE}|{EFFECT}", {"act": "hand", "effect": EFFECT}),
        ("link:0", None, {"act": "link", "case": ""}),
    ],
)
def test_a_click_says_what_it_does_on_which_case(action, value, expected):
    found = wire.read_click(click(action, value))
    assert isinstance(found, arrivals.Click)
    assert expected.items() <= found.model_dump().items()
    assert (found.delivery, found.person, found.ts) == ("slack:13.8.def", "UMOD0001", "1700.02")
    assert found.where == arrivals.Where(channel="CMOD0001", response_url="https://hooks.slack.com/actions/T/1/x")


def test_a_click_in_a_home_tab_has_no_channel():
    body = click("claim:suspend") | {"container": {"type": "view", "view_id": "V1"}}
    del body["channel"], body["response_url"]
    found = wire.read_click(body)
    assert isinstance(found, arrivals.Click)
    assert found.where == arrivals.Where()


@pytest.mark.parametrize(
    "body",
    [
        click("launch:rockets"),
        click("do:suspend:suspended", "nonsense"),
        click("do:suspend:suspended", None),
        click("retry", f"{CASE}|"),
        click("do:suspend:suspended", actions=[]),
    ],
)
def test_an_old_or_made_up_button_is_unreadable_but_its_sender_is_known(body):
    found = wire.read_click(body)
    assert isinstance(found, arrivals.Unreadable)
    assert (found.person, found.where.channel) == ("UMOD0001", "CMOD0001")


@pytest.mark.parametrize(
    ("action", "value", "command"),
    [
        ("do:suspend:suspended", f"{CASE}|1", CompleteStep),
        ("part:flag:told", f"{CASE}|1", CompletePart),
        ("claim:suspend", f"{CASE}|1", ClaimStep),
        ("retry", f"{CASE}|{EFFECT}", RetryEffect),
    ],
)
def test_a_one_tap_click_is_a_command(action, value, command):
    found = wire.read_click(click(action, value))
    assert isinstance(found, arrivals.Click)
    asked = codec.command_of(found, MOD, NOON)
    assert isinstance(asked, command)
    assert (asked.case, asked.delivery, asked.by) == (CASE, "slack:13.8.def", MOD)


@pytest.mark.parametrize(
    ("action", "value", "expected"),
    [
        (
            "form:suspend:suspended",
            f"{CASE}|3",
            {"step": "suspend", "outcome": "suspended", "pinned": True, "occurrence": 3, "channel": "CMOD0001"},
        ),
        ("form:locate:", f"{CASE}|1", {"step": "locate", "outcome": None, "pinned": False}),
        ("partform:flag:told", f"{CASE}|1", {"step": "flag", "part": "told"}),
        ("hand", f"{CASE}|{EFFECT}", {"effect": EFFECT, "case": CASE, "ts": "1700.02"}),
    ],
)
def test_a_click_that_asks_something_opens_a_form(action, value, expected):
    found = wire.read_click(click(action, value))
    assert isinstance(found, arrivals.Click)
    asked = codec.command_of(found, MOD, NOON)
    assert isinstance(asked, arrivals.Show)
    assert expected.items() <= asked.meta.model_dump().items()


def test_a_link_asks_nothing_of_the_desk():
    found = wire.read_click(click("link:1", None))
    assert isinstance(found, arrivals.Click)
    assert codec.command_of(found, MOD, NOON) is None


def test_every_kind_of_input_becomes_what_was_typed():
    found = wire.read_submission(submission(FormMeta(case=CASE, step="receive"), VALUES))
    assert isinstance(found, arrivals.Submission)
    assert found.outcome == "found"
    assert found.fills == {
        "name": Fill(raw=" Naledi "),
        "phone": Fill(),
        "channel": Fill(raw="call"),
        "still": Fill(),
        "reasons": Fill(raw=("a", "b")),
        "at": Fill(raw="2023-11-14T22:13:20+00:00"),
        "sheet": Fill(raw=("https://x/F1", "F2")),
        "orders": Fill(none_because="new customer"),
    }
    assert found.blocks["orders"] == "orders@receive"
    assert found.blocks["pick:outcome"] == "pick:outcome@receive"


@pytest.mark.parametrize(
    ("meta", "command", "expected"),
    [
        (FormMeta(case=CASE, playbook="mr_d", step="receive", new=True), OpenCase, {"playbook": "mr_d"}),
        (FormMeta(case=CASE, step="locate", occurrence=2), CompleteStep, {"outcome": "found", "occurrence": 2}),
        (FormMeta(case=CASE, step="flag", part="told"), CompletePart, {"part": "told", "step": "flag"}),
        (FormMeta(case=CASE, effect=EFFECT), FinishByHand, {"effect": EFFECT, "reference": "#48213"}),
    ],
)
def test_a_submission_is_a_command(meta, command, expected):
    reference = {"reference@hand": {"reference": {"type": "plain_text_input", "value": " #48213 "}}}
    found = wire.read_submission(submission(meta, VALUES | reference))
    assert isinstance(found, arrivals.Submission)
    asked = codec.command_sent(found, MOD)
    assert isinstance(asked, command)
    assert expected.items() <= asked.model_dump().items()
    assert (asked.case, asked.delivery) == (CASE, "slack:13.9.ghi")


def test_without_a_choice_the_outcome_is_the_one_the_form_was_for():
    found = wire.read_submission(submission(FormMeta(case=CASE, step="suspend", outcome="suspended")))
    assert isinstance(found, arrivals.Submission)
    assert found.outcome == "suspended"
    assert codec.command_sent(found.model_copy(update={"outcome": None}), MOD).model_dump()["outcome"] == "done"


def test_a_pick_keeps_everything_typed_so_far():
    meta = FormMeta(case=CASE, step="locate")
    pressed = {
        "type": "radio_buttons",
        "action_id": "pick:outcome",
        "selected_option": {"value": "not_found"},
    }
    body = click("x", actions=[pressed], view=view(meta, VALUES))
    found = wire.read_pick(body)
    assert isinstance(found, arrivals.Pick)
    assert (found.picked, found.view_id, found.view_hash) == ("not_found", "V111", "1700.aB")
    assert found.fills["name"] == Fill(raw=" Naledi ")
    assert found.meta == meta


def test_a_pick_outside_a_form_is_unreadable():
    assert isinstance(wire.read_pick(click("pick:outcome")), arrivals.Unreadable)


def test_a_closed_modal_says_whose_form_it_was():
    body = {k: v for k, v in submission(FormMeta(case=CASE, step="locate", flow=True)).items() if k != "trigger_id"}
    found = wire.read_closed(body | {"type": "view_closed", "is_cleared": False})
    assert isinstance(found, arrivals.Closed)
    assert (found.meta.case, found.meta.flow, found.person) == (CASE, True, "UMOD0001")


def test_a_modal_of_somebody_else_is_unreadable():
    found = wire.read_submission(submission("This is for you!"))
    assert found == arrivals.Unreadable(why="a modal whose metadata was never written here", person="UMOD0001")


def test_events_about_people_are_read():
    moved = {
        "type": "subteam_members_changed",
        "subteam_id": "SMODS001",
        "team_id": "TMRD0001",
        "date_previous_update": 1,
        "date_update": 2,
        "added_users": ["UMOD0003"],
        "added_users_count": "1",
        "removed_users": ["UMOD0001"],
        "removed_users_count": "1",
    }
    found = wire.read_members_changed(event(moved))
    assert isinstance(found, arrivals.GroupChanged)
    assert (found.group, found.members, found.added, found.removed) == (
        "SMODS001",
        None,
        ("UMOD0003",),
        ("UMOD0001",),
    )
    assert found.delivery == "slack:Ev01"


@pytest.mark.parametrize(
    ("subteam", "members"),
    [
        ({"id": "S1", "users": ["U1", "U2"], "date_delete": 0}, ("U1", "U2")),
        ({"id": "S1", "users": ["U1"], "date_delete": 1700}, ()),
        ({"id": "S1", "user_count": 2}, None),
    ],
)
def test_an_updated_group_has_these_members_and_a_deleted_one_none(subteam, members):
    found = wire.read_members_changed(event({"type": "subteam_updated", "subteam": subteam}))
    assert isinstance(found, arrivals.GroupChanged)
    assert found.members == members


def test_a_changed_user_and_an_opened_home_are_read():
    user = {
        "id": "U1",
        "deleted": True,
        "tz": "Europe/Rome",
        "locale": "it-IT",
        "profile": {"real_name": "Giulia"},
    }
    changed = wire.read_user_changed(event({"type": "user_change", "user": user, "event_ts": "1"}))
    assert isinstance(changed, arrivals.UserChanged)
    assert changed.user["deleted"] is True
    assert changed.user["profile"]["real_name"] == "Giulia"
    opened = wire.read_home_opened(event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}))
    assert isinstance(opened, arrivals.HomeOpened)
    assert (opened.person, opened.tab) == ("U1", "home")


def test_the_sender_and_case_are_read_for_a_log_line():
    assert wire.read_sender(click("do:a:b")).case == CASE
    assert wire.read_sender(submission(FormMeta(case="C1"))).case == "C1"
    commanded = wire.read_sender(slash("x"))
    assert (commanded.person, commanded.commanded, commanded.where.channel) == (
        "UAGENT01",
        True,
        "CMOD0001",
    )
    assert wire.read_sender(["nothing"]) == arrivals.Sender()
