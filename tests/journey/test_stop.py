"""Told to stop, the bot stops within ten seconds, whatever hangs; what it was doing is done once after the next start."""

import signal
import time

import httpx

from tests.journey.scene import DATA, Scene, eventually

CREATE = "POST /api/v2/tickets.json"
POST = "chat.postMessage"
WITHIN = 10.0
BY_HAND = {
    "by": "Priya Naidoo",
    "comment": "By hand",
    "public": False,
    "form": "Customer Query",
    "group": "CS Data Compliance",
    "status": "open",
    "query_type": "Mr D Food* - Blacklisting::Blacklisted::Suspected Account Takeover",
}
"""A ticket that makes a case: the desk reads it before it answers the webhook."""


def told_to_stop(scene: Scene) -> float:
    """Send SIGTERM and give the seconds until the process is gone."""
    bot = scene.stage.bot
    assert bot is not None
    began = time.monotonic()
    bot.popen.send_signal(signal.SIGTERM)
    bot.popen.wait(2 * WITHIN)
    took = time.monotonic() - began
    bot.ended()
    return took


def held(scene: Scene, kind: str) -> bool:
    return any(one["fault"] == kind for one in scene.stage.log())


def closed(scene: Scene) -> bool:
    """Say whether nobody listens any more."""
    try:
        httpx.get(f"{scene.stage.bot_url}/healthz", timeout=1)
    except httpx.HTTPError:
        return True
    return False


def test_work_that_hangs_is_given_back_and_done_once_after(mended: Scene) -> None:
    """A ticket and a post hang on their answers, and so does the door, which reads a ticket nobody knows."""
    case = mended.case_with_mod()
    mended.fault("zendesk", "timeout", match="GET /api/v2/tickets/*", times=1)
    mended.control("POST", "/zendesk/tickets", json=BY_HAND)
    eventually(lambda: held(mended, "timeout"), "the door reads a ticket")
    mended.fault("zendesk", "hold_after", match=CREATE, times=1)
    mended.fault("slack", "hold_after", match=POST, times=1)
    case.click("mod", "do:suspend:suspended")
    eventually(lambda: held(mended, "hold_after"), "work that is held")
    assert told_to_stop(mended) < WITHIN
    assert closed(mended)
    mended.mend()
    mended.stage.start_bot()
    case.card(DATA)
    assert case.ticket()["status"] == "open"


def test_what_is_nearly_done_is_finished_before_it_stops(mended: Scene) -> None:
    case = mended.case_with_mod()
    mended.fault("zendesk", "slow", match=CREATE, times=1, seconds=1.0)
    case.click("mod", "do:suspend:suspended")
    eventually(lambda: not mended.control("GET", "/faults")["faults"], "Zendesk is asked")
    assert told_to_stop(mended) < WITHIN
    created = mended.asked("zendesk", CREATE)[-1]
    assert created["status"] == 201
    mended.stage.start_bot()
    case.card(DATA)
    case.ticket()
    assert len([one for one in mended.asked("zendesk", CREATE) if one["key"] == created["key"]]) == 1
