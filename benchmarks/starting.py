"""Start-up time and memory, beside a bare process that imports the same libraries."""

import json
import subprocess
import sys
import time

import psutil

from benchmarks.figures import Aim, Figure, interleave
from benchmarks.running import Ground, environment
from ops.stage import Process, Stage, stage

LIBRARIES = """
import json, sys
import ops.serve, ops.cli, bot.main
ours = {"ops", "bot", "handlers", "integrations", "config", "desk", "benchmarks", "__main__"}
print(json.dumps([m for m in sys.modules if m.partition(".")[0] not in ours]))
"""
BARE = """
import importlib, json, sys
for name in json.loads(sys.stdin.readline()):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
print("ready", flush=True)
sys.stdin.readline()
"""
HELP_WITHIN = 0.4


def libraries() -> list[str]:
    """Return the third-party modules of a serving process."""
    words = [sys.executable, "-c", LIBRARIES]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment())  # noqa: S603
    return list(json.loads(done.stdout))


def bare(names: list[str]) -> tuple[float, float]:
    """Import them in a process; return seconds and resident MB."""
    begun = time.perf_counter()
    popen = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", BARE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )
    assert popen.stdin
    assert popen.stdout
    popen.stdin.write(json.dumps(names) + "\n")
    popen.stdin.flush()
    popen.stdout.readline()
    taken, held = time.perf_counter() - begun, psutil.Process(popen.pid).memory_info().rss / 1e6
    popen.communicate("\n")
    return taken, held


def _start(built: Stage) -> tuple[float, float]:
    """Start the bot as `ato serve`; return seconds until ready, and resident MB."""
    begun = time.perf_counter()
    built.start_bot()
    taken = time.perf_counter() - begun
    assert isinstance(built.bot, Process)
    held = psutil.Process(built.bot.popen.pid).memory_info().rss / 1e6
    built.bot.stop()
    return taken, held


def _help() -> float:
    begun = time.perf_counter()
    words = [sys.executable, "-m", "ops.cli", "--help"]
    subprocess.run(words, capture_output=True, check=True, env=environment())  # noqa: S603
    return time.perf_counter() - begun


def measure(_: Ground, *, short: bool) -> list[Figure]:
    """Measure starts and memory."""
    rounds, names = 3 if short else 7, libraries()
    with stage(bot=False) as built:
        built.environment = lambda: _plain(built)  # type: ignore[method-assign]
        _start(built)
        ours: list[float] = []
        theirs: list[float] = []

        def started(_: int) -> float:
            taken, held = _start(built)
            ours.append(held)
            return taken

        def imported(_: int) -> float:
            taken, held = bare(names)
            theirs.append(held)
            return taken

        starts = interleave(rounds, started, imported)
    memory = interleave(rounds, ours.__getitem__, theirs.__getitem__)
    helped = interleave(rounds, lambda _: _help(), lambda _: HELP_WITHIN)
    same = "a bare process that imports the same libraries"
    return [
        starts.figure("cold start to ready", "s", Aim("≤", 1.5), same),
        helped.figure("`ato --help`", "s", Aim("≤", 1), f"{HELP_WITHIN} s"),
        memory.figure("memory, idle", "MB", Aim("≤", 1.4), same),
    ]


def _plain(built: Stage) -> dict[str, str]:
    """Return the stage's settings in an environment that keeps compiled files."""
    return {name: value for name, value in Stage.environment(built).items() if name != "PYTHONDONTWRITEBYTECODE"}
