"""Latency benchmarks: `/ato`, a click with its commit, a webhook, and lists.

Two servers are compared by their 10th percentile: noise of a shared machine only adds latency, and adds more to the
longer request, so the fastest tenth says most about the code.
"""

import shutil
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.databases import copied, why_none
from benchmarks.figures import Aim, Figure, interleave
from benchmarks.filling import WITH_TICKET, Fill, fill
from benchmarks.running import Ground, Loader, Server

LEAST = Aim("≥", 0.6)
AT_MOST = Aim("≤", 1)
KEPT, KEPT_ON_POSTGRES = 12.0, 25.0
"""Milliseconds within which 99 of 100 clicks, or webhooks, are to be kept and answered."""
NOOP = "bolt that only acknowledges, with the same settings"
COMMIT = "the same, and one commit of the same rows through plain SQLAlchemy"
INSERT = "FastAPI with the signature check and one insert through plain SQLAlchemy"


@dataclass
class Answering:
    """The servers, the load generator and the number of requests; no case is clicked twice."""

    ground: Ground
    loader: Loader
    played: Path
    rounds: int
    count: int
    short: bool = False
    used: dict[str, int] = field(default_factory=dict)

    def commands(self) -> list[Figure]:
        """Measure `/ato` at 1 and 32 connections; a short run at 1."""
        file = fill(self.played, self.ground.folder / "commands.sqlite3", Fill())
        ours, noop = self.ground.serve("ours", file), self.ground.serve("noop", file)
        if self.short:
            return self._pair("`/ato`, 1 connection", "command", (ours, noop), self.count, NOOP)
        self._warm("command", ours, noop)
        return [one for connections in (1, 32) for one in self._command(ours, noop, connections)]

    def _command(self, ours: Server, noop: Server, connections: int) -> list[Figure]:
        seen: list[dict[str, float]] = []

        def rate(server: Server) -> float:
            found = self.loader.ask(server, "command", self.count, connections=connections, check=server is ours)
            seen.extend([found] if server is ours else [])
            return found["rate"]

        name = f"`/ato`, {connections} connection{'s' if connections > 1 else ''}"
        rounds = interleave(self.rounds, lambda _: rate(ours), lambda _: rate(noop))
        return [rounds.figure(name, "/s", LEAST, NOOP), *_tails(name, seen)]

    def clicks(self, many: int, more: int = 0) -> list[Figure]:
        """Measure a click with its commit among many open cases; `more` further clicks measure memory growth."""
        count = self.count // 5
        file = self._for_clicks(many, (self.rounds + 1) * count + more + 1)
        ours, rival = self.ground.serve("ours", file), self.ground.serve("commit", self._copy(file))
        idle = ours.process.memory()
        name = f"a click with its commit, {many:,} open cases"
        found = _judged(self._pair(name, "click", (ours, rival), count, COMMIT), KEPT)
        if more:
            self._next("click", ours, more)
            found.append(
                Figure(
                    f"memory after {(self.rounds + 1) * count + more:,} cases",
                    ours.process.memory(),
                    "MB",
                    idle,
                    ours.process.memory() / idle,
                    Aim("≤", 1.4),
                    against="the same process before them",
                )
            )
        return found

    def clicks_on_postgres(self, many: int) -> list[Figure]:
        """Measure a click with its commit on PostgreSQL; reported as skipped where no server answers."""
        if why := why_none():
            print(f"a click on PostgreSQL is left out: {why}", file=sys.stderr)
            return []
        count = self.count // 5
        file = self._for_clicks(many, (self.rounds + 1) * count + 1)
        name = f"a click with its commit, PostgreSQL, {many:,} open cases"
        with copied(file) as one, copied(file) as other:
            pair = self.ground.serve("ours", one), self.ground.serve("commit", other)
            return _judged(self._pair(name, "click", pair, count, COMMIT), KEPT_ON_POSTGRES)

    def _for_clicks(self, many: int, clicked: int) -> Path:
        what = Fill(for_mod=clicked, thin=max(0, many - clicked))
        return fill(self.played, self.ground.folder / "clicks.sqlite3", what)

    def webhooks(self) -> list[Figure]:
        """Measure a webhook that is stored and answered."""
        count = self.count // 5
        file = fill(self.played, self.ground.folder / "webhooks.sqlite3", Fill(with_ticket=(self.rounds + 1) * count))
        pair = self.ground.serve("ours", file), self.ground.serve("insert", self._copy(file))
        found = self._pair("a webhook stored and answered", "webhook", pair, count, INSERT)
        return _judged(found, KEPT)

    def screens(self, many: int) -> list[Figure]:
        """Measure the home tab, the board and search with many open cases and with 100."""
        few = fill(self.played, self.ground.folder / "few.sqlite3", Fill(for_mod=100))
        lots = fill(self.played, self.ground.folder / "lots.sqlite3", Fill(for_mod=100, thin=many - 100))
        pair = self.ground.serve("ours", lots), self.ground.serve("ours", few)
        found = []
        for kind, title in (("home", "the home tab"), ("board", "`/ato board`"), ("find", "`/ato find`")):
            found += self._pair(
                f"{title}, {many:,} open cases",
                kind,
                pair,
                max(20, self.count // 20),
                "the same with 100 open cases",
                Aim("≤", 2),
            )
        return found

    def _pair(
        self, name: str, kind: str, pair: tuple[Server, Server], count: int, against: str, aim: Aim = LEAST
    ) -> list[Figure]:
        """Compare the 10th percentile of two servers at one connection."""
        ours, other = pair
        self._next(kind, ours, count)
        self._next(kind, other, count)
        seen: list[dict[str, float]] = []

        def took(server: Server) -> float:
            found = self._next(kind, server, count)
            seen.extend([found] if server is ours else [])
            return found["p10"]

        rounds = interleave(self.rounds, lambda _: took(ours), lambda _: took(other))
        return [rounds.figure(name, "ms", aim, against, faster_is="less"), *_tails(name, seen)]

    def _next(self, kind: str, server: Server, count: int) -> dict[str, float]:
        """Return cases this server was not asked about before."""
        key = f"{kind}:{server.port}"
        first = self.used.get(key, 0)
        self.used[key] = first + count
        offset = WITH_TICKET if kind == "webhook" else 0
        return self.loader.ask(server, kind, count, first=offset + first, check=server.name == "ours")

    def _warm(self, kind: str, *servers: Server) -> None:
        for server in servers:
            self.loader.ask(server, kind, 200, check=server.name == "ours")

    def _copy(self, file: Path) -> Path:
        return Path(shutil.copy(file, file.with_suffix(".rival")))


def _judged(found: list[Figure], most: float) -> list[Figure]:
    """Report the ratio to the rival, and judge the 99th percentile."""
    *told, p99 = [replace(one, aim=None) for one in found]
    return [*told, replace(p99, limit=most, ratio=p99.value / most, aim=AT_MOST)]


def _tails(name: str, seen: list[dict[str, float]]) -> list[Figure]:
    """Report the medians of p50 and p99 over the rounds."""
    middle = len(seen) // 2
    return [
        Figure(f"{name}: {part}", sorted(one[part] for one in seen)[middle], "ms", rounds=len(seen))
        for part in ("p50", "p99")
    ]
