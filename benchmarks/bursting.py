"""Burst benchmark: 200 cases in two minutes, most from tickets made by hand, under the vendors' rate limits.

Three of four go to one inbox, so that Slack's limit of one post per second and channel binds.
"""

import json
import math
import time
from collections import Counter
from contextlib import closing
from sqlite3 import connect
from typing import Any

from benchmarks.figures import Aim, Figure
from benchmarks.running import BenchFailed
from config.load import load
from desk.playbook.model import Deed, Playbook
from ops.player import NotAsWritten, Player
from ops.stage import Stage, stage
from ops.watching import Watcher

CASES, WITHIN = 200, 120.0
PATIENCE = 180.0
TIERS = {
    "chat.update": 50,
    "views.open": 100,
    "views.update": 100,
    "views.publish": 100,
    "conversations.info": 50,
    "conversations.open": 50,
    "conversations.history": 50,
    "conversations.replies": 50,
}
"""Slack's calls a minute by method; a post is held to one a second and channel, with four at once."""
A_MINUTE = 700
"""Zendesk's calls a minute."""
POST = "chat.postMessage"
LIMITED = 429

Json = dict[str, Any]


def measure() -> list[Figure]:
    """Open the cases, wait for an empty queue, and compare with the time the rate limits alone require."""
    book = load(names=["mr_d"])["mr_d"]
    with stage(limits="real") as built:
        watcher = Watcher(built)
        watcher.quiet()
        first, begun = max([0, *(one["n"] for one in built.log())]), time.monotonic()
        for number in range(CASES):
            _at(begun + number * WITHIN / CASES)
            _open(built, book, number)
        _until_done(built)
        calls = [one for one in built.log(first) if one["system"] in {"slack", "zendesk"}]
        taken = max(one["wall"] for one in calls) - calls[0]["wall"]
        opened, waiting = _kept(built)
    return _figures(calls, taken, opened, waiting)


def _at(instant: float) -> None:
    time.sleep(max(0.0, instant - time.monotonic()))


def _open(built: Stage, book: Playbook, number: int) -> None:
    """Open one case: by `/ato` and its first form, or by a ticket made in Zendesk by hand."""
    deed = book.rehearsals["unchanged"].deeds[0] if number % 4 == 0 else _made(book)
    who = ("agent", "agent2")[number // 4 % 2] if number % 4 == 0 else deed.who
    try:
        Player(built, book).play(deed.model_copy(update={"who": who}))
    except NotAsWritten as wrong:
        raise BenchFailed(f"case {number} of the burst: {wrong}") from wrong


def _made(book: Playbook) -> Deed:
    return next(one for r in book.rehearsals.values() for one in r.deeds if one.makes)


def _until_done(built: Stage) -> None:
    until = time.monotonic() + PATIENCE
    while _kept(built)[1] or _kept(built)[0] < CASES:
        if time.monotonic() > until:
            return
        time.sleep(0.25)


def _kept(built: Stage) -> tuple[int, int]:
    """Count cases and unfinished effects."""
    with closing(connect(built.folder / "ato.sqlite3", timeout=30)) as database:
        cases = database.execute("SELECT count(*) FROM cases").fetchone()[0]
        waiting = database.execute("SELECT count(*) FROM effects WHERE status = 'queued'").fetchone()[0]
    return int(cases), int(waiting)


def _figures(calls: list[Json], taken: float, opened: int, waiting: int) -> list[Figure]:
    done = [one for one in calls if one["status"] == 200 and one["answer"].get("ok", True)]
    allowed = max(WITHIN * (CASES - 1) / CASES, *_allowed(done).values())
    keys = Counter(one["key"] for one in done if one["call"] == POST and one["key"])
    refused = len([one for one in calls if one["status"] == LIMITED])
    lost = (CASES - opened) + waiting
    doubled = sum(count - 1 for count in keys.values())
    return [
        Figure(
            f"a burst of {CASES} cases",
            taken,
            "s",
            allowed,
            taken / allowed,
            Aim("≤", 1.1),
            against="the time the limits alone allow",
        ),
        _none("cases and work lost in the burst", lost),
        _none("posts doubled in the burst", doubled),
        Figure("calls refused with 429 in the burst", refused, "calls"),
    ]


def _none(name: str, count: int) -> Figure:
    """Build a figure for a count that must be 0; the ratio is 1 when it is."""
    return Figure(name, count, "", 0, 1.0 + count, Aim("≤", 1), against="none")


def _allowed(calls: list[Json]) -> dict[str, float]:
    """Return for each limit the least seconds in which so many calls are permitted."""
    slack = Counter(one["call"] for one in calls if one["system"] == "slack")
    posts = Counter(json.dumps(one["body"].get("channel")) for one in calls if one["call"] == POST)
    zendesk = sum(1 for one in calls if one["system"] == "zendesk")
    return {
        **{name: 60.0 * math.floor((count - 1) / TIERS[name]) for name, count in slack.items() if name in TIERS},
        **{f"posts in {channel}": float(max(0, count - 4)) for channel, count in posts.items()},
        "zendesk": 60.0 * math.floor(max(0, zendesk - 1) / A_MINUTE),
    }
