"""A ticket given by hand: it is read and shown before anything is written to it, and another case's is refused."""

import json

import pytest

from tests.journey.scene import MOD, CaseInPlay, Json, Scene, eventually, words


@pytest.fixture(scope="module")
def scene(scene: Scene) -> Scene:
    """A Zendesk without the form, so that every ticket has to be made by hand."""
    scene.control("POST", "/zendesk/settings", json={"remove_form": "Customer Query"})
    return scene


def made(scene: Scene, **more: object) -> int:
    asked = {"by": "Lerato Mokoena", "subject": "Account takeover", "comment": "Suspended.", "public": False}
    return int(scene.control("POST", "/zendesk/tickets", json={**asked, "group": "CS Data Compliance", **more})["id"])


def without_ticket(scene: Scene) -> CaseInPlay:
    case = scene.case_with_mod()
    case.click("mod", "do:suspend:suspended")
    case.card(MOD, "The ticket was not created.")
    return case


def give(case: CaseInPlay, ticket: int) -> str:
    """Give a ticket by hand, and say what the form answers."""
    case.click("mod", "hand")
    return answer(case.submit("mod", {"reference": str(ticket)}))


def answer(told: Json) -> str:
    return words(told["view"]) + json.dumps(told.get("errors") or {}, ensure_ascii=False)


def comments(scene: Scene, ticket: int) -> list[Json]:
    return list(scene.ticket(ticket)["comments"])


def test_an_unrelated_customers_ticket_is_shown_as_theirs_and_nothing_is_written(scene: Scene) -> None:
    thabo = {"name": "Thabo Dlamini", "email": "thabo.dlamini@example.com"}
    ticket = made(scene, subject="Where is my order?", requester=thabo)
    case = without_ticket(scene)
    asked = give(case, ticket)
    assert "Subject: Where is my order?" in asked and "Requester: Thabo Dlamini" in asked
    assert "This case does not know the contact of its requester." in asked
    case.modals.pop("mod")
    scene.command("mod", f"note {case.name} She called again.")
    case.card(MOD, "The ticket was not created.")
    assert len(comments(scene, ticket)) == 1


def test_what_was_shown_is_confirmed_and_then_the_notes_go_there(scene: Scene) -> None:
    case = without_ticket(scene)
    ticket = made(scene, requester={"name": "Naledi Mahlangu", "email": "naledi.mahlangu@example.com"})
    assert "contact of its requester" not in give(case, ticket)
    case.submit("mod")
    case.card(MOD, f"#{ticket}>", "CS Data Compliance")
    scene.command("mod", f"note {case.name} She called again.")
    eventually(lambda: "She called again" in json.dumps(comments(scene, ticket)), "the note is on the ticket")


def test_a_ticket_that_changed_since_it_was_shown_is_shown_again(scene: Scene) -> None:
    case, ticket = without_ticket(scene), made(scene)
    give(case, ticket)
    scene.control("POST", f"/zendesk/tickets/{ticket}/move", json={"by": "Priya Naidoo", "group": "Engineering"})
    assert "Group: Engineering" in words(case.submit("mod")["view"])
    case.submit("mod")
    case.card(MOD, f"#{ticket}>")


def test_another_cases_ticket_is_refused_and_stays_with_it(scene: Scene) -> None:
    first, second, ticket = without_ticket(scene), without_ticket(scene), made(scene)
    give(first, ticket)
    first.submit("mod")
    first.card(MOD, f"#{ticket}>")
    assert f"Ticket #{ticket} is {first.name}'s. I have changed nothing." in give(second, ticket)
    second.card(MOD, "The ticket was not created.")
    assert first.name in str(scene.command("mod", str(ticket))["answer"])


def test_a_closed_and_a_missing_ticket_are_refused_and_the_work_stays(scene: Scene) -> None:
    case, ticket = without_ticket(scene), made(scene)
    scene.control("POST", f"/zendesk/tickets/{ticket}/move", json={"by": "Priya Naidoo", "status": "closed"})
    assert f"Ticket #{ticket} is closed in Zendesk" in give(case, ticket)
    assert "I could not read ticket #999999" in give(case, 999999)
    assert "hand" in json.dumps(case.card(MOD, "The ticket was not created."))


def test_while_zendesk_is_down_nothing_is_taken_and_it_is_said(scene: Scene) -> None:
    case, ticket = without_ticket(scene), made(scene)
    give(case, ticket)
    scene.fault("zendesk", "down")
    told = answer(case.submit("mod"))
    scene.mend()
    assert f"I could not read ticket #{ticket}, so I have changed nothing" in told
    assert "Is ticket" in give(case, ticket)
