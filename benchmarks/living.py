"""Cost of a complete Mr D case: calls per outside system, and CPU seconds of the bot."""

import statistics
from collections import Counter

import psutil

from benchmarks.figures import Aim, Figure
from config.load import load
from ops.player import Player
from ops.stage import Stage, stage
from ops.watching import Watcher

FEWEST = {"slack": 107, "zendesk": 15}
"""The fewest calls the branch `unchanged` allows, counted by hand in docs/performance.md."""


def measure(*, short: bool) -> list[Figure]:
    """Play complete cases in sequence."""
    book = load(names=["mr_d"])["mr_d"]
    seconds, calls = [], []
    with stage({"ATO_PLAYBOOKS__NAMES": "mr_d"}) as built:
        watcher = Watcher(built)
        for _ in range(1 if short else 4):
            watcher.quiet()
            first, before = watcher.read, _cpu(built)
            player = Player(built, book)
            for deed in book.rehearsals["unchanged"].deeds:
                player.play(deed)
                if not short:
                    watcher.quiet()
            watcher.quiet()
            seconds.append(_cpu(built) - before)
            calls.append(_calls(built, first))
            watcher.news()
    found = [Figure("one case's life, processor seconds", statistics.median(seconds), "s", rounds=len(seconds))]
    return found if short else [*found, *_beside_fewest(calls)]


def _cpu(built: Stage) -> float:
    assert built.bot
    used = psutil.Process(built.bot.popen.pid).cpu_times()
    return float(used.user + used.system)


def _calls(built: Stage, since: int) -> Counter[str]:
    return Counter(one["system"] for one in built.log(since) if "->" not in one["system"])


def _beside_fewest(calls: list[Counter[str]]) -> list[Figure]:
    return [
        Figure(
            f"calls to {system} of one case",
            statistics.median(one[system] for one in calls),
            "calls",
            fewest,
            statistics.median(one[system] for one in calls) / fewest,
            Aim("≤", 1.2),
            rounds=len(calls),
            against="the fewest that the procedure allows, counted by hand",
        )
        for system, fewest in FEWEST.items()
    ]
