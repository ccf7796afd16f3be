"""Two replicas of `ato serve` on one PostgreSQL, as processes of their own: a case, a death, a rolling restart, torture."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from config.load import load
from config.settings import settings
from ops.player import Player
from ops.stage import Stage, stage
from tests.journey.scene import DATA, Json, Scene, eventually
from tests.postgres import own_database
from tools.torture.chaos import Chaos
from tools.torture.fleet import Fleet, Replica
from tools.torture.flight import SENT, under_way
from tools.torture.ledger import Ledger
from tools.torture.run import EXTRA, Torture, Wish

CLEAN: Json = {"lost": [], "doubled": [], "disordered": [], "astray": []}


class Alternating(Player):
    """People whose every act is heard by another replica than the one before."""

    fleet: Fleet

    def _act(self, act: str, **asked: Any) -> Json:
        self.fleet.connect()
        return super()._act(act, **asked)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with own_database("ato_two") as address:
        yield address


@pytest.fixture(scope="module")
def fleet(database: str) -> Iterator[Fleet]:
    with stage({"ATO_DATABASE_URL": database}, bot=False) as built:
        made = Fleet(built, 2)
        try:
            for replica in made.replicas:
                made.start(replica)
            yield made
        finally:
            made.stop()


@contextmanager
def tortured() -> Iterator[tuple[Stage, str]]:
    """An empty database and a stage for a torture of its own."""
    with (
        own_database("ato_tort") as address,
        stage({**EXTRA, "ATO_DATABASE_URL": address}, bot=False) as built,
    ):
        yield built, address


@contextmanager
def on_a_file() -> Iterator[tuple[Stage, str]]:
    with stage(EXTRA, bot=False) as built:
        yield built, ""


def heard(replica: Replica) -> int:
    """Count the acts and webhooks that this replica kept."""
    lines = [json.loads(line) for line in replica.words.read_text().splitlines() if line[:1] == "{"]
    return sum(one["event"] == "kept" and bool(one["delivery"]) for one in lines)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("name", "branch"), [("mr_d", "unchanged"), ("qualia_connect", "higher_tier")])
def test_a_whole_case_goes_to_its_end_whichever_replica_hears_of_it(fleet: Fleet, name: str, branch: str) -> None:
    book = load(names=[name])[name]
    before = [heard(one) for one in fleet.replicas]
    player = Alternating(fleet.stage, book)
    player.fleet = fleet
    for deed in book.rehearsals[branch].deeds:
        player.play(deed)
    ledger = Ledger(settings(fleet.stage.environment()))
    try:
        eventually(lambda: ledger.queued() == 0, "everything is done")
        case = ledger.case(player.case)
    finally:
        ledger.close()
    assert case is not None
    assert case.ending == book.rehearsals[branch].expect["ending"]
    every = Scene(fleet.stage).control("GET", "/zendesk/tickets")["tickets"]
    made = [int(one["id"]) for one in every if one["external_id"]]
    assert sorted(ticket.id for ticket in case.tickets.values()) == sorted(made)[-len(case.tickets) :]
    share = [heard(one) - old for one, old in zip(fleet.replicas, before, strict=True)]
    assert min(share) >= 3, share


@pytest.mark.timeout(180)
def test_a_replica_killed_for_good_has_its_work_done_elsewhere_within_thirty_seconds(
    fleet: Fleet,
) -> None:
    scene = Scene(fleet.stage)
    case = scene.case_with_mod()
    scene.fault("zendesk", "hold_after", match="POST /api/v2/tickets.json", times=1)
    case.click("mod", "do:suspend:suspended")
    holder = eventually(lambda: maker(fleet), "a replica waits for Zendesk's answer")
    assert holder is not None
    fleet.kill(holder)
    eventually(lambda: "CS Data Compliance" in str(case.cards(DATA)), "its work is done elsewhere", 30)
    assert len(scene.tickets(case.name)) == 1
    fleet.start(holder)


def maker(fleet: Fleet) -> Replica | None:
    """Give the replica that has asked for a ticket and was not answered."""
    for replica in fleet.replicas:
        if any(one.stage == SENT and time.monotonic() - one.since > 0.5 for one in under_way(replica.flight)):
            return replica
    return None


def dropped(asked: Json) -> bool:
    """Whether a connection that a replica took was closed, or answered with an error.

    One that could not be made was not taken. One not answered within Slack's three seconds met two replicas that share
    a busy machine with a third one's start: what became of it is in the verdict.
    """
    made = not str(asked["answer"]).startswith("Cannot connect to host")
    return asked["status"] != 200 and made and asked["fault"] != "operation_timeout"


@pytest.mark.prove
@pytest.mark.timeout(240)
def test_a_rolling_restart_under_load_drops_nothing_that_was_accepted() -> None:
    took: list[float] = []

    def roll(chaos: Chaos) -> None:
        for replica in (*chaos.fleet.replicas, *chaos.fleet.replicas):
            time.sleep(3)  # people work on meanwhile
            took.append(chaos.fleet.retire(replica))
            chaos.fleet.start(replica)

    with tortured() as (built, address):
        report = Torture(built, Wish(replicas=2, database=address, seed=3)).under(roll, spoil=False)
        asked = [one for one in built.log() if one["system"] == "slack->bot"]
    assert report.figures()["sentences"] == CLEAN
    assert [(one["call"], one["status"], one["fault"]) for one in asked if dropped(one)] == []
    assert sum(one["fault"] == "operation_timeout" for one in asked) <= len(asked) / 20
    assert max(took) < 10
    assert report.acts >= 10


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_five_minutes_of_torture_do_no_damage(replicas: int, record_property: Callable[[str, object], None]) -> None:
    """One on a SQLite file, several on one PostgreSQL."""
    seed = random.randrange(10**6)  # another run each time; the line in docs/prove.md says which
    with tortured() if replicas > 1 else on_a_file() as (built, address):
        wish = Wish(minutes=5.0, replicas=replicas, database=address, seed=seed)
        report = Torture(built, wish).run()
    found, sentences = report.figures(), report.figures()["sentences"]
    counted = {name: found[name] for name in ("cases", "acts", *CLEAN)}
    kept = {"seed": seed, **counted, "kills": report.kills.all, "in flight": report.kills.in_flight}
    record_property(f"torture of {replicas}", ", ".join(f"{k} {v}" for k, v in kept.items()))
    assert sentences == CLEAN
    assert report.kills.all >= 10
    assert report.acts >= 50


def test_a_database_with_tables_in_it_is_not_tortured(database: str, fleet: Fleet) -> None:
    assert all(one.ready for one in fleet.replicas)
    words = [sys.executable, "-m", "ops.cli", "torture", "--replicas", "2", "--database", database]
    told = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert told.returncode == 2
    assert "takes an empty one only. Nothing was changed." in told.stderr
