"""Across cases by bodies and answers: the home tab and its switch, the board, look-ups, notes, and a ticket's intake."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.load import load
from desk.cards.worklist import Owed, owed
from desk.case.effects import Requester
from desk.case.situation import Situation
from desk.playbook.model import Playbook
from desk.service.ports import GiveUp
from desk.values import Line
from handlers.slack import case_lookup, commands, home
from integrations.slack.codec.meta import read_meta
from integrations.slack.views import home as drawn
from tests.engine.acting import CASE, RECEIVE, Slack, fields_of, home_opened


@pytest.fixture(scope="module")
def playbooks() -> dict[str, Playbook]:
    return {"mr_d": load()["mr_d"]}


@pytest.fixture
def slack(playbooks) -> Slack:
    slack = Slack(playbooks)
    slack.people.add("ULEAD001", "Nomsa", "team_lead")
    slack.people.add("UBOTH001", "Sipho", "cs_agent", "mod")
    return slack


async def opened_home(slack: Slack, who: str) -> dict[str, Any]:
    await home.on_home_opened(home_opened(who), slack.door)
    person, view = slack.reply.homes[-1]
    assert person == who
    assert len(view["blocks"]) <= 100
    return view


async def press(slack: Slack, who: str, view: dict[str, Any], action: str, value: str = "") -> None:
    body = {
        "type": "block_actions",
        "user": {"id": who},
        "trigger_id": "t.home",
        "container": {"type": "view"},
        "view": {**view, "id": "V9"},
        "actions": [{"action_id": action, "value": value}],
    }
    own = action.startswith("home:")
    await (home.on_home_action if own else home.on_click)(body, slack.door)


def text_of(view: dict[str, Any]) -> str:
    lines = []
    for block in view["blocks"]:
        lines += [block["text"]["text"]] if "text" in block else []
        lines += [one["text"] for one in block.get("elements", []) if isinstance(one.get("text"), str)]
    return "\n".join(lines)


def buttons_of(view: dict[str, Any]) -> list[tuple[str, str]]:
    every = [block["accessory"] for block in view["blocks"] if "accessory" in block]
    return [(one["action_id"], one["text"]["text"]) for one in every]


def crowd(slack: Slack, like: Owed, count: int) -> None:
    """Let so many open cases owe what one owes."""
    for number in range(count):
        due = like.due_at and like.due_at + timedelta(minutes=number)
        one = replace(like, case=f"01J8ZK3V9QW5T2N7R4M6X8{number:04}", number=number, due_at=due)
        slack.cases.owed[one.case] = [one]


# the home tab


async def test_a_home_tab_without_work_says_so_and_how_to_begin(slack):
    view = await opened_home(slack, "UAGENT01")
    assert drawn.NOTHING.key in text_of(view)
    assert view["blocks"][-1]["text"]["text"].startswith("A customer reports a takeover?")
    assert "home:duty" not in str(await opened_home(slack, "UOUTS001"))


async def test_an_agent_sees_what_is_theirs_then_what_they_wait_for(slack):
    await slack.received()
    view = await opened_home(slack, "UAGENT01")
    assert "*Mine*" in text_of(view)
    assert ("form:locate:", "Continue") in buttons_of(view)
    await slack.with_mod()
    view = await opened_home(slack, "UAGENT01")
    assert "*Waiting for others*" in text_of(view)
    assert "with MR D MOD" in text_of(view)
    assert [one for one, _ in buttons_of(view)] == ["home:duty"]


async def test_a_mod_acts_from_the_home_tab_and_sees_it_change(slack):
    await slack.with_mod()
    view = await opened_home(slack, "UMOD0001")
    assert "*My role's, by what is due*" in text_of(view).replace("&#39;", "'")
    assert ("do:suspend:suspended", "Suspended now") in buttons_of(view)
    await press(slack, "UMOD0001", view, "do:suspend:suspended", f"{CASE}|1")
    assert (await slack.case()).step("suspend").outcome == "suspended"
    assert "do:suspend:suspended" not in str(slack.reply.homes[-1][1])


async def test_a_form_from_the_home_tab_changes_it_when_it_is_sent(slack):
    await slack.received()
    view = await opened_home(slack, "UAGENT01")
    await press(slack, "UAGENT01", view, "form:locate:", f"{CASE}|1")
    form = slack.reply.opened[-1][1]
    before = len(slack.reply.homes)
    body = {
        "type": "view_submission",
        "user": {"id": "UAGENT01"},
        "trigger_id": "t9",
        "view": slack._sent(form, {}),
    }
    await home.on_submission(body, slack.door)
    await slack.door.later.settle()
    assert len(slack.reply.homes) == before + 1


async def test_a_hundred_open_cases_fit_and_show_all_shows_more(slack):
    await slack.with_mod()
    found = await slack.door.engine.look(CASE)
    [like] = [one for one in owed(Situation(*found, slack.door.engine.clock.now())) if one.listed]
    crowd(slack, like, 100)
    crowded = [
        replace(one, held_by="UMOD0001", claimed_by="UMOD0001", case=f"{one.case[:-4]}X{n:03}")
        for n, [one] in enumerate(list(slack.cases.owed.values()))
    ]
    slack.cases.owed |= {one.case: [one] for one in crowded}
    mine = [
        replace(one, opened_by="UMOD0001", role="data_compliance", case=f"{one.case[:-4]}Y{n:03}", held_by=None)
        for n, one in enumerate(crowded)
    ]
    slack.cases.owed |= {one.case: [one] for one in mine}
    view = await opened_home(slack, "UMOD0001")
    assert len([one for one in view["blocks"] if one.get("block_id")]) == 3 * drawn.SHORT
    await press(slack, "UMOD0001", view, "home:all", "all")
    full = slack.reply.homes[-1][1]
    assert len([one for one in full["blocks"] if one.get("block_id")]) == 3 * drawn.LONG
    assert len(full["blocks"]) <= 100
    await press(slack, "UMOD0001", full, "do:suspend:suspended", f"{CASE}|1")
    assert len(slack.reply.homes[-1][1]["blocks"]) == len(full["blocks"])


async def test_overdue_comes_first_and_a_waiting_case_is_not_late(slack):
    await slack.with_mod()
    found = await slack.door.engine.look(CASE)
    [like] = [one for one in owed(Situation(*found, slack.door.engine.clock.now())) if one.listed]
    later = replace(
        like,
        case="01J8ZK3V9QW5T2N7R4M6X8ZZZZ",
        display="ATO-2",
        due_at=like.due_at + timedelta(hours=5),
    )
    waits = replace(like, case="01J8ZK3V9QW5T2N7R4M6X8ZZZY", display="ATO-3", waiting=True)
    slack.cases.owed |= {one.case: [one] for one in (later, waits)}
    slack.clock.move(timedelta(minutes=20))
    lines = [one for one in text_of(await opened_home(slack, "UMOD0001")).splitlines() if "ATO-" in one]
    assert lines[0].startswith("🔴 *ATO-1*")
    assert "was due" in lines[0]
    assert next(one for one in lines if "ATO-3" in one).startswith("⚪")
    assert "late now 1" in text_of(slack.reply.homes[-1][1])


async def test_the_figures_of_the_day_in_one_line(slack):
    await slack.with_mod()
    slack.clock.move(timedelta(minutes=5))
    await slack.click("UMOD0001", "do:suspend:suspended")
    words = text_of(await opened_home(slack, "UMOD0001"))
    title = "Suspend the profile &amp; escalate to Data Support Compliance"
    assert f"Today: opened 1 · {title} within 15 min: 1 of 1 · late now 0" in words


async def test_a_person_sees_the_tab_in_their_language(slack):
    said: list[tuple[str, str]] = []
    slack.people.people["UMOD0001"] = slack.people.person("UMOD0001").model_copy(update={"language": "it"})
    say = slack.door.voice.say

    def hear(line: Line, language: str, zone: str) -> str:
        said.append((line.key, language))
        return say(line, language, zone)

    slack.door = replace(slack.door, voice=replace(slack.door.voice, say=hear))
    await slack.with_mod()
    said.clear()
    await opened_home(slack, "UMOD0001")
    assert {language for _, language in said} == {"it"}


async def test_a_home_tab_survives_a_gone_database(slack):
    view = await opened_home(slack, "UMOD0001")
    slack.cases.gone = slack.shifts.gone = True
    await press(slack, "UMOD0001", view, "home:duty", "on")
    assert slack.reply.told == [("UMOD0001", home.NOT_SWITCHED.key)]
    assert len(slack.reply.homes) == 1


# on duty


async def test_the_switch_says_who_is_mentioned(slack):
    view = await opened_home(slack, "UMOD0001")
    assert drawn.NOBODY_YET.key in text_of(view)
    assert slack.rota.on_duty("mod") == ("UMOD0001", "UMOD0002", "UBOTH001")
    await press(slack, "UMOD0001", view, "home:duty", "on")
    assert ("home:duty", "Go off duty") in buttons_of(slack.reply.homes[-1][1])
    assert slack.rota.on_duty("mod") == ("UMOD0001",)
    await slack.with_mod()
    await slack.click("UAGENT01", "form:suspend:suspended")
    assert "On duty now: <@UMOD0001>." in slack.reply.told[-1][1]


async def test_the_team_lead_is_mentioned_when_nobody_is_on_duty(slack):
    view = await opened_home(slack, "UMOD0001")
    await press(slack, "UMOD0001", view, "home:duty", "off")
    assert slack.rota.on_duty("mod") == ("ULEAD001",)
    await press(slack, "ULEAD001", await opened_home(slack, "ULEAD001"), "home:duty", "off")
    assert slack.rota.on_duty("mod") == ("UMOD0001", "UMOD0002", "UBOTH001")


async def test_whoever_loses_the_role_is_on_duty_no_longer(slack):
    view = await opened_home(slack, "UMOD0001")
    await press(slack, "UMOD0001", view, "home:duty", "on")
    slack.people.people["UMOD0001"] = slack.people.person("UMOD0001").model_copy(update={"roles": frozenset()})
    assert slack.rota.on_duty("mod") == ("ULEAD001",)


# the words of /ato


async def test_the_board_lists_the_roles_work_late_ones_marked(slack):
    assert (await slack.command("UMOD0001", "board"))["text"] == case_lookup.NONE_OWED.key
    assert (await slack.command("UOUTS001", "board"))["text"] == case_lookup.NOT_YOURS.key
    await slack.with_mod()
    slack.clock.move(timedelta(minutes=20))
    answer = await slack.command("UMOD0001", "board")
    assert answer["response_type"] == "ephemeral"
    assert answer["blocks"][1]["text"]["text"].startswith("🔴 *ATO-1* · Suspend the profile")
    assert answer["blocks"][1]["accessory"]["action_id"] == "do:suspend:suspended"
    assert answer["blocks"][1]["accessory"]["value"] == f"{CASE}|1"


async def test_the_board_has_twenty_lines_and_says_that_there_is_more(slack):
    await slack.with_mod()
    found = await slack.door.engine.look(CASE)
    [like] = [one for one in owed(Situation(*found, slack.door.engine.clock.now())) if one.listed]
    crowd(slack, like, 100)
    blocks = (await slack.command("UMOD0001", "board"))["blocks"]
    assert len(blocks) == 22
    assert "There is more" in blocks[-1]["text"]["text"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Naledi.Mahlangu@example.com", "email"),
        ("082 555 0142", "customer id,phone"),
        ("+27825550142", "customer id,phone"),
        ("2048811", "customer id,order"),
    ],
)
async def test_a_case_is_found_by_what_is_known_of_the_customer(slack, words, kind):
    await slack.with_mod()
    answer = await slack.command("UMOD0001", f"find {words}")
    assert answer["text"].splitlines()[0] == "Cases found: 1"
    assert "*ATO-1* · Suspend the profile" in answer["text"]
    assert "Naledi" not in answer["text"]
    assert [(who, what) for who, what, _ in slack.searches.rows] == [
        ("UAGENT01", "intake"),
        ("UMOD0001", kind),
    ]


async def test_what_nobody_has_is_not_found_and_a_closed_case_says_so(slack):
    await slack.with_mod()
    assert (await slack.command("UMOD0001", "find nobody@example.com"))["text"] == case_lookup.NOT_FOUND.key
    assert (await slack.command("UMOD0001", "find"))["text"] == case_lookup.FIND_WHAT.key.replace("{command}", "/ato")
    assert (await slack.command("UOUTS001", "find x@example.com"))["text"] == case_lookup.NOT_YOURS.key


async def test_look_ups_are_limited_and_never_log_what_was_looked_for(slack, caplog):
    await slack.with_mod()
    caplog.set_level("INFO")
    for _ in range(slack.door.look_ups):
        await slack.command("UMOD0001", "find naledi.mahlangu@example.com")
    refused = await slack.command("UMOD0001", "find naledi.mahlangu@example.com")
    assert refused["text"].startswith("That is more than 10 look-ups within a minute.")
    assert (await slack.command("UMOD0002", "find naledi.mahlangu@example.com"))["text"].startswith("Cases found")
    slack.clock.move(timedelta(seconds=61))
    assert (await slack.command("UMOD0001", "find naledi.mahlangu@example.com"))["text"].startswith("Cases found")
    logged = [one for one in caplog.records if one.message == "customer looked up"]
    assert (logged[0].person, logged[0].kind) == ("UMOD0001", "email")
    assert "naledi" not in caplog.text.lower()


async def test_a_case_is_looked_up_within_the_same_limit_also_where_there_is_none(
    slack: Slack,
) -> None:
    await slack.with_mod()
    for number in range(slack.door.look_ups):
        await slack.command("UMOD0001", f"ATO-{number}")
    assert (await slack.command("UMOD0001", "ATO-1"))["text"].startswith("That is more than 10")
    assert {what for who, what, _ in slack.searches.rows if who == "UMOD0001"} == {"case"}


async def test_an_outsider_is_not_told_whether_there_is_a_case(slack: Slack) -> None:
    await slack.with_mod()
    there, not_there = [await slack.command("UOUTS001", one) for one in ("ATO-1", "ATO-9")]
    assert there == not_there == {"response_type": "ephemeral", "text": case_lookup.NOT_YOURS.key}


async def test_an_intake_too_many_is_refused_in_the_form_and_keeps_what_was_typed(
    slack: Slack,
) -> None:
    await slack.command("UAGENT01")
    for _ in range(slack.door.look_ups):
        await slack.command("UAGENT01", "find nobody@example.com")
    answer = await slack.submit("UAGENT01", await slack.opened(), RECEIVE)
    assert answer["response_action"] == "errors"
    [words] = answer["errors"].values()
    assert words.startswith("That is more than 10 look-ups within a minute.")
    slack.clock.move(timedelta(seconds=61))
    again = await slack.submit("UAGENT01", await slack.opened(), RECEIVE)
    assert again["response_action"] == "update"


async def test_a_form_that_has_admin_asked_is_a_look_up_too() -> None:
    slack = Slack(load(values={"mr_d": {"answers": "http"}}))
    second = await slack.received()
    for _ in range(slack.door.look_ups):
        await slack.command("UAGENT01", "find nobody@example.com")
    await slack.pick("UAGENT01", second, "not_found")
    page = slack.reply.updated[-1][1]
    answer = await slack.submit("UAGENT01", page, {"dfd_number": "88010"})
    assert answer["response_action"] == "errors"
    assert "That is more than 10 look-ups" in str(answer["errors"])
    assert (await slack.case()).step("locate").status == "open"
    assert "answers" in {what for who, what, _ in slack.searches.rows if who == "UAGENT01"}
    slack.clock.move(timedelta(seconds=61))
    again = await slack.submit("UAGENT01", page, {"dfd_number": "88010"})
    assert again["response_action"] == "update"
    assert (await slack.case()).value("dfd_number") == "DFD-88010"


async def test_a_secret_in_a_note_is_not_kept_and_the_answer_says_so(slack: Slack) -> None:
    await slack.with_mod()
    answer = await slack.command("UMOD0001", "note ATO-1 they said the OTP is 445566")
    assert "I took something out of what you wrote before keeping it: one-time code." in answer["text"]
    assert "445566" not in "".join(one.model_dump_json() for one in (await slack.case()).log)


async def test_a_note_is_kept_on_its_case(slack):
    await slack.with_mod()
    answer = await slack.command("UMOD0001", "note ATO-1 The customer called Again.")
    assert answer["text"].startswith("Kept on ATO-1.")
    [note] = (await slack.case()).notes
    assert (note.words.value, note.by) == ("The customer called Again.", "UMOD0001")
    assert (await slack.command("UMOD0001", "note ATO-1"))["text"] == case_lookup.NOTE_WHAT.key.replace(
        "{command}", "/ato"
    )
    assert (await slack.command("UMOD0001", "note ATO-9 x"))["text"].startswith("There is no case ATO-9.")
    assert (await slack.command("UOUTS001", "note ATO-1 x"))["text"].startswith("Only people who work on these")


async def test_a_case_is_shown_with_what_was_said_and_promised(slack):
    await slack.with_mod()
    blocks = (await slack.command("UAGENT01", "ATO-1"))["blocks"]
    words = text_of({"blocks": blocks})
    assert "*Said and promised to the customer*" in words
    assert "<@UAGENT01> told the customer: Inform the customer: The complaint will be escalated" in words
    assert "promised: The profile is temporarily suspended" in words
    assert "kept: The complaint is escalated for further investigation" in words
    copied = [one for one in blocks if one["type"] == "rich_text"]
    assert "temporarily suspend their profile" in str(copied[-1])


async def test_a_ticket_without_a_case_opens_the_intake_with_what_the_ticket_says(slack):
    async def peek(ticket: int) -> Requester | None:
        assert ticket == 48213
        return Requester(email="naledi@example.com", name="Naledi Mahlangu")

    slack.door = replace(slack.door, peek=peek)
    assert await slack.command("UAGENT01", "48213") is None
    assert slack.reply.opened[-1][1]["external_id"] == CASE
    await slack.door.later.settle()
    name, view, _ = slack.reply.updated[-1]
    assert name == CASE
    assert "From ticket #48213, unconfirmed" in view["blocks"][0]["elements"][0]["text"]
    first = {
        one["element"]["action_id"]: one["element"].get("initial_value")
        for one in view["blocks"]
        if one["type"] == "input"
    }
    assert (first["contact_ticket"], first["email"]) == ("48213", "naledi@example.com")
    assert (first["name"], first["surname"]) == ("Naledi", "Mahlangu")
    assert read_meta(view["private_metadata"]).new


async def test_a_ticket_that_cannot_be_read_leaves_the_number(slack):
    async def peek(_: int) -> Requester | None:
        raise GiveUp("Zendesk", "no such ticket")

    for one in (None, peek):
        slack.door = replace(slack.door, peek=one)
        await slack.command("UAGENT01", "#48213")
        await slack.door.later.settle()
        view = slack.reply.updated[-1][1]
        assert "contact_ticket" in fields_of(view)
        assert "48213" in str(view)
        assert "naledi" not in str(view)


async def test_help_lists_only_what_the_person_may_do(slack):
    said = {who: (await slack.command(who, "help"))["text"] for who in ("UAGENT01", "UMOD0001", "UOUTS001")}
    assert "`/ato` opens a new case" in said["UAGENT01"]
    assert "`/ato` opens a new case" not in said["UMOD0001"]
    assert "`/ato board`" in said["UMOD0001"]
    assert said["UOUTS001"] == commands.HELP_NOBODY.key.replace("{command}", "/ato")


async def test_the_shortcut_on_a_message_opens_the_intake(slack):
    body = {
        "type": "message_action",
        "callback_id": "open_case",
        "user": {"id": "UAGENT01"},
        "trigger_id": "s1",
        "channel": {"id": "CGENERAL"},
        "message_ts": "1.2",
        "message": {"text": "help me"},
        "response_url": "https://hooks.slack.com/x",
    }
    await commands.on_shortcut(body, slack.door)
    assert read_meta(slack.reply.opened[-1][1]["private_metadata"]).step == "receive"
    await commands.on_shortcut({**body, "user": {"id": "UMOD0001"}}, slack.door)
    assert slack.reply.told[-1][1].startswith("Only CS Agent may open a case.")
    await commands.on_shortcut({"type": "nonsense"}, slack.door)
