"""A real Chromium, a stage with its page, and a guard: no request leaves this machine, no error stays unseen."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from ops.stage import Stage, stage
from tests.browser.clicking import Desk
from tests.lending import Lent

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--force-color-profile=srgb",
]
"""As root Chromium wants no sandbox of its own; the rest keeps it from asking anybody anything."""
WIDE = {"width": 1440, "height": 900}


def chromium() -> str | None:
    """Where Debian's Chromium is, or the one that ATO_CHROMIUM names."""
    return os.environ.get("ATO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for the tests in here. Without Chromium they are skipped; where CI runs, that is a failure.

    It ends with the last of them: while it runs it holds the thread's event loop, which other tests need.
    """
    found = chromium()
    if found is None:
        words = "There is no chromium here: apt-get install chromium, or name one in ATO_CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def one_stage(browser: Browser) -> Iterator[Stage]:
    """A sandbox with its page, as processes of their own on loopback; where there is a browser."""
    with stage(bot=False, page=0) as built:
        yield built


@pytest.fixture(scope="module")
def built(one_stage: Stage) -> Stage:
    """The page, and a bot with nothing in it."""
    return Lent(one_stage).fresh()


@pytest.fixture
def desk(browser: Browser, built: Stage) -> Iterator[Desk]:
    """The page, just opened, on a wide screen."""
    yield from opened(browser, built, WIDE)


def opened(browser: Browser, built: Stage, size: dict[str, int]) -> Iterator[Desk]:
    """A page of this size; afterwards nothing may have gone elsewhere and no script may have failed."""
    context = browser.new_context(viewport=size, timezone_id="Africa/Johannesburg", locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    asked, wrong = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if _bad(said) else None)
    yield Desk(built, page)
    context.close()
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert not wrong


def _bad(said: ConsoleMessage) -> bool:
    return said.type == "error"


def picture(page: Page, name: str, pane: str = "") -> None:
    """Keep a picture for the documentation, of a part of the page or all of it, where `make screenshots` asks for one."""
    folder = os.environ.get("ATO_SCREENSHOTS")
    if folder:
        page.evaluate("document.activeElement?.blur?.()")
        part = page.locator(f'[data-pane="{pane}"]' if pane else "body")
        part.screenshot(path=Path(folder) / f"{name}.png", scale="css", animations="disabled")
