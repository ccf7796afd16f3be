"""One fault-injection run from the first case to the verdict: bounded, on loopback only, reproducible by seed."""

import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from config.load import load
from config.settings import settings
from ops.stage import TOKEN_SECONDS, Stage, stage
from tools.torture.chaos import Chaos, Kills
from tools.torture.fleet import Fleet
from tools.torture.ledger import Ledger
from tools.torture.outside import Listener, Outside, look
from tools.torture.people import Crew, Played, hire
from tools.torture.verdict import Inside, Tokens, Verdict, judge, minted_too_often, unplayed

CREWS = 4
PLAYBOOKS = ("mr_d", "qualia_connect")
EXTRA = {
    "ATO_PLAYBOOKS__NAMES": ",".join(PLAYBOOKS),
    "ATO_ZENDESK__RECONCILE_SECONDS": "5",
    "ATO_LOG__LEVEL": "warning",
}
"""How the bot is set for it: lost webhooks are found within seconds."""
ROUGH = {"token_seconds": TOKEN_SECONDS, "revoke_chance": 0.02}
"""Zendesk's access tokens last a minute, and one call in fifty finds its token revoked."""
TICK = timedelta(seconds=1)
SETTLE_WITHIN = 120.0
"""Seconds for everything to come to rest once nothing is broken any more."""
JUMP = 600.0
"""Seconds by which business time is moved at the end, so that no retry has to be waited for."""


@dataclass(frozen=True)
class Wish:
    """Parameters of a run."""

    minutes: float = 5.0
    replicas: int = 1
    database: str = ""
    seed: int = 0
    without: str = ""


@dataclass
class Report:
    """Result of a run. The four lists hold sentences."""

    wish: Wish
    kills: Kills
    faults: dict[str, int]
    cases: int
    finished: int
    acts: int
    effects: dict[str, int]
    reminders: int
    seconds_to_settle: float
    verdict: Verdict
    moved_minutes: float = 0.0
    moments: dict[str, int] = field(default_factory=dict)
    seconds_to_stop: float = 0.0
    tokens: Tokens = field(default_factory=Tokens)

    def figures(self) -> dict[str, object]:
        """Return everything as plain values."""
        found = asdict(self)
        verdict = found.pop("verdict")
        counts = {name: len(sentences) for name, sentences in verdict.items()}
        return found | counts | {"sentences": verdict}


def run(wish: Wish, *, as_json: bool = False, keep: Path | None = None) -> int:
    """Run, print, and return 0 when nothing was lost, doubled, reordered or inconsistent, else 1."""
    extra = EXTRA | ({"ATO_DATABASE_URL": wish.database} if wish.database else {})
    with stage(extra, bot=False) as built:
        report = Torture(built, wish).run()
        if keep is not None:
            _keep_logs(built, keep)
    if as_json:
        typer.echo(json.dumps(report.figures(), default=str, ensure_ascii=False))
    else:
        _show(report)
    return 0 if report.verdict.clean else 1


class Torture:
    """One run on one stage."""

    def __init__(self, built: Stage, wish: Wish) -> None:
        """Prepare; nothing is started."""
        self.stage, self.wish = built, wish
        self.dice = random.Random(wish.seed)  # noqa: S311 - faults, not secrets
        self.ledger = Ledger(settings(built.environment()))
        self.fleet = Fleet(built, wish.replicas, wish.without)
        self.listener = Listener(built)
        self.crews: list[Crew] = []

    def run(self) -> Report:
        """Play under faults and kills for the given time, settle, and judge."""
        return self.under(lambda chaos: chaos.kill_until(time.monotonic() + 60 * self.wish.minutes))

    def under(self, suffer: Callable[[Chaos], None], *, spoil: bool = True) -> Report:
        """Play while `suffer` runs, settle, and judge; leaves no process behind."""
        try:
            return self._under(suffer, spoil)
        finally:
            self.fleet.stop()
            self.ledger.close()

    def _under(self, suffer: Callable[[Chaos], None], spoil: bool) -> Report:
        hired = hire(self.stage, CREWS)
        books, counter = load(names=PLAYBOOKS), itertools.count(1)
        over, stop = threading.Event(), threading.Event()
        for replica in self.fleet.replicas:
            self.fleet.start(replica)
        chaos = Chaos(self.stage, self.fleet, self.listener, random.Random(self.dice.random()))  # noqa: S311 - faults
        self.crews = [
            Crew(
                self.stage,
                books,
                self.ledger,
                people,
                random.Random(self.dice.random()),  # noqa: S311 - play
                over,
                lambda: next(counter),
            )
            for people in hired
        ]
        threads = [threading.Thread(target=crew.work, daemon=True) for crew in self.crews]
        if spoil:
            threads.append(threading.Thread(target=chaos.spoil, args=(stop,), daemon=True))
        began = time.monotonic()
        self.stage.control.post("/zendesk/settings", json={"sign_in": ROUGH})
        try:
            for thread in threads:
                thread.start()
            suffer(chaos)
        finally:
            stop.set()
            over.set()
            for thread in threads:
                thread.join(60)
        chaos.calm()
        took = self._settled()
        return self._judged(chaos, took, time.monotonic() - began)

    def _settled(self) -> float:
        """Wait for an empty queue and return the seconds it took."""
        began, quiet = time.monotonic(), 0
        self.stage.control.post("/clock", json={"advance": JUMP})
        while quiet < 4 and time.monotonic() - began < SETTLE_WITHIN:
            time.sleep(0.5)
            quiet = 0 if self.ledger.queued() else quiet + 1
            if int(time.monotonic() - began) % 10 == 9:
                self.stage.control.post("/clock", json={"advance": JUMP})
        took = time.monotonic() - began - 2.0
        self.stage.control.post("/zendesk/deliveries/drain")
        time.sleep(6.0)  # one look of the reconciler, for webhooks that never came
        while self.ledger.queued() and time.monotonic() - began < SETTLE_WITHIN + 30:
            time.sleep(0.5)
        return took

    def _tokens(self, seconds: float) -> Tokens:
        said = self.stage.control.get("/zendesk/settings").json()["tokens"]
        lives = sum(one.lives for one in self.fleet.replicas)
        return Tokens(
            minted=said["minted"],
            revoked=said["revoked"],
            struck=self.listener.token_faults,
            lives=lives,
            process_seconds=seconds * len(self.fleet.replicas),
            token_seconds=TOKEN_SECONDS,
        )

    def _judged(self, chaos: Chaos, took: float, lasted: float) -> Report:
        outside: Outside = look(self.stage, self.listener)
        inside = Inside(self.ledger.work(), self.ledger.cases(), self.ledger.kept(outside.accepted))
        now = datetime.fromisoformat(self.stage.control.get("/clock").json()["now"]).astimezone(UTC)
        verdict = judge(inside, outside, now, TICK)
        played: list[Played] = [one for crew in self.crews for one in crew.played]
        verdict.astray += chaos.failed
        tokens = self._tokens(lasted)
        verdict.astray += minted_too_often(tokens)
        verdict.astray += unplayed(played, [case for case, _ in inside.cases])
        stopped = self.fleet.stop()
        return Report(
            wish=self.wish,
            kills=chaos.kills,
            faults=dict(self.listener.faults),
            cases=len(inside.cases),
            finished=sum(one.finished for one in played),
            acts=len(outside.accepted),
            effects=dict(Counter(one.effect.kind for one in inside.work)),
            reminders=sum(getattr(one.effect, "reminder", False) for one in inside.work),
            seconds_to_settle=round(took, 1),
            verdict=verdict,
            moved_minutes=round(chaos.moved / 60, 1),
            moments=dict(chaos.tried),
            seconds_to_stop=round(stopped, 1),
            tokens=tokens,
        )


def _keep_logs(built: Stage, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    for file in built.folder.glob("*.log"):
        (keep / file.name).write_bytes(file.read_bytes())
    for file in built.folder.glob("ato.sqlite3*"):
        (keep / file.name).write_bytes(file.read_bytes())


def _show(report: Report) -> None:
    """Print the figures and every problem."""
    kills, verdict = report.kills, report.verdict
    typer.echo(f"seed {report.wish.seed} · {report.wish.minutes:g} minutes · {report.wish.replicas} replicas")
    typer.echo(
        f"kills        {kills.all} ({kills.in_flight} with an effect under way, {kills.unanswered} sent and unanswered,"
        f" {kills.landed} of those had landed)"
    )
    typer.echo(f"faults       {sum(report.faults.values())}")
    typer.echo(f"cases        {report.cases}, {report.finished} played to their end, {report.acts} acts accepted")
    typer.echo(f"effects      {sum(report.effects.values())}, {report.reminders} of them reminders")
    typer.echo(
        f"tokens       {report.tokens.minted} minted, {report.tokens.revoked} revoked, {report.tokens.lives} processes"
    )
    for name, sentences in (
        ("lost", verdict.lost),
        ("doubled", verdict.doubled),
        ("disordered", verdict.disordered),
        ("astray", verdict.astray),
    ):
        typer.echo(f"{name:12} {len(sentences)}")
        for sentence in sentences[:20]:
            typer.echo(f"    {sentence}")
    typer.echo(f"settled in   {report.seconds_to_settle:g} s")
