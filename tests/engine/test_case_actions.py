"""What people do beside steps, from body to answer: menus, modals, refusals, verdicts and what is said to copy."""

from typing import Any

import pytest

from config.load import load
from desk.playbook.model import Playbook
from handlers.slack import buttons
from integrations.slack.codec.meta import read_meta
from tests.engine.acting import CASE, Slack, fields_of, shown


@pytest.fixture(scope="module")
def playbooks() -> dict[str, Playbook]:
    return {"mr_d": load()["mr_d"]}


@pytest.fixture
async def slack(playbooks: dict[str, Playbook]) -> Slack:
    """A case that waits for the MOD."""
    made = Slack(playbooks)
    made.people.add("ULEAD001", "Nomsa", "team_lead")
    await made.with_mod()
    return made


async def ask(slack: Slack, who: str, what: str, step: str = "") -> dict[str, Any]:
    """Press a button and give the modal it opened."""
    before = len(slack.reply.opened)
    await slack.click(who, f"ask:{what}:{step}")
    assert len(slack.reply.opened) == before + 1, slack.reply.told
    return slack.reply.opened[-1][1]


def copied(view: dict[str, Any]) -> str:
    """Give what stands in blocks that are copied as a whole."""
    blocks = [one for one in view["blocks"] if one["type"] == "rich_text"]
    return "\n".join(one["elements"][0]["elements"][0]["text"] for one in blocks)


# Modals -------------------------------------------------------------------------------------------


async def test_a_modal_asks_closes_and_the_case_knows(slack: Slack) -> None:
    view = await ask(slack, "UMOD0001", "snooze", "suspend")
    assert fields_of(view) == ["length", "reason"]
    assert await slack.submit("UMOD0001", view, {"length": "3600", "reason": "Admin is down"}) is None
    assert (await slack.case()).step("suspend").held_until is not None


async def test_a_secret_in_a_modal_is_not_kept_and_its_person_is_told_why(slack: Slack) -> None:
    view = await ask(slack, "UMOD0001", "snooze", "suspend")
    reason = "waiting, card 4111 1111 1111 1111 cvv 123"
    assert await slack.submit("UMOD0001", view, {"length": "3600", "reason": reason}) is None
    await slack.door.later.settle()
    who, said = slack.reply.told[-1]
    assert who == "UMOD0001"
    assert said.startswith("I took something out of what you wrote before keeping it: card number, card security code.")
    snoozed = next(one for one in (await slack.case()).log if one.kind == "step_snoozed")
    kept = "waiting, card [card number …1111 taken out] cvv [card security code taken out]"
    assert snoozed.reason.value == kept


async def test_a_refused_modal_does_not_open_and_says_who_may(slack: Slack) -> None:
    await slack.click("UAGENT01", "ask:snooze:suspend")
    await slack.click("UAGENT01", "ask:cancel:")
    await slack.click("UOUTS001", "ask:more:")
    first, second, third = (text for _, text in slack.reply.told)
    assert first.startswith("Only MR D MOD may do this. On duty now: <@UMOD0001>, <@UMOD0002>.")
    assert second.startswith("Only MR D MOD or TL may do this. On duty now: <@UMOD0001>, <@UMOD0002>, <@ULEAD001>.")
    assert "CS Agent, MR D MOD, CS Data Compliance, Platform Security Team or TL" in third
    assert "On duty now: <@UMOD0001>, <@UMOD0002>." in third


async def test_a_refusal_stands_at_its_field(slack: Slack) -> None:
    view = await ask(slack, "UMOD0001", "hand_over", "suspend")
    answer = await slack.submit("UMOD0001", view, {"to": "UAGENT01"})
    assert answer["response_action"] == "errors"
    (said,) = answer["errors"].values()
    assert "may not do this step, so it stays as it is. MR D MOD may: " in said
    assert (await slack.case()).step("suspend").claimed_by is None


async def test_a_step_is_handed_to_somebody_with_the_role(slack: Slack) -> None:
    view = await ask(slack, "UMOD0001", "hand_over", "suspend")
    assert await slack.submit("UMOD0001", view, {"to": "UMOD0002"}) is None
    assert (await slack.case()).step("suspend").claimed_by == "UMOD0002"


async def test_the_list_turns_into_the_modal_that_was_chosen(slack: Slack) -> None:
    view = await ask(slack, "UMOD0001", "more")
    await press(slack, "UMOD0001", view, "ask:cancel:")
    view_id, changed, _ = slack.reply.updated[-1]
    assert view_id == "V1"
    assert fields_of(changed) == ["code", "reason"]
    assert await slack.submit("UMOD0001", changed, {"code": "family"}) is None
    assert (await slack.case()).ending == "family"


async def press(slack: Slack, who: str, view: dict[str, Any], action: str) -> None:
    body = {
        "type": "block_actions",
        "user": {"id": who},
        "trigger_id": slack._trigger(),
        "container": {"type": "view", "view_id": "V1"},
        "view": slack._sent(view, {}) | {"type": "modal"},
        "actions": [{"action_id": action, "value": f"{CASE}|1"}],
    }
    await buttons.on_click(body, slack.door)


async def test_a_tap_in_a_modal_is_answered_in_the_modal(slack: Slack) -> None:
    waiting = await ask(slack, "UMOD0001", "wait")
    await slack.submit("UMOD0001", waiting, {"reason": "looks for the invoice"})
    view = await ask(slack, "UMOD0001", "more")
    for words in ("Done. The card shows it.", "This case does not wait for anybody."):
        await press(slack, "UMOD0001", view, "ask:resume:")
        assert shown(slack.reply.updated[-1][1]) == words
    assert slack.reply.told == []


async def test_a_correction_asks_which_fact_and_then_for_it(slack: Slack) -> None:
    view = await ask(slack, "UAGENT01", "correct")
    await slack.pick("UAGENT01", view, "app_version")
    changed = slack.reply.updated[-1][1]
    assert fields_of(changed) == ["pick:field", "app_version", "app_version__none"]
    assert await slack.submit("UAGENT01", changed, {"app_version": "7.42.1"}) is None
    assert (await slack.case()).value("app_version") == "7.42.1"


async def test_a_correction_sent_before_its_question_was_there_draws_it(slack: Slack) -> None:
    view = await ask(slack, "UAGENT01", "correct")
    answer = await slack.submit("UAGENT01", view, {"pick:field": "phone"})
    assert answer["response_action"] == "update"
    answer = await slack.submit("UAGENT01", answer["view"], {"phone": "12"})
    assert list(answer["errors"]) == ["phone@correct"]


async def test_a_merge_needs_a_case_that_is_open(slack: Slack) -> None:
    view = await ask(slack, "UMOD0001", "merge")
    for into in ("ATO-99", "banana", "XYZ-1"):
        answer = await slack.submit("UMOD0001", view, {"into": into})
        assert "There is no open case" in next(iter(answer["errors"].values()))
    answer = await slack.submit("UMOD0001", view, {"into": "ato-1"})
    assert "Write the other case's name" in next(iter(answer["errors"].values()))
    assert (await slack.case()).open


async def test_the_override_is_for_its_role_and_finds_its_step(slack: Slack) -> None:
    await slack.click("UMOD0001", "ask:override:")
    assert slack.reply.told[-1][1].startswith("Only TL may do this. On duty now: <@ULEAD001>.")
    view = await ask(slack, "ULEAD001", "override", "call")
    meta = read_meta(view["private_metadata"])
    assert meta is not None
    assert meta.step == "suspend"
    await slack.submit("ULEAD001", view, {"reason": "nobody else is here"})
    assert (await slack.case()).step("suspend").overridden


async def test_a_database_that_is_gone_is_said_in_the_modal(slack: Slack) -> None:
    view = await ask(slack, "UMOD0001", "note")
    slack.cases.gone = True
    answer = await slack.submit("UMOD0001", view, {"words": "a note"})
    assert "Nothing was kept" in next(iter(answer["errors"].values()))


async def test_a_modal_of_an_older_version_is_answered(slack: Slack) -> None:
    view = await ask(slack, "UMOD0001", "note")
    old = {**view, "private_metadata": view["private_metadata"].replace('"note"', '"fly"')}
    answer = await slack.submit("UMOD0001", old, {"words": "a note"})
    assert "I could not read that" in shown(answer["view"])


# Verdicts, and what is said to copy ---------------------------------------------------------------


async def test_the_last_page_of_a_call_has_everything_that_was_said_to_copy(
    playbooks: dict[str, Playbook],
) -> None:
    slack = Slack(playbooks)
    last = await slack.with_mod()
    said = copied(last["view"])
    assert "The complaint will be escalated for further investigation." in said
    assert "temporarily suspend their profile pending investigation" in said


async def test_what_was_said_on_a_later_page_is_there_too(playbooks: dict[str, Playbook]) -> None:
    slack = Slack(playbooks)
    third = await slack.located()
    await slack.pick("UAGENT01", third, "not_verified")
    failed = {"popi_full_name": "pass", "popi_contact": "fail", "popi_last_order": "pass"}
    answer = await slack.submit("UAGENT01", slack.reply.updated[-1][1], failed)
    said = copied(answer["view"])
    assert "we won't be able to assist further" in said
    assert "The complaint will be escalated" in said


WALLET: dict[str, Any] = {
    "playbook": "small",
    "title": "Small",
    "brand": "B",
    "case_prefix": "SM",
    "opens_with": "ask",
    "roles": {"cs_agent": {"title": "CS Agent", "inbox": "direct"}},
    "fields": {
        "used": {"type": "money", "title": "Used"},
        "paid": {"type": "money", "title": "Paid", "prefill": "used"},
        "how": {"type": "text", "title": "How"},
    },
    "texts": {"rule": "Due if it was used.", "bank": "Ask your bank about {used}.", "sorry": "We are sorry."},
    "steps": {
        "ask": {"title": "Ask", "owner": "cs_agent", "says": ["sorry"], "asks": ["how"]},
        "decide": {
            "title": "Decide",
            "owner": "cs_agent",
            "after": ["ask"],
            "verdict": True,
            "shows": ["rule"],
            "asks": ["used"],
            "attempts": {"engaged": {"title": "Engaged…", "wait": "1h", "says": ["sorry"], "asks": ["how"]}},
            "outcomes": {
                "due": {"title": "Refund due", "when": {"positive": ["used"]}, "says": ["bank"]},
                "not_due": {"title": "Refund not due", "when": {"not": {"positive": ["used"]}}},
            },
        },
        "pay": {
            "title": "Pay",
            "owner": "cs_agent",
            "after": ["decide"],
            "when": {"outcome": {"decide": ["due"]}},
            "asks": ["paid"],
        },
    },
}


@pytest.fixture
async def small() -> tuple[Slack, dict[str, Any]]:
    """A small procedure with a verdict, at the page that asks for it."""
    slack = Slack({"small": Playbook.model_validate(WALLET)})
    await slack.command("UAGENT01", "new small")
    answer = await slack.submit("UAGENT01", slack.reply.opened[-1][1], {"how": "call"})
    return slack, answer["view"]


async def test_the_page_of_a_verdict_shows_its_rule(small: tuple[Slack, dict[str, Any]]) -> None:
    _, page = small
    context = [one["elements"][0]["text"] for one in page["blocks"] if one["type"] == "context"]
    assert "Due if it was used." in context
    assert fields_of(page) == ["used"]


async def test_the_next_page_states_the_verdict_with_its_rule_and_what_to_say(
    small: tuple[Slack, dict[str, Any]],
) -> None:
    slack, page = small
    answer = await slack.submit("UAGENT01", page, {"used": "129.90"})
    view = answer["view"]
    assert read_meta(view["private_metadata"]).step == "pay"  # type: ignore[union-attr]
    assert shown(view).startswith("Refund due: Due if it was used.")
    assert copied(view) == "Ask your bank about R129,90."
    answer = await slack.submit("UAGENT01", view, {"paid": "129.90"})
    assert copied(answer["view"]).splitlines() == ["We are sorry.", "Ask your bank about R129,90."]


async def test_a_verdict_that_ends_the_pages_is_the_last_word(
    small: tuple[Slack, dict[str, Any]],
) -> None:
    slack, page = small
    answer = await slack.submit("UAGENT01", page, {"used": "0"})
    assert shown(answer["view"]) == "Refund not due: Due if it was used."


async def test_a_try_says_what_follows_and_is_kept(small: tuple[Slack, dict[str, Any]]) -> None:
    slack, _ = small
    await slack.click("UAGENT01", "try:decide:engaged")
    view = slack.reply.opened[-1][1]
    assert "This is try number 1. The step then waits until" in shown(view)
    assert "We are sorry." in shown(view)
    assert view["title"]["text"] == "Engaged"
    answer = await slack.submit("UAGENT01", view, {"how": ""})
    assert answer is None
    assert (await slack.case()).step("decide").attempts == {"engaged": 1}
