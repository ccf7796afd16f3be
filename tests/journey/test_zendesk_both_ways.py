"""Zendesk both ways: sheets up and down, and what people do in Zendesk by hand, as everybody sees it."""

import base64
import sqlite3
from typing import Any

import httpx
import pytest

from tests.journey.scene import (
    DATA,
    LOGS,
    MOD,
    SECURITY,
    CaseInPlay,
    Scene,
    eventually,
    words,
)
from tests.lending import Lent

QUERY_TYPE = "Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover"
SHEET = """Field;Before;After;Changed at;Source
Email;naledi.mahlangu@example.com;n.m.new@mail.example;20/11/2026 18:02;203.0.113.9
Cellphone;+27825550142;+27715550199;20/11/2026 18:04;203.0.113.9
"""


@pytest.fixture(scope="module")
def scene(lent: Lent) -> Scene:
    """A bot that looks every second for what no webhook told of."""
    return Scene(lent.fresh({"ATO_ZENDESK__RECONCILE_SECONDS": "1"}))


@pytest.fixture
def flagged(scene: Scene) -> CaseInPlay:
    """A case with the profile suspended and its ticket with data compliance."""
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    return case


def uploaded(scene: Scene, content: str) -> str:
    given = {
        "filename": "findings.csv",
        "content_base64": base64.b64encode(content.encode()).decode(),
    }
    return str(scene.act("upload", "security", **given)["file"]["id"])


def send_findings(scene: Scene, case: CaseInPlay, content: str) -> dict[str, Any]:
    case.click("security", "form:investigate:")
    given = {"credential_stuffing": "not_known", "findings_sheet": [uploaded(scene, content)]}
    return case.submit("security", given, outcome="access_and_changes")


def attached(scene: Scene, ticket: int) -> list[str]:
    """The files on a ticket, as whoever opens it reads them."""
    events = [one for audit in scene.ticket(ticket)["audits"] for one in audit["events"]]
    files = [file for one in events for file in one.get("attachments") or []]
    zendesk = scene.stage.urls["zendesk"].rstrip("/")
    return [httpx.get(zendesk + file["content_url"]).content.decode("utf-8-sig") for file in files]


# Sheets -------------------------------------------------------------------------------------------


def test_a_sheet_of_findings_is_read_or_its_lines_are_named_and_the_ticket_gets_it(
    scene: Scene, flagged: CaseInPlay
) -> None:
    case = flagged
    case.escalate()
    answer = send_findings(scene, case, SHEET.replace("n.m.new@mail.example", "=1+1"))
    assert not answer.get("view"), "the sheet is being read: nothing is to be sent again"
    assert answer["status"] == 200
    told = eventually(
        lambda: [words(one) for one in scene.messages("security") if "cannot be used as it is" in words(one)],
        "security is told what is wrong with the sheet",
    )
    assert "Row 2, After: this is a formula." in told[0]
    assert "Nothing of it was kept" in told[0]
    assert attached(scene, case.ticket()["id"]) == []

    send_findings(scene, case, SHEET)
    case.card(DATA, "Restore what the fraudster changed")
    (sheet,) = eventually(lambda: attached(scene, case.ticket()["id"]), "the sheet is on the ticket")
    assert '"email";"naledi.mahlangu@example.com";"n.m.new@mail.example";"2026-11-20 18:02"' in sheet.lower()
    assert '"\'+27715550199"' in sheet
    note = case.ticket()["comments"][-1]
    assert (note["public"], note["attachments"]) == (False, [f"{case.name}-changes.csv"])


# By hand ------------------------------------------------------------------------------------------


def test_what_people_do_with_the_ticket_shows_on_the_card(scene: Scene, flagged: CaseInPlay) -> None:
    ticket = flagged.ticket()["id"]
    said = {"by": "naledi.mahlangu@example.com", "body": "Is there any news?"}
    scene.control("POST", f"/zendesk/tickets/{ticket}/comment", json=said)
    flagged.card(DATA, "1 public reply")
    scene.control("POST", f"/zendesk/tickets/{ticket}/move", json={"by": "Priya Naidoo", "status": "solved"})
    read = words(flagged.card(DATA, "solved by Priya Naidoo"))
    assert f"Ticket #{ticket} was solved in Zendesk while “" in read
    scene.control("POST", f"/zendesk/tickets/{ticket}/move", json={"by": "Lerato Mokoena", "status": "open"})
    assert "was solved in Zendesk" not in words(flagged.card(DATA, "reopened by Lerato Mokoena"))


def test_a_change_that_no_webhook_tells_of_shows_all_the_same(scene: Scene, flagged: CaseInPlay) -> None:
    ticket = flagged.ticket()["id"]
    scene.control("POST", "/zendesk/deliveries", json={"mode": "drop"})
    try:
        moved = {"by": "Priya Naidoo", "group": "Engineering"}
        scene.control("POST", f"/zendesk/tickets/{ticket}/move", json=moved)
        flagged.card(DATA, "is in the group Engineering, not in CS Data Compliance")
    finally:
        scene.control("POST", "/zendesk/deliveries", json={"mode": "normal"})


def test_whoever_made_the_adopted_ticket_is_known_to_slack_by_email(scene: Scene) -> None:
    asked = {"by": "Lerato Mokoena", "comment": "Suspended.", "public": False, "form": "Customer Query"}
    more = {"query_type": QUERY_TYPE, "group": "CS Data Compliance", "status": "open"}
    made = scene.control("POST", "/zendesk/tickets", json={**asked, **more})

    def opened() -> list[str]:
        with sqlite3.connect(scene.stage.folder / "ato.sqlite3") as database:
            found = database.execute(
                "SELECT json_extract(body, '$.data.author') FROM events JOIN tickets USING (case_id)"
                " WHERE kind = 'case_opened' AND ticket_id = ?",
                [str(made["id"])],
            ).fetchall()
        database.close()
        return [author for (author,) in found]

    assert eventually(opened, "the ticket is a case") == ["UMOD0001"]


def test_a_ticket_made_by_hand_becomes_a_case_at_its_groups_step(scene: Scene) -> None:
    made = scene.control(
        "POST",
        "/zendesk/tickets",
        json={
            "by": "Lerato Mokoena",
            "subject": "Account takeover",
            "comment": "Suspended at 18:40, please flag.",
            "public": False,
            "form": "Customer Query",
            "query_type": QUERY_TYPE,
            "group": "CS Data Compliance",
            "status": "open",
            "requester": {"name": "Naledi Mahlangu", "email": "naledi.mahlangu@example.com"},
        },
    )

    def card() -> list[dict[str, Any]]:
        number = f"Ticket #{made['id']} was made by hand"
        return [one for one in scene.channel(DATA) if number in words(one)]

    (found,) = eventually(card, "data compliance has a card of the ticket made by hand")
    assert "Escalate on Slack to web security" in words(found)
    name = str(found["text"]).split(" ")[0]
    key = next(e["value"] for b in found["blocks"] for e in b.get("elements") or [] if e.get("value")).split("|")[0]
    case = CaseInPlay(scene, key, name)
    assert "Confirm that the profile is suspended" in words(case.card(MOD))

    case.click("mod", "form:confirm_suspended:suspended")
    case.submit("mod", {"customer_id": "2048811", "suspended_at": "2026-11-20T16:40:00+00:00"})
    told = case.click("data", "partform:flag_security:escalation")
    shown = {
        e["element"]["action_id"]: e["element"].get("initial_value")
        for e in told["view"]["blocks"]
        if e["type"] == "input"
    }
    assert (shown["name"], shown["email"]) == ("Naledi", "naledi.mahlangu@example.com")
    case.submit(
        "data",
        {
            "profile_link": "https://admin.example/profiles/2048811",
            "phone": "082 555 0142",
            "fraud_orders": "DFD-77118",
            "last_good_orders": "DFD-77111",
            "app_version": "7.12.0",
            "blacklisted": "blacklisted",
            "logs": LOGS,
        },
    )
    case.card(SECURITY, "Naledi Mahlangu")
    assert (
        len([one for one in scene.control("GET", "/zendesk/tickets")["tickets"] if one["subject"].startswith(name)])
        == 0
    )
