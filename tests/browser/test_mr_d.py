"""The whole Mr D case by clicking alone, with the pictures of it that the documentation shows."""

from playwright.sync_api import expect

from config.load import load
from tests.browser.clicking import WAIT_MS, Clicker, Desk
from tests.browser.conftest import picture


def test_the_whole_case_is_worked_by_clicking(desk: Desk) -> None:
    book = load(names=["mr_d"])["mr_d"]
    deeds = book.rehearsals["unchanged"].deeds
    player, page = Clicker(desk.open("agent", at="CGENERAL"), book), desk.page
    for number, deed in enumerate(deeds):
        if deed.step == "suspend":
            desk.be("mod")
            desk.go("CMOD0001")
            expect(page.locator("article").last.get_by_text("Suspended now")).to_be_visible()
            picture(page, "mod-card", "slack")
        if number == 0:
            _intake(player)
            continue
        player.play(deed)
        if deed.part == "flag_security.acknowledged":
            picture(page, "escalation", "slack")
    _closed(desk)


def _intake(player: Clicker) -> None:
    """The first form is sent empty once: Slack's client says at each input what is missing."""
    desk, deed = player.desk, player.playbook.rehearsals["unchanged"].deeds[0]
    player._begin()
    desk.submit()
    assert desk.modal.locator(".error").count() > 3
    expect(desk.modal.locator(".error").first).to_have_text("Please complete this required field.")
    for name, value in deed.fill.items():
        desk.fill(name, value)
    desk.modal.locator("[data-scroll]").evaluate("body => body.scrollTo(0, 0)")
    picture(desk.page, "intake", "slack")
    desk.submit()
    assert desk.modal.locator(".error").count() == 0


def _closed(desk: Desk) -> None:
    """The case is closed, and two tickets stand in Zendesk with what the procedure wants of them."""
    page = desk.page
    desk.go("CDATA001")
    expect(page.locator("article").first).to_contain_text("closed", timeout=WAIT_MS)
    desk.go("home")
    picture(page, "home", "slack")
    tickets = page.locator(".tickets .ticket")
    expect(tickets).to_have_count(2)
    tickets.last.click()
    facts = page.locator(".p-ticket .facts")
    expect(facts).to_contain_text("Customer Query")
    expect(facts).to_contain_text("Suspected Account Takeover")
    expect(facts).to_contain_text("CS Data Compliance")
    expect(page.locator(".comments li").first).to_contain_text("Internal note")
    picture(page, "ticket", "zendesk")
