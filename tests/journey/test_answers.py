"""Answers in words, from signed form to database: the desk asks Admin and compares, the agent hears one word."""

import json
import sqlite3
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from ops.cli import app
from tests.journey.scene import FOUND, MOD, WERNER, CaseInPlay, Json, Scene, eventually, inputs, words
from tests.lending import Lent

VALUES = {
    "ATO_PLAYBOOKS__VALUES__MR_D__BACK_OFFICE": "http",
    "ATO_PLAYBOOKS__VALUES__MR_D__ANSWERS": "http",
    "ATO_BACKOFFICE__ADMIN_URL_TEMPLATE": "https://admin.example/profiles/{query}",
}
RIGHT = {"restaurant_matches": "SIMPLY ASIA, Durbanville", "total_matches": "R 215,00"}


@pytest.fixture(scope="module")
def scene(lent: Lent) -> Scene:
    return Scene(lent.fresh(VALUES))


@pytest.fixture
def mended(scene: Scene) -> Iterator[Scene]:
    yield scene
    scene.mend()


def verified(case: CaseInPlay, given: dict[str, str]) -> dict[str, object]:
    """Send the answers, again while Admin is being asked."""

    def send() -> dict[str, object] | None:
        told = case.submit("agent", given)
        answer = told["answer"] if isinstance(told.get("answer"), dict) else {}
        return None if "still looking" in str(answer) else told

    told = eventually(send, "Admin has answered")
    assert told is not None
    return told


def with_order(scene: Scene, number: str = "88010") -> CaseInPlay:
    case = scene.open_case(**WERNER)
    case.submit("agent", {"dfd_number": number}, outcome="not_found")
    return case


def test_three_submits_with_answers_in_words_lead_to_the_mod(scene: Scene) -> None:
    case = with_order(scene)
    page = case.modals["agent"]
    assert inputs(page) == {"dfd_number", "restaurant_matches", "total_matches"}
    kinds = {e["element"]["action_id"]: e["element"]["type"] for e in page["blocks"] if e["type"] == "input"}
    assert set(kinds.values()) == {"plain_text_input"}
    assert "I keep only whether it is right" in words(page)
    for right in ("Simply Asia", "215", "werner.vanwyk"):
        assert right not in words(page)
    verified(case, RIGHT)
    card = case.card(MOD, "Verified by order (restaurant and total)")
    assert "Customer ID: 2048899" in words(card)
    case.click("mod", "do:suspend:suspended")
    assert case.ticket()["requester"]["email"] == "werner.vanwyk@example.com"


def test_a_wrong_answer_ends_the_case_and_nobody_hears_which_it_was(scene: Scene) -> None:
    case = with_order(scene)
    told = verified(case, {**RIGHT, "total_matches": "216"})
    said = words(told["view"]) + str(told.get("answer"))  # type: ignore[arg-type]
    assert "we won't be able to assist further" in said
    for hint in ("Restaurant", "restaurant", "total", "216", "Simply"):
        assert hint not in said, hint
    assert not scene.tickets(case.name)


def test_what_was_answered_stands_in_no_table_and_no_log(scene: Scene) -> None:
    case = with_order(scene)
    verified(case, {"restaurant_matches": "Zebra Lounge Plettenberg", "total_matches": "4711.17"})
    database = scene.stage.folder / "ato.sqlite3"
    with sqlite3.connect(database) as connection:
        dump = "\n".join(connection.iterdump()).casefold()
    logs = "".join(path.read_text(errors="replace") for path in scene.stage.folder.glob("*.log"))
    for said in ("zebra", "plettenberg", "4711.17", "simply asia", "durbanville"):
        assert said not in dump, said
        assert said not in logs.casefold(), said


def test_an_erased_case_leaves_nothing_that_an_answer_could_be_tried_against(scene: Scene) -> None:
    case = with_order(scene)
    verified(case, {**RIGHT, "total_matches": "216"})

    def rows(table: str) -> int:
        with sqlite3.connect(scene.stage.folder / "ato.sqlite3") as there:
            asked = f"SELECT count(*) FROM {table} WHERE case_id = ?"  # noqa: S608 - the test's own
            return int(there.execute(asked, (case.id,)).fetchone()[0])

    def ato(*typed: str) -> str:
        done = CliRunner().invoke(app, list(typed), env=scene.stage.environment())
        assert done.exit_code == 0, done.output
        return done.output

    assert rows("vault") > 10 and rows("digests") > 0
    ato("erase", case.name, "--yes")
    assert (rows("vault"), rows("digests")) == (0, 0)
    assert "0 cases not whole" in ato("audit", "verify")


def _judged_by_hand(case: CaseInPlay) -> Json | None:
    """Open the form anew; give it once it asks for a verdict, which it does when Admin is known not to answer."""
    case.click("agent", "form:verify_order:")
    page = case.modals["agent"]
    return page if "pick:outcome" in json.dumps(page) else None


def test_while_admin_is_silent_the_agent_judges_by_hand(mended: Scene) -> None:
    case = mended.open_case(**WERNER)
    mended.fault("backoffice", "down", times=50)
    case.submit("agent", {"dfd_number": "88010"}, outcome="not_found")
    case.close("agent")
    page = eventually(lambda: _judged_by_hand(case), "the form lets the agent judge")
    case.pick("agent", "verified")
    kinds = {
        e["element"]["action_id"]: e["element"]["type"] for e in case.modals["agent"]["blocks"] if e["type"] == "input"
    }
    assert kinds["restaurant_matches"] == "radio_buttons"
    given = {
        "restaurant_matches": "pass",
        "total_matches": "pass",
        "customer_id": FOUND["customer_id"],
        "profile_link": FOUND["profile_link"],
    }
    case.submit("agent", given, outcome="verified")
    case.card(MOD, "Verified by order")
    assert page
