"""The demonstration's director: stories begun, played on and started over from the page, by a bot that is really restarted."""

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from config.load import load
from ops.director import Director, tidy
from ops.stage import PEOPLE, Stage, wait_for
from tests.browser.clicking import WAIT_MS, Desk
from tests.browser.conftest import WIDE, opened, picture
from tests.journey.scene import DATA, MOD, Json

DOWN, PLAIN, IMPOSTOR = "26 acts", "22 acts", "5 acts"


@pytest.fixture(scope="module")
def directed(built: Stage) -> Iterator[Stage]:
    """A stage whose director listens in a thread, as `ato demo` does once its opening case is played."""
    ended = threading.Event()
    director = Director(built, load(names=["mr_d"])["mr_d"])
    listening = threading.Thread(target=director.serve, args=(ended.is_set,))
    listening.start()
    yield built
    ended.set()
    listening.join(30)
    assert not listening.is_alive()


@pytest.fixture
def desk(browser: Browser, directed: Stage) -> Iterator[Desk]:
    try:
        yield from opened(browser, directed, WIDE)
    finally:
        _forget(directed)


def _forget(stage: Stage) -> None:
    """Have a story that a test did not come to the end of started over: the next test begins with none."""
    if _told(stage)["story"]:
        stage.control.post("/stage/wish", json={"wish": "over"}).raise_for_status()
        wait_for(lambda: not _told(stage)["story"] and not _told(stage)["busy"], 60, "not over")


def _told(stage: Stage) -> Json:
    return dict(stage.control.get("/stage").json()["told"])


def _begin(desk: Desk, story: str, acts: str) -> None:
    desk.page.get_by_role("button", name=story).click()
    expect(desk.page.locator(".card .status")).to_contain_text(f"0 of {acts}", timeout=3 * WAIT_MS)


def _play(desk: Desk, acts: str, since: int, until: int) -> None:
    """Press the button that plays one act, until so many were played."""
    for done in range(since + 1, until + 1):
        desk.page.get_by_role("button", name="Play it").click()
        expect(desk.page.locator(".card .status")).to_contain_text(f"{done} of {acts}", timeout=WAIT_MS)


def _over(desk: Desk) -> None:
    """Start over: the story is forgotten, and so is everything that came of it."""
    desk.close()
    desk.page.get_by_role("button", name="Start over").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(desk.page.locator(".card .status")).to_have_count(0, timeout=3 * WAIT_MS)


def test_the_fraudster_calls_as_the_customer_and_does_not_pass(desk: Desk) -> None:
    page = desk.open("agent").page
    _begin(desk, "A fraudster calling as the customer", IMPOSTOR)
    stories = page.get_by_role("region", name="Stories")
    expect(stories).to_contain_text("takes over Naledi Mahlangu's account")
    _play(desk, IMPOSTOR, 0, 1)
    desk.tab("backoffice")
    page.locator(".profiles .ticket", has_text="Naledi Mahlangu").click()
    expect(page.locator(".p-profile .facts")).to_contain_text("n.mahlangu.new@mail.example")
    _play(desk, IMPOSTOR, 1, int(IMPOSTOR.split(maxsplit=1)[0]))
    desk.close()
    desk.go(f"D{PEOPLE['agent'][1:]}")
    expect(page.locator("article").last).to_contain_text(re.compile("closed"), timeout=WAIT_MS)
    expect(page.locator(".tickets .ticket")).to_have_count(0)
    _over(desk)


def test_a_plain_takeover_is_played_to_its_end(desk: Desk, directed: Stage) -> None:
    page = desk.open("data").page
    _begin(desk, "A plain takeover", PLAIN)
    _play(desk, PLAIN, 0, int(PLAIN.split(maxsplit=1)[0]))
    expect(desk.modal).to_have_count(1)
    tidy(directed)
    expect(desk.modal).to_have_count(0, timeout=WAIT_MS)
    desk.go(DATA)
    expect(page.locator("article").last).to_contain_text(re.compile("closed"), timeout=WAIT_MS)
    expect(page.locator(".tickets .ticket")).to_have_count(2, timeout=WAIT_MS)
    _over(desk)


def test_a_story_is_played_an_act_at_a_time_and_forgotten_again(desk: Desk, directed: Stage) -> None:
    page = desk.open("agent").page
    _begin(desk, "Zendesk down for an hour", DOWN)
    _play(desk, DOWN, 0, 5)
    expect(page.locator(".p-top .bad")).to_contain_text("Zendesk is down")
    expect(page.locator(".queue .retried").first).to_be_visible(timeout=WAIT_MS)
    desk.close()
    desk.be("mod")
    desk.go(MOD)
    expect(page.locator("article").last).to_contain_text("Ticket pending", timeout=WAIT_MS)
    picture(page, "story")
    desk.be("agent")
    _play(desk, DOWN, 5, 8)
    expect(page.locator(".tickets .ticket")).to_have_count(1, timeout=2 * WAIT_MS)
    _over(desk)
    expect(page.locator(".tickets .ticket")).to_have_count(0, timeout=3 * WAIT_MS)
    expect(page.locator(".p-top .moved")).to_have_count(0)
    desk.type("/ato help")
    expect(page.locator("article.private").last).to_contain_text("/ato board", timeout=WAIT_MS)
