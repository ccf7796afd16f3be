"""A Zendesk without the form and a database that is gone: people are told, nothing is pretended, and it goes on after."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.journey.letters import attempts, pressed, said_to, send
from tests.journey.scene import (
    DATA,
    FOUND,
    MOD,
    Scene,
    about,
    buttons,
    eventually,
    private,
    words,
)

NOT_KEPT = "Nothing was kept: the database does not answer."


# A Zendesk that is not as the playbook says -------------------------------------------------------


@pytest.fixture
def without_form(scene: Scene) -> Iterator[Scene]:
    """A Zendesk whose form an admin deleted; afterwards there is one again."""
    scene.control("POST", "/zendesk/settings", json={"remove_form": "Customer Query"})
    yield scene
    if "Customer Query" not in scene.control("GET", "/zendesk/settings")["forms"]:
        restore_form(scene)


def restore_form(scene: Scene) -> None:
    """Make a form of that name, as an admin would; it gets another id."""
    auth = ("ato-desk@mrd.example/token", "sandbox-zendesk-token")
    scene.control("POST", "/zendesk/settings", json={"sign_in": {"old_account": True}})
    with httpx.Client(base_url=scene.stage.urls["zendesk"], auth=auth) as api:
        fields = api.get("/api/v2/ticket_fields.json").json()["ticket_fields"]
        form = {"name": "Customer Query", "ticket_field_ids": [one["id"] for one in fields]}
        answer = api.post("/api/v2/ticket_forms.json", json={"ticket_form": form})
    scene.control("POST", "/zendesk/settings", json={"sign_in": {"old_account": False}})
    assert answer.status_code == 201, answer.text


def test_without_the_form_the_card_says_what_to_do_and_retry_works(without_form: Scene) -> None:
    case = without_form.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    read = words(case.card(MOD, "The ticket was not created."))
    assert "There is no ticket form “Customer Query”: the nearest is “" in read
    assert "Your tap is kept" in read
    assert without_form.tickets(case.name) == []
    restore_form(without_form)
    told = case.click("mod", "retry")
    assert private(told) == ""
    assert case.ticket()["form"] == "Customer Query"
    case.card(DATA)
    assert "retry" not in buttons(case.card(MOD, "Ticket"))


def test_without_the_form_a_ticket_made_by_hand_will_do(without_form: Scene) -> None:
    case = without_form.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(MOD, "The ticket was not created.")
    case.click("mod", "hand")
    told = case.submit("mod", {"reference": "soon"})
    assert "Write the number of the ticket you made" in json.dumps(told["answer"])
    made = without_form.control(
        "POST",
        "/zendesk/tickets",
        json={
            "by": "Lerato Mokoena",
            "subject": "By hand",
            "comment": "Suspended.",
            "public": False,
            "group": "CS Data Compliance",
            "status": "open",
        },
    )
    told = case.submit("mod", {"reference": f"#{made['id']}"})
    asked = words(told["view"])
    assert f"Is ticket #{made['id']} the one of {case.name}?" in asked
    assert "Subject: By hand" in asked and "Requester: Lerato Mokoena" in asked
    assert "the procedure's is “Customer Query”" in asked
    assert without_form.ticket(made["id"])["comments"][1:] == []
    case.submit("mod")
    case.card(MOD, f"#{made['id']}>", "CS Data Compliance")
    assert "partform:flag_security:escalation" in buttons(case.card(DATA))
    assert without_form.tickets(case.name) == []


def test_only_who_works_on_the_case_may_retry(without_form: Scene) -> None:
    case = without_form.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    card = case.card(MOD, "The ticket was not created.")
    button = next(e for b in card["blocks"] for e in b.get("elements", []) if e.get("action_id") == "retry")
    before = len(said_to(without_form, "outsider"))
    send(without_form, pressed("retry", button["value"], "UOUTS001"))
    told = eventually(lambda: said_to(without_form, "outsider")[before:], "a private word")
    assert len(told) == 1
    assert told[0].startswith("Only CS Agent or MR D MOD may do this. On duty now: <@U")
    assert told[0].endswith("I have not changed anything.")


# A database that is gone --------------------------------------------------------------------------


@contextmanager
def moved_away(scene: Scene) -> Iterator[None]:
    """Take the database's files away while the bot runs, as an unmounted disk would."""
    files = [one for one in scene.stage.folder.glob("ato.sqlite3*") if "lock" not in one.name]
    away = {one: one.with_name(f"away-{one.name}") for one in files}
    for one, there in away.items():
        one.rename(there)
    try:
        yield
    finally:
        for one, there in away.items():
            there.rename(one)


def test_without_a_database_people_are_told_and_nothing_is_pretended(scene: Scene) -> None:
    case = scene.case_with_mod()
    card = case.card(MOD)
    with moved_away(scene):
        told = case.press("mod", card, "do:suspend:suspended")
        assert told["status"] == 200
        assert private(told).startswith(NOT_KEPT)
        assert private(scene.command("agent", "mine")).startswith(NOT_KEPT)
        assert httpx.get(f"{scene.stage.bot_url}/readyz").status_code == 503
        assert httpx.get(f"{scene.stage.bot_url}/healthz").status_code == 200
    assert scene.tickets(case.name) == []
    assert private(case.press("mod", card, "do:suspend:suspended")) == ""
    assert case.ticket()["status"] == "open"
    assert httpx.get(f"{scene.stage.bot_url}/readyz").status_code == 200


def test_without_a_database_a_form_keeps_what_was_typed(scene: Scene) -> None:
    case = scene.open_case()
    case.pick("agent", "found")
    view = case.modals["agent"]
    with moved_away(scene):
        told = case.submit("agent", FOUND)
        assert NOT_KEPT in json.dumps(told["errors"])
        assert "Your text is still in the form" in json.dumps(told["errors"])
        assert told["view"]["id"] == view["id"]
    told = case.submit("agent")
    assert about(told["view"])["step"] == "verify_standard"


def test_without_a_database_a_webhook_is_to_be_delivered_again(mended: Scene) -> None:
    case = mended.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    with moved_away(mended):
        moved = {"by": "Priya Naidoo", "status": "pending"}
        mended.control("POST", f"/zendesk/tickets/{case.ticket()['id']}/move", json=moved)
        first = eventually(lambda: attempts(mended), "an attempt to deliver")[0]
        assert first["status_code"] == 503
        assert "deliver this again" in first["answer"]
    case.card(DATA, "· pending")
