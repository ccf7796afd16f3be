"""Two desks on one Zendesk account and in one Slack workspace leave each other alone; a desk keeps its name."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from config.load import load
from ops.exits import WRONG
from ops.setup import doctor, provision, unprovision
from tests.journey.scene import EARLY, FOUND, NALEDI, PASSED, CaseInPlay, Scene, about, eventually, private, words
from tests.journey.two_desks import Desk, TwoDesks, new_desk, same, two_desks

FIRST, SECOND = "ato", "fraud-eu"


@pytest.fixture(scope="module")
def both() -> Iterator[TwoDesks]:
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("ATO_")}
    with pytest.MonkeyPatch.context() as patch, two_desks() as made:
        books = load(names=["mr_d"])
        for module in (doctor, provision, unprovision):
            patch.setattr(module, "load", lambda *_: books)
        yield made
    os.environ.update(kept)


def provisioned(desk: Desk) -> str:
    done = desk.ato("provision")
    assert done.exit_code == 0, done.output
    return done.output


def test_provisioned_in_turns_ten_times_they_leave_each_other_alone(both: TwoDesks) -> None:
    provisioned(both.desks[FIRST])
    first = both.made_by(FIRST)
    provisioned(both.desks[SECOND])
    state = both.state()
    assert same(both.made_by(FIRST), first)
    assert [one["name"] for one in state["webhooks"]] == ["ATO Desk", "ATO Desk (fraud-eu)"]
    assert [one["endpoint"] for one in state["webhooks"]] == [
        f"{desk.address}/zendesk/webhook" for desk in both.desks.values()
    ]
    for _ in range(9):
        for desk in both.desks.values():
            assert "works on this account, too" in provisioned(desk)
    assert same(both.state(), state)


def test_doctor_sees_the_other_desk_and_says_so(both: TwoDesks) -> None:
    for desk in both.desks.values():
        desk.start()
    for name, other in ((FIRST, SECOND), (SECOND, FIRST)):
        found = both.desks[name].doctor()
        assert not [line for line in found if " broken: " in line], found
        seen = [line for line in found if line.startswith("other desk good")]
        address = both.desks[other].address
        assert seen == [
            f"other desk good: The desk “{other}” works on this account, too: its webhook calls"
            f" {address}/zendesk/webhook, and it has 2 triggers. This desk leaves them alone. "
        ]
        assert any("Both desks watch the same tickets" in line for line in found)
        assert f"desk good: This is the desk “{name}”. " in found


def brought_to_its_ticket(scene: Scene, command: str) -> None:
    """Carry a case over one desk's command until the profile is suspended, which makes the ticket."""
    told = scene.command("agent", command=command)
    assert told["view"], private(told)
    case = CaseInPlay(scene, str(about(told["view"])["case"]), modals={"agent": told["view"]})
    case.submit("agent", NALEDI)
    case.submit("agent", FOUND | EARLY, outcome="found")
    case.submit("agent", PASSED, outcome="verified")
    case.click("mod", "do:suspend:suspended")


def test_each_command_reaches_its_own_desk_and_its_texts_say_it(both: TwoDesks) -> None:
    scene = both.scene
    assert "`/ato board`" in private(scene.command("agent", "help", command="/ato"))
    told = private(scene.command("agent", "help", command="/ato-eu"))
    assert "`/ato-eu board`" in told
    assert "/ato " not in told
    assert "`/ato-eu` in any channel" in words(scene.act("home", "agent", app="AATODES2", wait=5)["view"])
    assert "`/ato` in any channel" in words(scene.act("home", "agent", wait=5)["view"])


def test_a_ticket_of_each_is_the_right_desks_and_not_the_others(both: TwoDesks) -> None:
    scene = both.scene
    for command in ("/ato", "/ato-eu"):
        brought_to_its_ticket(scene, command)
    found = eventually(lambda: both.tickets() if len(both.tickets()) == 2 else [], "each desk has made a ticket")
    old, named = sorted(found, key=lambda one: len(one["external_id"]))
    assert re.fullmatch(r"ato-[0-9a-f]{40}", old["external_id"])
    assert not [tag for tag in old["tags"] if tag.startswith("ato_desk_")]
    assert re.fullmatch(r"ato-fraud-eu-[0-9a-f]{40}", named["external_id"])
    assert "ato_desk_fraud_eu" in named["tags"]
    for one in found:
        scene.control("POST", f"/zendesk/tickets/{one['id']}/move", json={"by": "Lerato Mokoena", "status": "pending"})
    settled(scene)
    for command in ("/ato", "/ato-eu"):  # each has one open case, its own
        assert "ATO-1" in private(scene.command("mod", "ATO-1", command=command))
        assert "There is no case ATO-2" in private(scene.command("mod", "ATO-2", command=command))


def settled(scene: Scene) -> None:
    """Wait until every delivery of Zendesk was answered."""

    def quiet() -> bool:
        made = scene.control("GET", "/zendesk/deliveries")["deliveries"]
        return bool(made) and all(one["status"] == "success" for one in made)

    eventually(quiet, "every delivery was taken")


def test_a_ticket_made_by_hand_becomes_a_case_at_one_desk(both: TwoDesks) -> None:
    both.by_hand()
    settled(both.scene)
    scene = both.scene
    eventually(lambda: "no case" not in private(scene.command("mod", "ATO-2", command="/ato")), "the first desk has it")
    assert "There is no case ATO-2" in private(scene.command("mod", "ATO-2", command="/ato-eu"))


def test_a_desk_with_open_cases_is_neither_renamed_nor_taken_away(both: TwoDesks) -> None:
    desk, before = both.desks[SECOND], both.state()
    refused = desk.ato("unprovision", "--yes")
    assert refused.exit_code == WRONG
    assert "1 case is open (number 1)" in refused.output
    desk.stop()
    desk.set(ATO_NAME="fraud-uk")
    assert any(line.startswith("desk broken: ATO_NAME calls this desk “fraud-uk”") for line in desk.doctor())
    with pytest.raises(AssertionError):
        desk.start()
    assert desk.bot is not None
    told = desk.bot.log.read_text()
    desk.stop()
    assert "its database belongs to the desk “fraud-eu”, and 1 case is open" in told
    assert "put ATO_NAME=fraud-eu back" in told
    assert "Traceback" not in told
    desk.set(ATO_NAME=SECOND)
    desk.start()
    assert same(both.state(), before)


# A desk is renamed, or goes ---------------------------------------------------------------------------


def test_unprovisioning_one_takes_away_its_own_and_nothing_of_the_other(both: TwoDesks) -> None:
    desk, tickets = both.desks[SECOND], both.tickets()
    desk.stop()
    closed(desk)
    before, own = both.without(SECOND), both.made_by(SECOND)
    state = both.state()
    plan = desk.ato("unprovision", "--dry-run")
    assert plan.exit_code == 0, plan.output
    assert same(both.state(), state)
    for line in (
        "would delete webhook “ATO Desk (fraud-eu)”",
        "would delete trigger “ATO Desk (fraud-eu): ticket changed (Suspected Account Takeover)”",
        "stays: field “Query type”: tickets hold it",
        "stays: the desk “ato” with its webhook and 2 triggers",
        "Try: ato unprovision --yes",
    ):
        assert line in plan.output
    done = desk.ato("unprovision", "--yes")
    assert done.exit_code == 0, done.output
    assert done.output.count("- delete") == len(own["webhooks"]) + len(own["triggers"])
    assert same(both.without(SECOND), before)
    assert both.made_by(SECOND) == {"webhooks": [], "triggers": []}
    assert same(both.tickets(), tickets)
    assert "Nothing of this desk is in Zendesk." in desk.ato("unprovision").output
    assert not [line for line in both.desks[FIRST].doctor() if line.startswith("other desk")]


def test_a_desk_without_open_cases_is_renamed_and_its_old_parts_are_named(both: TwoDesks) -> None:
    desk = both.desks[SECOND]
    provisioned(desk)
    desk.set(ATO_NAME="fraud-uk")
    provisioned(desk)
    desk.start()
    found = desk.doctor()
    assert "desk good: This is the desk “fraud-uk”. It was called “fraud-eu” before. " in found
    (left,) = [line for line in found if line.startswith("other desk broken")]
    assert "it is left from an older name" in left
    assert "`ATO_NAME=fraud-eu ato unprovision`" in left
    before = both.without(SECOND)
    desk.set(ATO_NAME=SECOND)
    done = desk.ato("unprovision", "--yes")
    desk.set(ATO_NAME="fraud-uk")
    assert done.exit_code == 0, done.output
    assert same(both.without(SECOND), before)
    assert not [line for line in desk.doctor() if " broken: " in line]


# Two desks of one name (O2) -----------------------------------------------------------------------------


def test_a_second_desk_of_the_same_name_never_points_the_firsts_webhook_to_itself(both: TwoDesks) -> None:
    third, before = new_desk(both.stage, "third"), both.state()
    first = both.desks[FIRST]
    for secret in ("", first.settings()["ATO_ZENDESK__WEBHOOK_SECRET"]):  # with settings of its own, and copied ones
        if secret:
            third.set(ATO_ZENDESK__WEBHOOK_SECRET=secret)
        done = third.ato("provision")
        assert done.exit_code == WRONG
        assert f"The webhook “ATO Desk” calls {first.address}/zendesk/webhook, and not this desk" in done.output
        assert "give this one a name of its own in ATO_NAME, such as fraud-eu" in done.output
        assert third.settings().get("ATO_ZENDESK__WEBHOOK_SECRET", "") == secret
        gone = third.ato("unprovision", "--yes")
        assert gone.exit_code != 0
        assert same(both.state(), before)


def test_a_desk_that_moved_takes_its_webhook_along(both: TwoDesks) -> None:
    first, triggers = both.desks[FIRST], both.made_by(FIRST)["triggers"]
    first.stop()
    first.set(ATO_WEB__PUBLIC_URL="http://127.0.0.1:9")
    assert "mend webhook “ATO Desk”" in provisioned(first)
    (hook,) = both.made_by(FIRST)["webhooks"]
    assert hook["endpoint"] == "http://127.0.0.1:9/zendesk/webhook"
    assert same(both.made_by(FIRST)["triggers"], triggers)


def closed(desk: Desk) -> None:
    """Close a stopped desk's cases, as if they had been carried to their end."""
    with closing(sqlite3.connect(desk.file.parent / "ato.sqlite3")) as database, database:
        database.execute("UPDATE cases SET ending = 'resolved'")
