"""What the page is for beside clicking a case through: broken weather, another time, a narrow screen, hostile words."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from ops.stage import PEOPLE, Stage
from tests.browser.clicking import WAIT_MS, Desk
from tests.browser.conftest import opened, picture
from tests.journey.scene import DATA, MOD, SECURITY, CaseInPlay, Scene

NARROW = {"width": 390, "height": 844}
EVIL = "<img src=x onerror=window.pwned=1>"
TITLES = "Field,Before,After,Changed at,Source\n"
WRONG = "Email,naledi.mahlangu@example.com,=1+1,2026-11-20 18:02,203.0.113.9\n"
RIGHT = WRONG.replace("=1+1", "n.m.new@mail.example")
MARKS = "*bold* <!channel> \u202etxet\u202c"


@pytest.fixture(scope="module")
def scene(built: Stage) -> Scene:
    return Scene(built)


@pytest.fixture
def case(scene: Scene) -> Iterator[CaseInPlay]:
    """A case that waits for the MOD; whatever is broken outside is mended afterwards."""
    yield scene.case_with_mod()
    scene.mend()


def _card(desk: Desk, case: CaseInPlay, who: str, channel: str) -> str:
    """Open a channel as somebody and give the selector of this case's card there."""
    card = case.card(channel)
    desk.be(who)
    desk.go(channel)
    return f'article[data-ts="{card["ts"]}"]'


def test_a_lost_answer_from_zendesk_leaves_a_single_ticket(desk: Desk, case: CaseInPlay) -> None:
    page = desk.open("mod").page
    card = page.locator(_card(desk, case, "mod", MOD))
    desk.weather("zendesk", "lost")
    card.get_by_role("button", name="Suspended now").click()
    lost = page.locator(".call", has_text="POST /api/v2/tickets.json").filter(has_text="reset_after")
    expect(lost.first).to_be_visible(timeout=WAIT_MS)
    lost.first.click()
    expect(page.locator(".entry")).to_contain_text("Suspected account takeover")
    picture(page, "faults")
    page.get_by_role("button", name="Clear sky").click()
    case.card(DATA)
    mine = page.locator(".tickets .ticket", has_text=f"{case.name}: suspected")
    expect(mine).to_have_count(1, timeout=WAIT_MS)
    assert len(case.scene.tickets(case.name)) == 1


def test_the_clock_is_moved_and_the_reminder_appears(desk: Desk, case: CaseInPlay) -> None:
    page = desk.open("mod").page
    card = page.locator(_card(desk, case, "mod", MOD))
    before = page.locator(".p-top .now strong").inner_text()
    page.get_by_role("button", name="+15 min").click()
    expect(page.locator(".p-top .moved")).to_have_text("+15 min", timeout=WAIT_MS)
    assert page.locator(".p-top .now strong").inner_text() != before
    replies = card.locator("button.thread:not(.quiet)")
    expect(replies).to_contain_text(re.compile(r"repl"), timeout=WAIT_MS)
    replies.click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.locator("article").last).to_contain_text(case.name, timeout=WAIT_MS)
    expect(thread.locator("article").last).to_contain_text("@")


def test_monday_morning_brings_what_fell_due_meanwhile(desk: Desk, case: CaseInPlay) -> None:
    page = desk.open("mod").page
    card = page.locator(_card(desk, case, "mod", MOD))
    page.get_by_role("button", name="To Monday 08:00").click()
    expect(page.locator(".p-top .now")).to_contain_text("Mon", timeout=WAIT_MS)
    expect(page.locator(".p-top .now")).to_contain_text("08:0", timeout=WAIT_MS)
    expect(card).to_contain_text("was due", timeout=WAIT_MS)


def test_the_findings_are_uploaded_as_a_sheet(desk: Desk, case: CaseInPlay) -> None:
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    case.escalate()
    case.card(SECURITY, "Investigate")
    page = desk.open("security").page
    card = page.locator(_card(desk, case, "security", SECURITY))
    for sheet, answer in (
        (f"{TITLES}{WRONG}", "Row 2, After: this is a formula."),
        (f"{TITLES}{RIGHT}", ""),
    ):
        card.locator('button[data-action="form:investigate:"]').first.click()
        expect(desk.modal).to_be_visible(timeout=WAIT_MS)
        desk.choose("access_and_changes")
        desk.fill("credential_stuffing", "not_known")
        field = desk.input("findings_sheet")
        field.locator("input").set_input_files(
            {"name": "findings.csv", "mimeType": "text/csv", "buffer": sheet.encode()}
        )
        expect(field.locator(".kept li")).to_have_text("findings.csv", timeout=WAIT_MS)
        desk.submit()
        desk.close()
        if answer:
            desk.go(f"D{PEOPLE['security'][1:]}")
            expect(page.locator("article").last).to_contain_text(answer, timeout=WAIT_MS)
            desk.go(SECURITY)
    page.locator(".tickets .ticket", has_text=f"{case.name}: suspected").click()
    expect(page.locator(".comments a.file")).to_contain_text(f"{case.name}-changes.csv", timeout=WAIT_MS)


def test_an_agent_moves_a_ticket_by_hand_and_the_bot_hears_of_it(desk: Desk, case: CaseInPlay) -> None:
    case.click("mod", "do:suspend:suspended")
    case.card(DATA)
    page = desk.open("data", at=DATA).page
    page.locator(".tickets .ticket", has_text=f"{case.name}: suspected").click()
    page.get_by_label("Comment").fill("Called back, no answer.")
    page.get_by_role("button", name="Send").last.click()
    expect(page.locator(".comments")).to_contain_text("Called back, no answer.", timeout=WAIT_MS)
    page.locator(".moves").get_by_label("Group").select_option("Platform Security")
    page.get_by_role("button", name="Update as Priya Naidoo").click()
    expect(page.locator(".p-ticket .facts")).to_contain_text("Platform Security", timeout=WAIT_MS)
    expect(page.locator(".sys.zendesk-bot").first).to_be_visible(timeout=WAIT_MS)
    case.card(DATA, "Platform Security")


def test_the_fraudster_takes_over_a_profile(desk: Desk) -> None:
    page = desk.open("agent").page
    desk.tab("backoffice")
    page.locator(".profiles .ticket", has_text="Zanele Dube").click()
    page.get_by_label("Change the email to").fill("z.new@mail.example")
    page.get_by_label("Place orders").fill("3")
    page.get_by_label("Spend from the wallet").fill("100.00")
    page.get_by_role("button", name="Do it").click()
    facts = page.locator(".p-profile .facts")
    expect(facts).to_contain_text("z.new@mail.example", timeout=WAIT_MS)
    expect(facts).to_contain_text("20.50")
    expect(page.locator(".theirs")).to_have_count(4)


def test_commands_are_offered_and_the_keyboard_is_enough(desk: Desk) -> None:
    page = desk.open("agent", at="CGENERAL").page
    desk.close()
    line = page.get_by_role("combobox", name="Message, or / for a command")
    line.focus()
    page.keyboard.type("/ato h")
    expect(page.locator(".offers li")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(line).to_have_value("/ato help")
    page.keyboard.press("Enter")
    told = page.locator("article.private").last
    expect(told).to_contain_text("/ato board", timeout=WAIT_MS)
    expect(told).to_contain_text("Only visible to you")
    page.keyboard.type("/ato")
    page.keyboard.press("Enter")
    expect(desk.modal).to_be_visible(timeout=WAIT_MS)
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(desk.modal).to_have_count(0, timeout=WAIT_MS)


def test_what_is_new_is_marked_until_it_was_seen(desk: Desk, scene: Scene) -> None:
    page = desk.open("outsider").page
    general = page.locator('.place[data-channel="CGENERAL"]')
    scene.act("say", "agent", channel="CGENERAL", text="Anybody there?")
    expect(general).to_have_class(re.compile("unread"), timeout=WAIT_MS)
    general.click()
    expect(page.locator("article.fresh").last).to_contain_text("Anybody there?", timeout=WAIT_MS)
    expect(general).not_to_have_class(re.compile("unread"), timeout=WAIT_MS)


def test_a_long_channel_is_read_from_its_beginning_and_back(desk: Desk, scene: Scene) -> None:
    for number in range(150):
        scene.act("say", "outsider", channel="CCUSTCAR", text=f"number {number} of the day")
    page = desk.open("outsider", at="CCUSTCAR").page
    expect(page.locator("article").last).to_contain_text("number 149", timeout=WAIT_MS)
    page.get_by_role("button", name="Beginning").click()
    expect(page.get_by_text("This is the beginning.")).to_be_in_viewport(timeout=WAIT_MS)
    expect(page.get_by_text("number 0 of")).to_be_in_viewport()
    page.get_by_role("button", name="Newest").click()
    expect(page.get_by_text("number 149 of")).to_be_in_viewport(timeout=WAIT_MS)


def test_hostile_words_are_shown_as_words(desk: Desk, scene: Scene) -> None:
    case = scene.open_case(name=EVIL, surname=MARKS)
    case.close("agent")
    page = desk.open("agent").page
    scene.act("say", "agent", channel="CGENERAL", text=f"{EVIL} {MARKS}")
    desk.go("CGENERAL")
    said = page.locator("article").last
    expect(said).to_contain_text(EVIL, timeout=WAIT_MS)
    expect(said).to_contain_text("*bold* <!channel>")
    found = scene.command("agent", f"{case.name}")
    assert found["status"] == 200
    expect(page.locator("article").last).to_contain_text(case.name, timeout=WAIT_MS)
    ticket = {
        "by": "Priya Naidoo",
        "subject": EVIL,
        "comment": EVIL,
        "requester": {"email": "evil@example.com", "name": EVIL},
    }
    scene.control("POST", "/zendesk/tickets", json=ticket)
    page.locator(".tickets .ticket", has_text="onerror").click()
    expect(page.locator(".whole h2")).to_contain_text(EVIL, timeout=WAIT_MS)
    expect(page.locator(".comments li")).to_contain_text(EVIL)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.pwned") is None


def test_a_telephone_shows_everything_without_scrolling_sideways(
    browser: Browser, built: Stage, scene: Scene, case: CaseInPlay
) -> None:
    opening = opened(browser, built, NARROW)
    desk = next(opening)
    page = desk.open("mod").page
    card = page.locator(_card(desk, case, "mod", MOD))
    expect(card.get_by_role("button", name="Suspended now")).to_be_visible(timeout=WAIT_MS)
    _fits(desk)
    card.get_by_role("button", name="Suspended earlier").click()
    expect(desk.modal).to_be_visible(timeout=WAIT_MS)
    _fits(desk)
    picture(page, "narrow")
    page.keyboard.press("Escape")
    for name in ("zendesk", "backoffice", "outside"):
        desk.tab(name)
        expect(page.locator(f'[data-pane="{name}"]')).to_be_visible()
        _fits(desk)
    for width in (620, 800, 1000, 1200, 1360, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        _fits(desk)
    next(opening, None)


def _fits(desk: Desk) -> None:
    """Nothing is wider than the window, and nothing that can be pressed lies outside it."""
    wide = desk.page.evaluate("""() => [...document.querySelectorAll('.desk, .desk button, .desk input, .desk select')]
      .filter(n => n.checkVisibility() && !n.closest('.scroll'))
      .filter(n => { const r = n.getBoundingClientRect(); return r.width && (r.right > innerWidth + 1 || r.left < -1); })
      .map(n => n.outerHTML.slice(0, 120))""")
    assert wide == []
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
