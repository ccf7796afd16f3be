"""kill -9 of the bot at four points of the way of each kind of outside work: after a restart everything is there once.

One bot runs through all the kills, restarted on the same database and the same port. Each test plays a case of its
own to its end and counts what stands outside, so work done twice by a restart is seen whichever kind was killed.
"""

import json
import sys
from pathlib import Path

import pytest

from integrations.slack.posting.posts import LANDS
from ops.stage import wait_for
from tests.journey.scene import (
    DATA,
    LEAD,
    MOD,
    SECURITY,
    CaseInPlay,
    Json,
    Scene,
    about,
    eventually,
    words,
)
from tests.lending import Lent

BOT = [sys.executable, "-m", "tests.journey.killable"]
PLAYBOOKS = Path(__file__).parent / "playbooks"
KINDS = {
    "create_ticket": "",
    "update_ticket": "",
    "look_at_ticket": "",
    "show_card": "card:role:platform_security",
    "tell_people": "chase:role:mod",
}
"""Each kind, and a piece of the key of the one meant: the escalation's first post, the MOD's reminder."""
POINTS = ("after_commit", "before_sending", "unanswered", "before_settling")


@pytest.fixture(scope="module")
def scene(lent: Lent, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    orders = tmp_path_factory.mktemp("kill") / "orders.json"
    extra = {
        "ATO_PLAYBOOKS__FOLDER": str(PLAYBOOKS),
        "ATO_PLAYBOOKS__NAMES": "short",
        "KILL_ORDERS": str(orders),
    }
    return Scene(lent.fresh(extra, BOT))


def order(scene: Scene, kind: str, point: str) -> Path:
    """Lay the charge; the file that comes back is there once it went off."""
    orders = Path(scene.stage.extra["KILL_ORDERS"])
    done = orders.with_suffix(".done")
    done.unlink(missing_ok=True)
    written = orders.with_suffix(".new")
    written.write_text(json.dumps({"kind": kind, "point": point, "about": KINDS[kind]}))
    written.rename(orders)
    return done


def restart(scene: Scene, done: Path) -> None:
    """Wait for the bot to be dead of the charge, and start it again where it was."""
    bot = scene.stage.bot
    assert bot is not None
    wait_for(lambda: bot.popen.poll() is not None, 10, "the bot did not die")
    assert done.exists()
    assert bot.popen.returncode == -9
    bot.ended()
    scene.stage.start_bot(BOT)
    scene.control("POST", "/clock", json={"advance": LANDS.total_seconds()})


def act_of(case: CaseInPlay, act: str) -> None:
    """Do one act of the case; the bot may die before it answers."""
    acts = {
        "wait": lambda: case.scene.control("POST", "/clock", json={"advance": 6 * 60}),
        "suspend": lambda: case.click("mod", "do:suspend:suspended"),
        "move": lambda: touch_the_ticket(case),
        "note": lambda: case.click("data", "do:note:noted"),
    }
    acts[act]()


def touch_the_ticket(case: CaseInPlay) -> Json:
    """Somebody moves the ticket, so that a webhook comes and it is read again."""
    moved = {"by": "Priya Naidoo", "status": "pending"}
    return case.scene.control("POST", f"/zendesk/tickets/{case.ticket()['id']}/move", json=moved)


def open_short(scene: Scene) -> CaseInPlay:
    told = scene.command("agent")
    case = CaseInPlay(scene, about(told["view"])["case"], modals={"agent": told["view"]})
    case.submit("agent", {"customer_id": "2048811"})
    case.name = words(case.modals["agent"]).split()[1]
    case.card(MOD)
    case.card_of("agent")
    return case


def reminders(case: CaseInPlay, channel: str) -> list[Json]:
    return [one for one in case.thread(channel) if "was due" in words(one)]


ACTS = {
    "wait": ("tell_people",),
    "suspend": ("create_ticket", "show_card"),
    "move": ("look_at_ticket",),
    "note": ("update_ticket",),
}
"""What is done in a case, in this order, and the kinds of work it leads to."""


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", KINDS)
def test_after_a_kill_everything_is_there_once(scene: Scene, kind: str, point: str) -> None:
    case = open_short(scene)
    for act, kinds in ACTS.items():
        done = order(scene, kind, point) if kind in kinds else None
        act_of(case, act)
        if done:
            restart(scene, done)
        settle(case, act)
    assert_once(case)


def settle(case: CaseInPlay, act: str) -> None:
    """Wait until an act has come to its end, as people would before they go on."""
    if act == "wait":
        eventually(lambda: reminders(case, MOD), "the MOD is reminded")
    elif act == "suspend":
        case.card(SECURITY)
    elif act == "move":
        case.card(DATA, "· pending")
        case.click("security", "part:flag:acknowledged")
    elif act == "note":
        case.card_of("agent", "Closed", "Food Management Group")


def assert_once(case: CaseInPlay) -> None:
    """One ticket, one note, one card in each inbox, one escalation, one reminder, and a closed case."""
    bodies = [comment["body"] for comment in case.ticket()["comments"]]
    assert [body.splitlines()[0] for body in bodies] == [
        "Suspended by lerato.mokoena.",
        f"The note of {case.name}.",
    ]
    for channel in (MOD, DATA, SECURITY):
        assert len(case.cards(channel)) == 1, channel
    case.card_of("agent", "Closed")
    assert len(reminders(case, MOD)) == 1
    assert case.cards(LEAD) == []
