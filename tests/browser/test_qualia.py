"""A Qualia Connect case in Italian, by clicking alone."""

from playwright.sync_api import expect

from config.load import load
from tests.browser.clicking import WAIT_MS, Clicker, Desk


def test_a_case_goes_to_the_higher_tier_in_italian(desk: Desk) -> None:
    book = load(names=["qualia_connect"])["qualia_connect"]
    player, page = Clicker(desk.open("qagent", at="CGENERAL"), book), desk.page
    for deed in book.rehearsals["higher_tier"].deeds:
        player.play(deed)
        if deed.step == "confirm":
            assert "Avanti" in desk.modal.inner_text() or "Salva" in desk.modal.inner_text()
    desk.be("qhigher")
    desk.close()
    desk.go("CQHIGH01")
    card = page.locator("article").last
    expect(card).to_contain_text("chiuso", timeout=WAIT_MS)
    page.locator(".tickets .ticket").first.click()
    expect(page.locator(".p-ticket .facts")).to_contain_text("Qualia Account Security")
    expect(page.locator(".comments")).to_contain_text("Accesso revocato.", timeout=WAIT_MS)
