"""The Mr D procedure by clicks, from the first call to the escalation: what people read, and what stands outside."""

import json
from typing import Any

import pytest

from tests.journey.scene import (
    DATA,
    FOUND,
    LOGS,
    MOD,
    NALEDI,
    PASSED,
    SECURITY,
    WERNER,
    CaseInPlay,
    Scene,
    about,
    buttons,
    eventually,
    inputs,
    words,
)

WILL_ESCALATE = "The complaint will be escalated for further investigation"
WILL_SUSPEND = "temporarily suspend their profile pending investigation and as a preventative measure to stop future transactions from occurring"
CANNOT_ASSIST = "we won't be able to assist further"
QUERY_TYPE = "Mr D Food* - Blacklisting>Blacklisted>Suspected Account Takeover"
ITEMS = {
    "M63": ("Link to customer profile on Admin", "https://admin.example/profiles/2048811"),
    "M64": ("Customer Name", "Naledi Mahlangu"),
    "M65": ("Customer Contact", "+27825550142"),
    "M66": ("Customer Email", "naledi.mahlangu@example.com"),
    "M67": ("Order IDs of the fraudulent transactions", "DFD-77117, DFD-77118, DFD-77120"),
    "M68": ("Status of Blacklisting", "Blacklisted"),
    "M69": ("Issue", "Suspected account takeover that needs to be investigated"),
    "M70": ("Order ID of last legitimate transactions", "DFD-77111"),
    "M71": ("Investigation logs", "in the thread"),
    "M72": ("Mr D app version the customer is using", "7.12.0"),
}


def shown_first(view: dict[str, Any]) -> str:
    """What a person reads in a modal before the first thing they fill in."""
    blocks = view["blocks"]
    first = next((n for n, block in enumerate(blocks) if block["type"] == "input"), len(blocks))
    return words({"blocks": blocks[:first]})


# To the MOD -------------------------------------------------------------------------------------


def test_three_submits_lead_from_the_command_to_the_mods_card(scene: Scene) -> None:
    told = scene.command("agent")
    case = CaseInPlay(scene, about(told["view"])["case"], modals={"agent": told["view"]})
    answers = [
        case.submit("agent", NALEDI),
        case.submit("agent", FOUND, outcome="found"),
        case.submit("agent", PASSED, outcome="verified"),
    ]
    assert [one["status"] for one in answers] == [200, 200, 200]
    case.name = words(case.modals["agent"]).split()[1]
    assert "is with MR D MOD now" in words(case.modals["agent"])
    assert "do:suspend:suspended" in buttons(case.card(MOD))


def test_before_the_first_submit_the_agent_reads_what_the_customer_must_hear(scene: Scene) -> None:
    read = shown_first(scene.command("agent")["view"])
    assert "Say now" in read
    assert WILL_ESCALATE in read  # M9
    assert WILL_SUSPEND in read  # M10, M11, M12


def test_the_intake_asks_for_the_reason_and_the_four_details(scene: Scene) -> None:
    view = scene.command("agent")["view"]
    assert {"channel", "reasons", "name", "surname", "email", "phone"} <= inputs(view)
    assert "name, surname, email address and cellphone number linked to their Mr D profile" in words(view)
    for reason in (
        "Mr D orders are going off their account",
        "They are unable to access their Mr D account",
        "They think the account was hacked or suspect suspicious activity",
    ):
        assert reason in words(view)


def test_a_wrong_answer_is_said_at_its_field_and_nothing_is_lost(scene: Scene) -> None:
    told = scene.command("agent")
    case = CaseInPlay(scene, about(told["view"])["case"], modals={"agent": told["view"]})
    told = case.submit("agent", NALEDI | {"phone": "12"})
    assert [name.split("@")[0] for name in told["answer"]["errors"]] == ["phone"]
    told = case.submit("agent", {"phone": "082 555 0142"})
    assert about(told["view"])["step"] == "locate"


def test_the_mods_card_holds_the_three_lines_and_one_tap(scene: Scene) -> None:
    case = scene.case_with_mod()
    lines = words(case.card(MOD)).splitlines()
    at = lines.index("Issue: Account Take Over")  # M41
    assert lines[at + 1] == "Customer ID: 2048811"  # M42
    assert lines[at + 2] == "Action required: Please investigate and provide feedback to the customer"  # M43
    told = case.click("mod", "do:suspend:suspended")
    assert told["status"] == 200
    assert told["view"] is None
    assert case.ticket()["group"] == "CS Data Compliance"


def test_the_agents_card_says_what_was_promised_and_who_has_it_now(scene: Scene) -> None:
    case = scene.case_with_mod()
    read = words(case.card_of("agent", "waits for *MR D MOD*"))
    assert "The complaint is escalated for further investigation: kept" in read
    assert "⚪ The profile is temporarily suspended" in read
    assert "Next contact with the customer due" in read
    case.click("mod", "do:suspend:suspended")
    case.card_of("agent", "The profile is temporarily suspended: kept", "Suspended now")


def test_suspension_is_never_claimed_before_the_mod_attests_it(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.card(MOD)
    assert "suspended: kept" not in words(case.card_of("agent"))
    assert scene.tickets(case.name) == []


def test_the_mod_may_say_when_it_was_suspended(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.click("mod", "form:suspend:suspended")
    assert inputs(case.modals["mod"]) == {"suspended_at"}
    case.submit("mod", {"suspended_at": "2026-11-21T10:15:00+00:00"})
    assert "Profile suspended at 21 Nov 2026 12:15 by" in case.ticket()["comments"][0]["body"]


# Branches ----------------------------------------------------------------------------------------


def test_not_found_leads_over_the_invoices_to_a_verified_order(scene: Scene) -> None:
    case = scene.open_case(**WERNER)
    case.pick("agent", "not_found")
    read = words(case.modals["agent"])
    assert "This is an indication that the fraudster has changed the username, email & password" in read  # M22
    assert "search “Mr D Orders”" in read  # M23
    assert "They would have received an invoice for all their previous Mr D orders." in read  # M25
    case.submit("agent", {"dfd_number": "88010"}, outcome="not_found")
    case.pick("agent", "verified")
    read = words(case.modals["agent"])
    assert "Confirm the restaurant name and total order amount with the customer" in read
    assert {"restaurant_matches", "total_matches", "dfd_number"} <= inputs(case.modals["agent"])
    given = {
        "customer_id": "2048899",
        "profile_link": "https://admin.example/profiles/2048899",
        "restaurant_matches": "pass",
        "total_matches": "pass",
        "trusted_email": "werner.vanwyk@example.com",
    }
    case.submit("agent", given, outcome="verified")
    assert "Verified by order (restaurant and total)" in words(case.card(MOD))
    case.click("mod", "do:suspend:suspended")
    ticket = case.ticket()
    assert ticket["requester"]["email"] == "werner.vanwyk@example.com"
    assert "DFD-88010" in ticket["comments"][0]["body"]


def test_a_changed_email_is_never_written_to(scene: Scene) -> None:
    case = scene.open_case(**WERNER | {"email": "w.vw.new@mail.example"})
    his = {"customer_id": "2048899", "profile_link": "https://admin.example/profiles/2048899"}
    case.submit("agent", FOUND | his | {"email_now": "changed"}, outcome="found")
    assert about(case.modals["agent"])["step"] == "verify_order"
    given = {"dfd_number": "DFD-88010", "restaurant_matches": "pass", "total_matches": "pass"}
    case.submit("agent", given, outcome="verified")
    case.click("mod", "do:suspend:suspended")
    ticket = case.ticket()
    assert ticket["requester"]["email"] == "ato-placeholder@mrd.example"
    case.card(DATA)
    scene.control("POST", "/zendesk/deliveries/drain")
    assert scene.mails_about(ticket["id"]) == []
    assert [comment["public"] for comment in ticket["comments"]] == [False]


def test_the_mod_helps_and_the_agent_goes_on(scene: Scene) -> None:
    case = scene.open_case(**WERNER)
    told = case.submit("agent", outcome="unable")
    assert "is with MR D MOD now: Assist the agent to locate the account" in words(told["view"])
    case.click("mod", "form:assist:located")
    case.submit("mod", {"customer_id": "2048899", "profile_link": "https://admin.example/profiles/2048899"})
    case.click("agent", "form:verify_assisted:")
    given = {"dfd_number": "DFD-88010", "restaurant_matches": "pass", "total_matches": "pass"}
    case.submit("agent", given, outcome="verified")
    case.click("mod", "do:suspend:suspended")
    assert case.ticket()["status"] == "open"


def test_the_mod_cannot_help_and_the_case_ends(scene: Scene) -> None:
    case = scene.open_case(**WERNER)
    case.submit("agent", outcome="unable")
    case.click("mod", "do:assist:cannot_help")
    case.card_of("agent", "Profile could not be located")
    assert scene.tickets(case.name) == []


def test_who_fails_hears_the_sentence_and_the_procedure_stops(scene: Scene) -> None:
    case = scene.open_case()
    case.submit("agent", FOUND, outcome="found")
    failed = PASSED | {"popi_contact": "fail"}
    told = case.submit("agent", failed, outcome="verified")
    assert "so this cannot be “verified”" in json.dumps(told, ensure_ascii=False)
    case.click("agent", "form:verify_standard:")
    case.pick("agent", "not_verified")
    assert CANNOT_ASSIST in shown_first(case.modals["agent"])  # M36
    case.submit("agent", failed)
    read = words(case.card_of("agent", "Verification failed"))
    assert "no longer owed, the case is closed" in read
    assert not [one for one in buttons(case.card_of("agent")) if not one.startswith("link")]
    assert case.cards(MOD) == []  # M37
    assert scene.tickets(case.name) == []


# What stands in Zendesk --------------------------------------------------------------------------


def test_the_ticket_is_as_the_procedure_says(played: CaseInPlay) -> None:
    ticket = played.ticket()
    assert ticket["form"] == "Customer Query"  # M46
    assert ticket["query_type"].replace("::", ">") == QUERY_TYPE  # M47
    assert ticket["group"] == "CS Data Compliance"  # M48
    assert ticket["status"] == "open"  # M49
    assert ticket["assignee"] is None
    assert ticket["comments"][0]["public"] is False


def test_the_ticket_tells_data_compliance_what_they_need(played: CaseInPlay) -> None:
    comments = played.ticket()["comments"]
    body = comments[0]["body"]
    for needed in (
        "Customer ID: 2048811",
        "https://admin.example/profiles/2048811",
        "Identity: verified by the standard questions",
        "by lerato.mokoena (attested on Admin)",
        "taken by thandi.nkosi",
        f"/ato {played.name}",
    ):
        assert needed in body
    card = played.card(MOD)
    link = f"/archives/{MOD}/p{card['ts'].replace('.', '')}"
    # a tap within milliseconds of the post comes before Slack's answer was kept: then the link follows in a note
    eventually(lambda: linked(played, link) == 1, "the ticket names the card")


def linked(case: CaseInPlay, link: str) -> int:
    return sum(link in comment["body"] for comment in case.ticket()["comments"])


def test_the_cards_lead_to_the_ticket(played: CaseInPlay) -> None:
    link = f"/agent/tickets/{played.ticket()['id']}|#{played.ticket()['id']}>"
    for channel in (MOD, DATA, SECURITY):
        assert link in words(played.card(channel, "Ticket"))
    assert link in words(played.card_of("agent", "Ticket"))


def test_the_customers_own_ticket_is_linked(scene: Scene) -> None:
    own = scene.control(
        "POST",
        "/zendesk/tickets",
        json={
            "by": "Thandi Nkosi",
            "comment": "My account!",
            "subject": "Help",
            "requester": {"name": "Naledi Mahlangu", "email": "naledi.mahlangu@example.com"},
        },
    )
    case = scene.case_with_mod(contact_ticket=str(own["id"]))
    case.click("mod", "do:suspend:suspended")
    assert f"The customer's own ticket: #{own['id']}" in case.ticket()["comments"][0]["body"]


def test_a_rerouted_ticket_is_said_and_step_6_waits_for_the_group(mended: Scene) -> None:
    mended.control(
        "POST", "/zendesk/settings", json={"reroute": {"to": "Engineering", "when_group": "CS Data Compliance"}}
    )
    case = mended.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    number = case.ticket()["id"]
    case.card(MOD, f"Ticket #{number} is in the group Engineering, not in CS Data Compliance.")
    assert case.cards(DATA) == []
    moved = {"by": "Priya Naidoo", "group": "CS Data Compliance"}
    mended.control("POST", f"/zendesk/tickets/{number}/move", json=moved)
    assert "partform:flag_security:escalation" in buttons(case.card(DATA))
    assert "Careful" not in words(case.card(MOD, "waits for *CS Data Compliance*"))


# The escalation ----------------------------------------------------------------------------------


def test_the_escalation_holds_the_ten_items_in_order(played: CaseInPlay) -> None:
    card = played.card(SECURITY)
    assert card["channel"] == SECURITY  # M62: #investigation_account_takeover
    lines = [line for line in words(card).splitlines() if line.startswith("*") and ":* " in line]
    assert [line[1:].partition(":* ")[0] for line in lines] == [label for label, _ in ITEMS.values()]


@pytest.mark.parametrize("row", ITEMS)
def test_each_item_of_the_escalation(played: CaseInPlay, row: str) -> None:
    label, value = ITEMS[row]
    lines = words(played.card(SECURITY)).splitlines()
    assert [one for one in lines if one.startswith(f"*{label}:*") and value in one]


def test_the_logs_are_in_the_thread_of_the_escalation(played: CaseInPlay) -> None:
    replies = eventually(lambda: played.thread(SECURITY), "logs in the thread")
    assert len(replies) == 1
    assert LOGS in words(replies[0])
    assert "Suspended now (@lerato.mokoena)" in words(replies[0])
    assert replies[0]["thread_ts"] == played.card(SECURITY)["ts"]


def test_the_escalation_waits_for_every_item_or_a_reason(scene: Scene) -> None:
    case = scene.open_case()
    case.submit("agent", FOUND, outcome="found")
    case.submit("agent", PASSED, outcome="verified")
    case.click("mod", "do:suspend:suspended")
    case.click("data", "partform:flag_security:escalation")
    told = case.submit("data", {"blacklisted": "not"})
    asked = {name.split("@")[0] for name in told["answer"]["errors"]}
    assert asked == {"fraud_orders", "last_good_orders", "logs", "app_version"}
    assert case.cards(SECURITY) == []
    none = {f"{name}__none": "the customer does not know" for name in asked}
    case.submit("data", none)
    card = case.card(SECURITY)
    assert "*Status of Blacklisting:* Not" in words(card)
    assert words(card).count("the customer does not know") >= 3


def test_security_acknowledges_and_the_customer_is_told(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.click("data", "partform:flag_security:escalation")
    case.submit("data", {"blacklisted": "blacklisted", "logs": LOGS})
    case.click("security", "part:flag_security:acknowledged")
    case.click("data", "partform:flag_security:customer_told")
    assert "Tell the customer that their profile is suspended (locked)" in shown_first(case.modals["data"])  # M61
    case.submit("data", {"told_how": "call"})
    case.card(SECURITY, "Investigate and give feedback to Data Compliance")
    case.card_of("agent", "The customer hears about the suspension: kept")


def test_credential_stuffing_needs_its_logs(scene: Scene) -> None:
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.escalate()
    case.click("security", "form:investigate:")
    told = case.submit("security", {"credential_stuffing": "yes"}, outcome="access_only")
    assert "Credential stuffing needs the logs that substantiate it" in json.dumps(told)  # M54
    case.click("security", "form:investigate:")
    findings = {
        "credential_stuffing": "yes",
        "security_logs": "203.0.113.9 login ok after 214 failures",
    }
    case.submit("security", findings, outcome="access_only")
    case.card_of("agent", "🟢 Access only")
