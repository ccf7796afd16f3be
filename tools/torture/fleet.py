"""Replicas under fault injection: start, kill, restart; the sandbox always talks to a live one."""

import contextlib
import itertools
import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

from ops.stage import Process, Stage, StageFailed, start
from tools.torture.flight import UnderWay, fresh, under_way
from tools.torture.replica import Order

READY_WITHIN = 20.0
"""Seconds to wait for a replica to say that it is ready: it is not while Slack does not answer."""
GONE_WITHIN = 10.0
"""Seconds for a process to stop when it is told to: what the product promises."""


@dataclass
class Replica:
    """A bot process: number, address, and whether it receives traffic."""

    number: int
    flight: Path
    process: int = 0
    url: str = ""
    ready: bool = False
    lives: int = 0
    words: Path = Path()


@dataclass
class Fleet:
    """All replicas on one stage and one database."""

    stage: Stage
    size: int
    without: str = ""
    replicas: list[Replica] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start the fork server that preloads the code; no replica yet."""
        folder = self.stage.folder
        self.replicas = [Replica(n, folder / f"flight-{n}") for n in range(1, self.size + 1)]
        words = [sys.executable, "-m", "tools.torture.replica"]
        self._nursery: Process = start("nursery", words, folder, self.stage.environment(), talks=True)
        self._turn, self._lock = itertools.count(), threading.Lock()

    def start(self, replica: Replica) -> None:
        """Start a replica and wait until it is ready. Raises StageFailed when it dies."""
        replica.lives += 1
        replica.words = self.stage.folder / f"bot-{replica.number}-{replica.lives}.log"
        environment = self.stage.environment() | {"ATO_WEB__PORT": "0"}
        order = Order(environment, str(fresh(replica.flight)), str(replica.words), self.without)
        replica.process = self._born(order)
        until = time.monotonic() + READY_WITHIN
        while not self._answers(replica) and time.monotonic() < until:
            if not _lives(replica.process):
                raise StageFailed(f"Replica {replica.number} died.\n{replica.words.read_text()[-3000:]}")
            time.sleep(0.02)
        replica.ready = True  # one that is not ready by now may be killed all the same
        self.connect()

    def _born(self, order: Order) -> int:
        talk = self._nursery.popen
        assert talk.stdin is not None
        assert talk.stdout is not None
        with self._lock:
            talk.stdin.write(json.dumps(asdict(order)) + "\n")
            talk.stdin.flush()
            return int(talk.stdout.readline())

    def _answers(self, replica: Replica) -> bool:
        said = replica.words.read_text() if replica.words.exists() else ""
        replica.url = next((word for word in said.split() if word.startswith("http://")), "")
        with contextlib.suppress(httpx.HTTPError):
            return bool(replica.url) and httpx.get(f"{replica.url}/readyz", timeout=2).is_success
        return False

    def kill(self, replica: Replica) -> list[UnderWay]:
        """Send SIGKILL to a replica and return what was in flight."""
        replica.ready = False
        _end(replica.process, signal.SIGKILL)
        left = under_way(replica.flight)
        self.connect()
        return left

    def retire(self, replica: Replica) -> float:
        """Stop a replica as a rolling restart does, without traffic; return the seconds it took."""
        replica.ready = False
        self.connect()
        began = time.monotonic()
        _end(replica.process, signal.SIGTERM)
        return time.monotonic() - began

    def connect(self) -> None:
        """Point the sandbox at a live replica, in rotation; at a dead one where none lives."""
        with self._lock:
            there = [one for one in self.replicas if one.ready]
            if not there:
                return
            url = there[next(self._turn) % len(there)].url
            self.stage.control.post(
                "/connect",
                json={
                    "slack_events_url": f"{url}/slack/events",
                    "zendesk_webhook_url": f"{url}/zendesk/webhook",
                },
            )

    def living(self) -> list[Replica]:
        """List replicas that receive traffic."""
        return [one for one in self.replicas if one.ready]

    def stop(self) -> float:
        """Stop all and return the slowest's seconds; one that does not stop is killed."""
        began = time.monotonic()
        for replica in self.living():
            replica.ready = False
            _end(replica.process, signal.SIGTERM)
        took = time.monotonic() - began
        for replica in self.replicas:
            _end(replica.process, signal.SIGKILL)
        self._nursery.stop()
        return took


def _lives(process: int) -> bool:
    """Say whether a process exists; it is the fork server's child, not ours."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _end(process: int, how: signal.Signals) -> None:
    """Send a signal and wait for the exit, at most the stop timeout."""
    if not process or not _lives(process):
        return
    os.kill(process, how)
    until = time.monotonic() + GONE_WITHIN
    while _lives(process) and time.monotonic() < until:
        time.sleep(0.002)
