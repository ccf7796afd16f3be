"""A person at the page: chooses whom to be, clicks what is there, fills in by hand, and reads."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError, expect

from desk.playbook.model import Deed, Playbook
from ops.player import Player
from ops.stage import PEOPLE, Stage

Json = dict[str, Any]
WAIT_MS = 20_000
GOES_MS = 5_000
"""Within this time a modal that is drawn away is gone; after it the wait for a change says what is left."""
STANDS = """() => {
  const modal = document.querySelector('dialog[data-modal]');
  return modal && modal.dataset.view + modal.dataset.hash + modal.dataset.sent;
}"""
CHANGED = """old => {
  const modal = document.querySelector('dialog[data-modal]');
  return !modal || modal.dataset.view + modal.dataset.hash + modal.dataset.sent !== old;
}"""
TOLD = """since => [...document.querySelectorAll('.call')].some(
  call => Number(call.dataset.n) > since && call.textContent.includes('block_actions'))"""


@dataclass
class Desk:
    """The page of one browser on one stage."""

    stage: Stage
    page: Page

    def open(self, who: str = "agent", at: str = "") -> "Desk":
        """Open the page as somebody."""
        self.page.goto(f"{self.stage.open_page()}/?who={PEOPLE[who]}{f'&at={at}' if at else ''}")
        self.settled(who)
        return self

    def close(self) -> None:
        """Close whatever modals are open, one after the other; the one of the person before goes by itself."""
        while (old := self.page.evaluate(STANDS)) is not None:
            with suppress(TimeoutError):
                self.modal.locator("footer [data-act=close]").click(timeout=GOES_MS)
            self.page.wait_for_function(CHANGED, arg=old, timeout=WAIT_MS)

    def be(self, who: str) -> None:
        """Choose whom to be, if it is somebody else."""
        picker = self.page.locator('[data-pick="who"]')
        if picker.input_value() != PEOPLE[who]:
            picker.select_option(PEOPLE[who])
            expect(picker).to_have_value(PEOPLE[who])
            self.settled(who)

    def settled(self, who: str) -> None:
        """Wait until the places of this person are shown: their own direct messages have their number."""
        own = f'.place[data-channel="D{PEOPLE[who][1:]}"]'
        expect(self.page.locator(own)).to_have_count(1, timeout=WAIT_MS)

    def go(self, channel: str) -> None:
        """Open a channel, one's direct messages (`dm`) or the home tab (`home`)."""
        named = f'[data-act="place"][data-channel="{channel}"]'
        place = self.page.locator(named)
        if place.get_attribute("aria-current") != "page":
            if not place.is_visible():
                self.page.locator('[data-act="list"]').click()
            place.click()
            expect(place).to_have_attribute("aria-current", "page", timeout=WAIT_MS)

    def type(self, text: str) -> None:
        """Type into the line below the messages and press Enter."""
        line = self.page.get_by_role("combobox", name="Message, or / for a command")
        line.fill(text)
        line.press("Enter")

    @property
    def modal(self) -> Locator:
        """The modal on top."""
        return self.page.locator("dialog[data-modal]")

    def input(self, action: str) -> Locator:
        """The input with this name in the modal."""
        return self.modal.locator(f'[data-in][data-action="{action}"]')

    def fill(self, action: str, value: Any) -> None:
        """Fill in one input the way its kind is filled in."""
        field = self.input(action)
        kind = field.get_attribute("data-in") or ""
        if kind in ("radio_buttons", "checkboxes") or kind.startswith("multi_"):
            for one in value if isinstance(value, list) else [value]:
                field.locator(f'input[value="{one}"]').check()
        elif kind.endswith("_select"):
            field.select_option(str(value))
        else:
            field.fill(str(value))

    def asked(self) -> list[str]:
        """The names of the inputs that the modal has."""
        found = self.modal.locator("[data-in]").evaluate_all("all => all.map(n => n.dataset.action)")
        return [str(name) for name in found]

    def submit(self) -> None:
        """Press the modal's button, and wait for what comes of it."""
        old = self._state()
        self.modal.locator("button[type=submit]").click()
        self.page.wait_for_function(CHANGED, arg=old, timeout=WAIT_MS)

    def choose(self, outcome: str) -> None:
        """Choose the outcome; the form is then drawn for it."""
        choice = self.input("pick:outcome")
        if choice.locator(f'input[value="{outcome}"]').is_checked():
            return
        old = self._state()
        choice.locator(f'input[value="{outcome}"]').check()
        self.page.wait_for_function(CHANGED, arg=old, timeout=WAIT_MS)

    def _state(self) -> str:
        return str(self.modal.evaluate("modal => modal.dataset.view + modal.dataset.hash + modal.dataset.sent"))

    def weather(self, system: str, kind: str) -> None:
        """Set a weather, or clear it when it is on."""
        button = self.page.locator(f'[data-act="weather"][data-system="{system}"][data-kind="{kind}"]')
        was = button.get_attribute("aria-pressed") == "true"
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false" if was else "true", timeout=WAIT_MS)

    def tab(self, name: str) -> None:
        """Choose a part of the page."""
        self.page.locator(f'nav [data-tab="{name}"]').click()


@dataclass
class Clicker:
    """Plays a playbook's deeds through the page. What a button is called is looked up; the button is then clicked."""

    desk: Desk
    playbook: Playbook
    looking: Player = field(init=False)

    def __post_init__(self) -> None:
        """Look through the eyes of the rehearsal's player, who finds cards and never acts here."""
        self.looking = Player(self.desk.stage, self.playbook)

    def play(self, deed: Deed) -> None:
        """Do one deed by clicking alone, and hold what is refused to what the deed says."""
        self.desk.be(deed.who)
        if not deed.part and deed.step == self.playbook.opens_with:
            self._begin()
        elif not self._goes_on(deed):
            self._press(deed)
        if self.desk.modal.count():
            self._fill(deed)
        assert self.desk.modal.locator(".error").count() == int(deed.refused)

    def _begin(self) -> None:
        self.desk.go("CGENERAL")
        self.desk.type("/ato")
        expect(self.desk.modal).to_be_visible(timeout=WAIT_MS)
        self.looking.case = self._about()["case"]

    def _about(self) -> Json:
        """Which step the modal on top is about; the person reads its title instead."""
        who = self.desk.page.locator('[data-pick="who"]').input_value()
        stack = self.desk.stage.control.get("/slack/views", params={"user": who}).json()["modals"]
        return dict(_read(stack[-1]["private_metadata"])) if stack else {}

    def _goes_on(self, deed: Deed) -> bool:
        """Whether the modal that runs on from the step before is this step's; any other one is closed."""
        modal = self.desk.modal
        if not modal.count():
            return False
        if not deed.part and self._about().get("step") == deed.step:
            return True
        self.desk.close()
        return False

    def _press(self, deed: Deed) -> None:
        message, action = self.looking._button(PEOPLE[deed.who], deed)
        since = self.looking.stage.log()[-1]["n"]
        self.desk.go(message["channel"])
        card = self.desk.page.locator(f'article[data-ts="{message["ts"]}"]').first
        card.locator(f'button[data-action="{action}"]').first.click()
        if action.startswith(("form:", "partform:", "try:")):
            expect(self.desk.modal).to_be_visible(timeout=WAIT_MS)
            return
        self.desk.page.wait_for_function(TOLD, arg=since, timeout=WAIT_MS)

    def _fill(self, deed: Deed) -> None:
        asked = self.desk.asked()
        if deed.outcome and "pick:outcome" in asked:
            self.desk.choose(deed.outcome)
            asked = self.desk.asked()
        for name, value in deed.fill.items():
            if name in asked:
                self.desk.fill(name, value)
        for name, why in deed.none.items():
            self.desk.fill(f"{name}__none", why)
        self.desk.submit()


def _read(metadata: str) -> Json:
    return dict(json.loads(metadata or "{}"))
