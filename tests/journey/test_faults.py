"""The outside fails in every way it can: what was to be done is done once, and people see that it is pending."""

from dataclasses import dataclass

import pytest

from tests.journey.scene import (
    DATA,
    FOUND,
    LOGS,
    MOD,
    PASSED,
    SECURITY,
    CaseInPlay,
    Json,
    Scene,
    eventually,
    words,
)

CREATE = "POST /api/v2/tickets.json"
POST = "chat.postMessage"


@dataclass
class Unanswered:
    """Cases whose ticket was asked for and not answered: their twenty seconds pass while other tests run."""

    cases: dict[str, CaseInPlay]


@pytest.fixture(scope="module", autouse=True)
def unanswered(scene: Scene) -> Unanswered:
    cases = {}
    for kind in ("timeout", "hold_after"):
        cases[kind] = case = scene.case_with_mod()
        case.card(MOD)
        scene.fault("zendesk", kind, match=CREATE, times=1)
        case.click("mod", "do:suspend:suspended")
        eventually(lambda kind=kind: _faults(scene, kind), f"a {kind}")
    return Unanswered(cases)


def _faults(scene: Scene, kind: str) -> list[Json]:
    return [one for one in scene.stage.log() if one["fault"] == kind]


def said(scene: Scene, channel: str, what: str, case: CaseInPlay) -> bool:
    """Say whether the case's card in a channel has ever said this."""
    card = case.card(channel)
    drawn = [one["body"] for one in scene.asked("slack", "chat.update")]
    return any(one["ts"] == card["ts"] and what in str(one["blocks"]) for one in drawn)


# Zendesk ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset_after"},
        {"kind": "reset_before"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429, "retry_after": "1"},
        {"kind": "status", "status": 429, "retry_after": "1.5"},
    ],
    ids=["reset_after", "reset_before", "500", "429", "429-fraction"],
)
def test_a_failing_zendesk_gets_one_ticket(mended: Scene, fault: Json) -> None:
    case = mended.case_with_mod()
    card = case.card(MOD)
    mended.fault("zendesk", match=CREATE, times=1, **fault)
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    assert case.ticket()["status"] == "open"
    assert said(mended, MOD, "Ticket pending: Zendesk has not answered since", case)
    read = words(case.card(MOD, "Ticket", "CS Data Compliance"))
    assert "pending" not in read
    assert case.card(MOD)["ts"] == card["ts"]


def test_a_zendesk_that_is_down_for_long_is_pending_and_then_done(mended: Scene) -> None:
    case = mended.case_with_mod()
    mended.fault("zendesk", "status", status=503, match="*")
    case.click("mod", "do:suspend:suspended")
    case.card(MOD, "Ticket pending: Zendesk has not answered since", "I keep trying; your tap is kept.")
    case.card_of("agent", "Ticket pending", "The profile is temporarily suspended: kept")
    assert mended.tickets(case.name) == []
    mended.mend()
    case.card(DATA)
    case.ticket()


@pytest.mark.parametrize("kind", ["timeout", "hold_after"])
def test_a_zendesk_that_never_answers_gets_one_ticket(scene: Scene, unanswered: Unanswered, kind: str) -> None:
    case = unanswered.cases[kind]
    eventually(lambda: case.cards(DATA), "step 6 opens", seconds=40)
    assert case.ticket()["status"] == "open"
    assert said(scene, MOD, "Ticket pending: Zendesk has not answered since", case)


def test_a_retry_after_of_zendesk_is_honoured(mended: Scene) -> None:
    case = mended.case_with_mod()
    case.card(MOD)
    before = len(mended.asked("zendesk", CREATE))
    mended.fault("zendesk", "status", status=429, retry_after="4", match=CREATE, times=1)
    case.click("mod", "do:suspend:suspended")
    case.ticket()
    asked = mended.asked("zendesk", CREATE)[before:]
    refused = next(one for one in asked if one["status"] == 429)
    accepted = next(one for one in asked if one["key"] == refused["key"] and one is not refused)
    assert accepted["wall"] - refused["wall"] >= 4
    assert accepted["body"] == refused["body"]


# Slack --------------------------------------------------------------------------------------------


def about_to_reach_the_mod(scene: Scene) -> CaseInPlay:
    case = scene.open_case()
    case.submit("agent", FOUND, outcome="found")
    case.card_of("agent", "POPI")
    return case


@pytest.mark.parametrize("kind", ["reset_after", "reset_before"])
def test_a_post_whose_answer_is_lost_stands_once(mended: Scene, kind: str) -> None:
    case = about_to_reach_the_mod(mended)
    mended.fault("slack", kind, match=POST, times=1)
    case.submit("agent", PASSED, outcome="verified")
    case.card(MOD, "Issue: Account Take Over")
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    assert len(case.cards(MOD)) == 1


def posted_late(scene: Scene, seconds: float) -> CaseInPlay:
    """A case whose post to the MOD was cut off on its way, and lands so many seconds later."""
    case = about_to_reach_the_mod(scene)
    scene.fault("slack", "late", match=POST, times=1, seconds=seconds)
    case.submit("agent", PASSED, outcome="verified")
    return case


def test_a_post_that_lands_before_it_is_looked_for_stands_once(mended: Scene) -> None:
    case = posted_late(mended, 0.8)
    case.card(MOD, "Issue: Account Take Over")
    assert landed(mended)
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    assert len(case.cards(MOD)) == 1


def test_a_post_that_lands_after_it_was_looked_for_stands_twice(mended: Scene) -> None:
    """What is not promised. One of the two goes on being drawn, and everything else happens once."""
    case = posted_late(mended, 5)
    eventually(lambda: len(case.cards(MOD)) == 2, "both stand")
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    assert case.ticket()["status"] == "open"
    eventually(lambda: drawn(case) == 1, "one of them is drawn anew")


def drawn(case: CaseInPlay) -> int:
    return sum("→ CS Data Compliance" in words(one) for one in case.cards(MOD))


def landed(scene: Scene) -> bool:
    """Whether the post that was cut off was done after all."""
    return any(one["fault"] == "late" and one["status"] == 200 for one in scene.asked("slack", POST))


def test_an_escalation_and_its_logs_stand_once_when_every_answer_is_lost(mended: Scene) -> None:
    case = mended.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.click("data", "partform:flag_security:escalation")
    mended.fault("slack", "reset_after", match=POST, times=2)
    case.submit("data", {"blacklisted": "blacklisted", "logs": LOGS})
    eventually(lambda: case.thread(SECURITY), "the logs in the thread", seconds=25)
    case.click("security", "part:flag_security:acknowledged")
    assert len(case.cards(SECURITY)) == 1
    assert len(case.thread(SECURITY)) == 1


def test_a_retry_after_of_slack_is_honoured(mended: Scene) -> None:
    case = about_to_reach_the_mod(mended)
    before = len(mended.asked("slack", POST))
    mended.fault("slack", "status", status=429, retry_after="4", match=POST, times=1)
    case.submit("agent", PASSED, outcome="verified")
    case.card(MOD)
    posts = mended.asked("slack", POST)[before:]
    refused = next(one for one in posts if one["fault"])
    again = next(one for one in posts if one["key"] == refused["key"] and not one["fault"])
    assert again["wall"] - refused["wall"] >= 4


def test_a_slack_that_is_down_does_not_hold_up_the_ticket(mended: Scene) -> None:
    case = mended.case_with_mod()
    case.card(MOD)
    mended.fault("slack", "status", status=503, match="chat.*")
    told = case.click("mod", "do:suspend:suspended")
    assert told["status"] == 200
    case.ticket()
    mended.mend()
    case.card(DATA)
    case.card(MOD, "Suspended now")


# Webhooks -----------------------------------------------------------------------------------------


def escalated(scene: Scene, mode: str) -> tuple[CaseInPlay, str]:
    """A case with its ticket, and Zendesk's deliveries in a mood."""
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    scene.control("POST", "/zendesk/deliveries/drain")
    scene.control("POST", "/zendesk/deliveries", json={"mode": mode})
    return case, f"/zendesk/tickets/{case.ticket()['id']}/move"


def readings(scene: Scene, case: CaseInPlay) -> int:
    return len(scene.asked("zendesk", f"GET /api/v2/tickets/{case.ticket()['id']}.json"))


def test_a_webhook_delivered_twice_is_read_once(mended: Scene) -> None:
    case, move = escalated(mended, "twice")
    before = readings(mended, case)
    mended.control("POST", move, json={"by": "Priya Naidoo", "status": "pending"})
    case.card(DATA, "· pending")
    mended.control("POST", "/zendesk/deliveries/drain")
    last = mended.control("GET", "/zendesk/deliveries")["deliveries"][-1]
    assert [one["status_code"] for one in last["attempts"]] == [200, 200]
    assert readings(mended, case) == before + 1


def test_after_a_lost_webhook_the_next_one_tells_all(mended: Scene) -> None:
    case, move = escalated(mended, "drop")
    mended.control("POST", move, json={"by": "Priya Naidoo", "group": "Food Management Group"})
    mended.control("POST", "/zendesk/deliveries", json={"mode": "normal"})
    mended.control("POST", move, json={"by": "Priya Naidoo", "status": "pending"})
    case.card(DATA, "→ Food Management Group", "· pending")


def test_webhooks_out_of_order_end_with_what_is_so(mended: Scene) -> None:
    case, move = escalated(mended, "reverse")
    mended.control("POST", move, json={"by": "Priya Naidoo", "status": "pending"})
    mended.control("POST", move, json={"by": "Priya Naidoo", "status": "hold"})
    case.card(DATA, "· on hold")
    mended.control("POST", "/zendesk/deliveries/drain")
    case.card(MOD, "· on hold")
