"""Random faults and kills from a seeded generator. Each kill is classified by what was in flight."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from integrations.slack.posting.posts import opaque
from integrations.zendesk.desk_marks import external_id
from ops.stage import Stage, StageFailed
from tools.torture.fleet import Fleet, Replica
from tools.torture.flight import SENT, UnderWay, under_way
from tools.torture.outside import Listener

_HELD = 0.06
"""Seconds without an answer after which a call counts as held; the sandbox answers within a few milliseconds."""
WRITES = (
    ("zendesk", "POST /api/v2/tickets.json"),
    ("zendesk", "PUT /api/v2/tickets/*"),
    ("slack", "chat.postMessage"),
    ("slack", "chat.postMessage"),
)
PLACES = (
    ("slack", "chat.*"),
    ("slack", "chat.*"),
    ("slack", "conversations.*"),
    ("slack", "views.*"),
    ("slack", "*"),
    ("zendesk", "*"),
    ("zendesk", "*"),
    ("zendesk", "POST *"),
    ("zendesk", "PUT *"),
    ("zendesk", "*"),
)
"""Call patterns a fault is drawn from. Reading people at start-up fails only one time in ten, or few starts succeed."""
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "reset_after"},
    {"kind": "hold_after"},
    {"kind": "timeout"},
    {"kind": "reset_before"},
    {"kind": "slow", "seconds": 0.4},
    {"kind": "slow", "seconds": 2.0},
    {"kind": "down"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "retry_after": "1"},
    {"kind": "status", "status": 429, "retry_after": "1"},
    {"kind": "status", "status": 429},
)
MOODS = ("normal", "normal", "twice", "drop", "reverse")
"""How Zendesk delivers its webhooks for a while."""
MOST_FAULTS = 5
FARTHEST = 5 * 3600.0
"""How far business time may be moved in one run, in seconds."""


@dataclass
class Kills:
    """Counts of kills: total, with an effect in flight, sent but unanswered, and how many of those had arrived."""

    all: int = 0
    in_flight: int = 0
    unanswered: int = 0
    landed: int = 0

    def count(self, left: list[UnderWay], landed: Callable[[str], bool]) -> None:
        """Count one kill by what it left in flight."""
        sent = [one for one in left if one.stage == SENT]
        self.all += 1
        self.in_flight += bool(left)
        self.unanswered += bool(sent)
        self.landed += any(landed(one.key) for one in sent)


@dataclass
class Chaos:
    """The faults of one run."""

    stage: Stage
    fleet: Fleet
    listener: Listener
    dice: random.Random
    kills: Kills = field(default_factory=Kills)
    moved: float = 0.0
    tried: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    """Why a replica did not start again."""

    def __post_init__(self) -> None:
        """Seed a second generator for faults: two threads on one would not be reproducible."""
        self._fault_dice = random.Random(self.dice.random())  # noqa: S311 - faults, not secrets

    def kill_until(self, until: float) -> None:
        """Kill replicas one after another until a monotonic instant, restarting each meanwhile."""
        starts: list[threading.Thread] = []
        while time.monotonic() < until:
            living = self.fleet.living()
            if not living:
                time.sleep(0.02)
                continue
            replica = self.dice.choice(living)
            way = self.dice.choices(("unanswered", "under way", "any moment"), (4, 4, 3))[0]
            time.sleep(self.dice.uniform(0.1, 1.2))
            self.tried[way] += 1
            chosen = self._moment(way, replica)
            if chosen.ready:
                self._kill(chosen)
                starts.append(threading.Thread(target=self._start, args=(chosen,), daemon=True))
                starts[-1].start()
        for one in starts:
            one.join(60)

    def _start(self, replica: Replica) -> None:
        try:
            self.fleet.start(replica)
        except StageFailed as failed:
            self.failed.append(str(failed))

    def _moment(self, way: str, replica: Replica) -> Replica:
        """Wait for a moment of this kind, at most a few seconds, and return the replica."""
        if way == "any moment":
            time.sleep(self.dice.uniform(0, 1.5))
            return replica
        if way == "under way":
            return self._wait(lambda one: bool(one.key)) or replica
        system, call = self.dice.choice(WRITES)
        fault = {"system": system, "kind": "hold_after", "match": call, "times": 1}
        self.stage.control.post("/faults", json=fault)
        now = time.monotonic
        return self._wait(lambda one: one.stage == SENT and now() - one.since > _HELD) or replica

    def _wait(self, fits: Callable[[UnderWay], bool]) -> Replica | None:
        until = time.monotonic() + 4.0
        while time.monotonic() < until:
            for replica in self.fleet.living():
                if any(fits(one) for one in under_way(replica.flight)):
                    return replica
            time.sleep(0.002)
        return None

    def _kill(self, replica: Replica) -> None:
        left = self.fleet.kill(replica)
        self.listener.listen()
        landed = self.listener.landed
        self.kills.count(left, lambda key: bool({opaque(key), external_id(key)} & landed))

    def spoil(self, stop: threading.Event) -> None:
        """Inject faults, latency and clock jumps until told to stop."""
        dice = self._fault_dice
        while not stop.wait(dice.uniform(0.3, 1.2)):
            what = dice.random()
            if what < 0.85:
                self._fault()
            elif what < 0.93:
                self._mood(dice.choice(MOODS))
            else:
                self._jump(dice.uniform(60, 1800))
            if len(self.fleet.living()) > 1:
                self.fleet.connect()

    def _fault(self) -> None:
        """Add a fault, unless enough are pending."""
        if len(self.stage.control.get("/faults").json()["faults"]) < MOST_FAULTS:
            chosen, dice = self._fault_dice.choice(FAULTS), self._fault_dice
            system, call = dice.choice(PLACES)
            fault = {"system": system, "match": call, "times": dice.randint(1, 3), **chosen}
            self.stage.control.post("/faults", json=fault)

    def _mood(self, mode: str) -> None:
        self.stage.control.post("/zendesk/deliveries", json={"mode": mode})
        self.stage.control.post("/zendesk/deliveries/release")

    def _jump(self, seconds: float) -> None:
        if self.moved + seconds < FARTHEST:
            self.moved += seconds
            self.stage.control.post("/clock", json={"advance": seconds})

    def calm(self) -> None:
        """Remove every fault."""
        self.stage.control.delete("/faults")
        self.stage.control.post("/zendesk/settings", json={"sign_in": {"revoke_chance": 0}})
        self._mood("normal")
