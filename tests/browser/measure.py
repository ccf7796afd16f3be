"""`python -m tests.browser.measure`: how fast the page opens and answers, and how it bears 500 cases and 5,000 messages.

It prints what it saw and asserts nothing: a shared machine proves nothing about milliseconds.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx
from playwright.sync_api import sync_playwright

from ops.stage import Stage, stage
from tests.browser.clicking import Desk
from tests.browser.conftest import FLAGS, WIDE, chromium
from tests.journey.scene import MOD, Scene

MESSAGES, CASES = 5000, 500
SAID = "() => document.querySelector('.talk .messages')?.innerText.includes('{}')"


def main() -> int:
    began = time.perf_counter()
    with stage(page=0) as built, sync_playwright() as playwright:
        built.open_page()
        tell("page and bot listen, seconds from nothing", time.perf_counter() - began)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport=WIDE)  # type: ignore[arg-type]
        desk = Desk(built, page)
        tell("page usable in the browser, s", timed(lambda: desk.open("agent", at="CGENERAL")))
        acts(desk, "an empty channel")
        fill(built)
        page.reload()
        desk.settled("agent")
        desk.close()
        acts(desk, f"{MESSAGES} messages, {CASES} cases")
        scroll(desk)
        desk.be("mod")
        for place in (MOD, "home"):
            tell(
                f"{place} opens with {CASES} cases, ms",
                timed(lambda place=place: desk.go(place)) * 1000,
            )  # type: ignore[misc]  # bound now
        desk.be("mod")
        desk.go(MOD)
        desk.page.get_by_role("button", name="Beginning").click()
        tell(
            "to the first of the MOD's cards, ms",
            timed(lambda: desk.page.get_by_text("This is the beginning.").wait_for()) * 1000,
        )
        browser.close()
    return 0


def acts(desk: Desk, where: str) -> None:
    """What one types is shown; the bot's private answer is; a channel opens."""
    said, answered, opened = [], [], []
    for number in range(7):
        words = f"said {where} {number}"
        said.append(timed(lambda words=words: shown(desk, words, words)))  # type: ignore[misc]  # bound now
        answered.append(timed(lambda: shown(desk, "/ato help", "/ato board")))
        opened.append(timed(lambda: desk.go("CCUSTCAR")))
        desk.go("CGENERAL")
    for name, seconds in (
        ("said → shown", said),
        ("/ato help → answer", answered),
        ("channel opens", opened),
    ):
        tell(f"{where}: {name}, ms: median {median(seconds) * 1000:.0f}, worst", max(seconds) * 1000)


def shown(desk: Desk, typed: str, expected: str) -> None:
    desk.type(typed)
    desk.page.wait_for_function(SAID.format(expected))


def fill(built: Stage) -> None:
    """A long channel and a full help desk, through the control room."""
    url = built.urls["control"]

    def say(number: int) -> None:
        body = {
            "user": "UAGENT02",
            "channel": "CGENERAL",
            "text": f"message {number} " + "words " * 12,
        }
        httpx.post(f"{url}/slack/say", json=body).raise_for_status()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(say, range(MESSAGES)))
    scene = Scene(built)
    for _ in range(CASES):  # each with its card before the MOD, then suspended, with its ticket
        scene.case_with_mod().click("mod", "do:suspend:suspended")


def scroll(desk: Desk) -> None:
    """Back to the first message by scrolling alone."""
    flow = desk.page.locator(".talk .flow")
    flow.hover()
    began, steps = time.perf_counter(), 0
    while not desk.page.get_by_text("This is the beginning.").count() and steps < 2000:
        desk.page.mouse.wheel(0, -4000)
        desk.page.wait_for_timeout(30)
        steps += 1
    tell("scrolled to the first message, s", time.perf_counter() - began)
    tell("messages in the page at once", desk.page.locator(".talk article").count())


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def tell(what: str, number: float) -> None:
    sys.stdout.write(f"{what}: {number:.2f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
