"""What people do with a case beside its steps, by the menus and modals that are really there, seen from outside."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ops.stage import PEOPLE
from tests.journey.scene import (
    DATA,
    LEAD,
    LOGS,
    MOD,
    SECURITY,
    CaseInPlay,
    Scene,
    about,
    buttons,
    eventually,
    inputs,
    private,
    words,
)

Json = dict[str, Any]


def menus(message: Json) -> dict[str, Json]:
    """Every line of a message's menus: what it says, and what choosing it takes."""
    elements = [e for block in message.get("blocks") or [] for e in block.get("elements") or []]
    return {
        option["text"]["text"]: {"action_id": one["action_id"], "selected": option["value"]}
        for one in elements
        if one.get("type") == "overflow"
        for option in one["options"]
    }


def choose(case: CaseInPlay, who: str, card: Json, words_: str, **manner: Any) -> Json:
    """Choose a line of the menu of a card."""
    at = {"channel": card["channel"], "ts": card["ts"]}
    told = case.scene.act("click", who, **at, **menus(card)[words_], **manner)
    if told.get("view"):
        case.modals[who] = told["view"]
    return told


def with_menu(case: CaseInPlay, action: str) -> Json | None:
    """The agent's card, once it has this menu: a card may be drawn anew while somebody looks at it."""
    card = case.card_of("agent")
    return card if any(one["action_id"] == action for one in menus(card).values()) else None


def press_in_modal(case: CaseInPlay, who: str, action: str, **manner: Any) -> Json:
    told = case.scene.act("click", who, view_id=case.modals[who]["id"], action_id=action, **manner)
    case.modals[who] = told["view"]
    return told


def direct(scene: Scene, who: str, holds: str) -> list[Json]:
    return [m for m in scene.messages(who) if str(m["channel"]).startswith("D") and holds in words(m)]


def advance(scene: Scene, **by: float) -> None:
    seconds = by.get("minutes", 0) * 60 + by.get("hours", 0) * 3600
    scene.control("POST", "/clock", json={"advance": seconds})


def escalated(scene: Scene) -> CaseInPlay:
    """A case that security has."""
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.click("data", "partform:flag_security:escalation")
    case.submit("data", {"blacklisted": "blacklisted", "logs": LOGS})
    case.card(SECURITY)
    return case


# Who has it, and when they are reminded ---------------------------------------------------------


def test_a_step_is_handed_over_and_the_other_is_told(scene: Scene) -> None:
    case = scene.case_with_mod()
    choose(case, "mod", case.card(MOD), "Hand over…")
    told = case.submit("mod", {"to": PEOPLE["agent"]})
    assert "may not do this step" in next(iter(told["answer"]["errors"].values()))
    assert "MR D MOD may:" in next(iter(told["answer"]["errors"].values()))
    case.modals["mod"] = told["view"]
    told = case.submit("mod", {"to": PEOPLE["mod2"]})
    assert told["closed"] is True
    case.card(MOD, f"<@{PEOPLE['mod2']}> has it")
    found = eventually(lambda: direct(scene, "mod2", f"of {case.name}."), "a direct message to the other MOD")
    assert "gave you" in words(found[-1])
    assert "link:0" in buttons(found[-1])


def test_a_snoozed_step_is_not_reminded_of_until_then(scene: Scene) -> None:
    case = scene.case_with_mod()
    choose(case, "mod", case.card(MOD), "Snooze…")
    case.submit("mod", {"length": "3600", "reason": "Admin is down until seven"})
    case.card(MOD, "put off until")
    advance(scene, minutes=40)
    other = scene.case_with_mod()
    advance(scene, minutes=16)
    eventually(lambda: other.thread(MOD), "the reminder of another case")
    assert case.thread(MOD) == []
    advance(scene, minutes=10)
    eventually(lambda: case.thread(MOD), "the reminder after the snooze")


def test_a_reminder_is_put_off_where_it_is_read(scene: Scene) -> None:
    case = scene.case_with_mod()
    advance(scene, minutes=16)
    (reminder,) = eventually(lambda: case.thread(MOD), "the reminder")
    told = case.press("mod", reminder, "ask:snooze:suspend")
    assert "Nobody is reminded until then." in words(told["view"])
    case.modals["mod"] = told["view"]
    case.submit("mod", {"length": "3600", "reason": "Admin is down until seven"})
    case.card(MOD, "put off until")


def test_security_asks_and_data_compliance_answers_where_it_was_asked(scene: Scene) -> None:
    case = escalated(scene)
    told = case.press("security", case.card(SECURITY), "ask:question:")
    case.modals["security"] = told["view"]
    case.submit("security", {"words": "Which orders were paid by card?"})
    asked = eventually(lambda: [m for m in case.thread(DATA) if "Which orders" in words(m)], "the question")[0]
    assert f"<@{PEOPLE['security']}> asks CS Data Compliance: Which" in words(asked)
    assert f"<@{PEOPLE['data']}>" in words(asked)
    told = case.press("data", asked, "ask:question:")
    case.modals["data"] = told["view"]
    case.submit("data", {"words": "DFD-77118 alone."})
    answered = eventually(lambda: [m for m in case.thread(SECURITY) if "DFD-77118 alone." in words(m)], "the answer")[0]
    assert f"<@{PEOPLE['data']}> answers " in words(answered)
    assert f"<@{PEOPLE['security']}>" in words(answered)
    eventually(lambda: "DFD-77118 alone." in str(case.ticket()["comments"]), "the answer's note")
    assert "Which orders were paid by card?" in str(case.ticket()["comments"])
    assert not any(one["public"] for one in case.ticket()["comments"])


def test_security_sees_how_many_cases_of_the_day_are_alike(scene: Scene) -> None:
    escalated(scene)
    case = escalated(scene)
    read = words(case.card(SECURITY, "of the same day share"))
    assert "Order IDs of the fraudulent transactions" in read


def test_a_case_waits_for_the_customer_and_goes_on(scene: Scene) -> None:
    case = escalated(scene)
    choose(case, "data", case.card(DATA), "Wait for the customer…")
    case.submit("data", {"reason": "She looks for the invoice"})
    card = case.card(DATA, "waits for the customer since", "the clock stands still")
    assert "default, not in SOP" not in words(card)
    told = choose(case, "data", card, "Go on")
    assert told["view"] is None
    eventually(lambda: "waits for the customer since" not in words(case.card(DATA)), "the clock goes on")


# What is known --------------------------------------------------------------------------------


def test_a_corrected_fact_is_said_in_the_thread_of_the_escalation(scene: Scene) -> None:
    case = escalated(scene)
    choose(case, "agent", case.card_of("agent"), "Correct a fact…")
    told = press_in_modal(case, "agent", "pick:field", selected="app_version")
    assert about(told["view"])["field"] == "app_version"
    assert "app_version" in inputs(told["view"])
    case.submit("agent", {"app_version": "7.42.1"})
    look = lambda: [m for m in case.thread(SECURITY) if "7.42.1" in words(m)]  # noqa: E731
    found = eventually(look, "the correction in the thread")
    assert "corrected “Mr D app version the customer is using”" in words(found[0])
    assert "7.12.0" in words(case.card(SECURITY)), "the items stay as they were"


def test_a_note_reaches_the_ticket_and_not_the_customer(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    choose(case, "data", case.card(DATA), "Note…")
    case.submit("data", {"words": "The customer calls back at noon"})
    case.card(DATA, "1 note")
    noted = eventually(
        lambda: [c for c in case.ticket()["comments"] if "calls back at noon" in c["body"]],
        "the note",
    )
    assert [one["public"] for one in noted] == [False]


# The end of a case, and after it ------------------------------------------------------------------


def test_a_case_is_cancelled_and_reopened(scene: Scene) -> None:
    case = scene.case_with_mod()
    choose(case, "mod", case.card(MOD), "More…")
    assert "ask:cancel:" in buttons(case.modals["mod"])
    press_in_modal(case, "mod", "ask:cancel:")
    case.submit("mod", {"code": "forgotten", "reason": "It was her birthday"})
    card = case.card(MOD, "False alarm: a forgotten order")
    assert "do:suspend:suspended" not in buttons(card)
    choose(case, "mod", card, "Reopen…")
    case.submit("mod", {"reason": "It happened again"})
    eventually(lambda: "do:suspend:suspended" in buttons(case.card(MOD)), "the case goes on")


def test_only_those_who_may_cancel_are_offered_it(scene: Scene) -> None:
    case = scene.case_with_mod()
    card = eventually(lambda: with_menu(case, "menu:"), "the card of an agent who owes nothing more")
    choose(case, "agent", card, "More…")
    offered = buttons(case.modals["agent"])
    assert "ask:note:" in offered
    assert not {"ask:cancel:", "ask:override:suspend", "ask:snooze:suspend"} & set(offered)


def test_a_second_case_of_the_same_customer_joins_the_first(scene: Scene) -> None:
    first = scene.open_case(email="twin@example.com", phone="082 555 0190")
    second = scene.open_case(email="twin@example.com", phone="082 555 0190")
    card = second.card_of("agent", f"Another open case for this customer: {first.name}")
    told = scene.act("click", "agent", channel=card["channel"], ts=card["ts"], action_id="ask:merge:")
    second.modals["agent"] = told["view"]
    told = second.submit("agent", {"into": "ATO-99999"})
    assert "There is no open case ATO-99999" in str(told["answer"]["errors"])
    second.modals["agent"] = told["view"]
    second.submit("agent", {"into": first.name})
    second.card_of("agent", f"It goes on in {first.name}.")


# The call and the refund --------------------------------------------------------------------------


def investigated(scene: Scene) -> CaseInPlay:
    case = escalated(scene)
    case.click("security", "part:flag_security:acknowledged")
    case.click("data", "partform:flag_security:customer_told")
    case.submit("data", {"told_how": "call"})
    case.click("security", "form:investigate:")
    changes = "email | a@example.com | b@example.com\ncellphone | 0825550142 | 0825550143"
    case.submit("security", {"credential_stuffing": "no", "changes": changes}, outcome="access_and_changes")
    return case


def test_the_refund_goes_through_when_the_team_lead_lifts_four_eyes(scene: Scene, two_hats: None) -> None:
    case = investigated(scene)
    case.click("data", "partform:call:contacts_restored")
    case.submit("data", {"restored": ["1"], "trusted_source": "order"})
    card = case.card(DATA, "1 of 2 done", "(*customer*)", "(*TL*)", "not in SOP")
    assert "part:call:called" not in buttons(card), "nobody calls before the contacts are restored"
    case.click("data", "partform:call:contacts_restored")
    case.submit("data", {"restored": ["0", "1"], "trusted_source": "order"})
    case.button("data", "part:call:called")
    case.click("data", "try:call:no_answer")
    assert "This is try number 1" in words(case.modals["data"])
    case.submit("data")
    case.card(DATA, "No answer: 1 try", "to be tried again at")
    for part in ("sessions_revoked", "called", "cards_removed", "reset_link_sent"):
        tap(case, "data", part)
    tap(case, "data", "name_updated", name_now="updated", surname_now="confirmed")
    tap(case, "data", "credentials")
    tap(case, "lead", "addresses_deleted")
    tap(case, "data", "feedback")
    wallet(case)
    refund(case)


def tap(case: CaseInPlay, who: str, part: str, **fill: str) -> None:
    told = case.click(who, f"part:call:{part}", f"partform:call:{part}")
    if told.get("view"):
        case.submit(who, fill)


def wallet(case: CaseInPlay) -> None:
    """The form shows the rule, and the next page states the verdict with what the customer is to be told."""
    case.click("data", "form:wallet:")
    assert "A refund is due if the customer had a credit wallet balance" in words(case.modals["data"])
    losses = {"bank_losses": "yes", "bank_orders": "DFD-77118 | 612.70 | 2026-11-20"}
    told = case.submit("data", {"wallet_before": "350", "wallet_used": "129.90", **losses})
    assert about(told["view"])["step"] == "request_refund"
    read = words(told["view"])
    assert "Refund due, and the bank for the rest: A refund is due if" in read
    assert "recovery of funds used needs to be logged with bank" in read
    case.submit("data", {"refund_amount": "129.90", "refund_orders": "DFD-77118"})


@pytest.fixture
def two_hats(scene: Scene) -> Iterator[None]:
    """The analyst covers for a MOD today."""
    mods, leads = [PEOPLE["mod"], PEOPLE["mod2"]], [PEOPLE["lead"]]
    for more in ([PEOPLE["data"]], []):
        scene.control("POST", "/slack/groups", json={"id": "SMODS001", "users": [*mods, *more]})
        scene.control("POST", "/slack/channels", json={"id": MOD, "members": [*mods, *leads, *more]})
        if more:
            yield


def refund(case: CaseInPlay) -> None:
    """Whoever asked for a refund may not pay it; the team lead lifts that with a reason, and everybody sees it."""
    told = case.click("data", "form:refund:")
    assert told["view"] is None
    assert "You did “Request the refund of the wallet” yourself" in private(told)
    assert "On duty now:" in private(told)
    choose(case, "lead", case.card(LEAD, "Refund the customer"), "Override…")
    if "step" in inputs(case.modals["lead"]):
        case.submit("lead", {"step": "refund/1", "reason": "The MODs are all on leave"})
    else:
        case.submit("lead", {"reason": "The MODs are all on leave"})
    case.card(MOD, "lifted four eyes")
    case.click("data", "form:refund:")
    assert "DFD-77118 |" in json.dumps(case.modals["data"]), "a line is begun for each order"
    told = case.submit("data", {"refund_paid": "129.90", "exceptions": "DFD-77118 | EX-1 | yes | no"})
    assert "Line 1: “Note on the exception” has to be yes." in str(told["errors"])
    case.modals["data"] = told["view"]
    told = case.submit("data", {"refund_paid": "129.90", "exceptions": "DFD-77118 | EX-1 | yes | yes"})
    assert not told["errors"]
    case.card(MOD, "Lift the suspension")


def test_a_refused_modal_does_not_open(scene: Scene) -> None:
    case = scene.case_with_mod()
    card = case.card(MOD)
    told = scene.act("click", "lead", channel=card["channel"], ts=card["ts"], **menus(card)["Snooze…"])
    assert told["view"] is None
    assert "Only MR D MOD may do this. On duty now:" in private(told)
