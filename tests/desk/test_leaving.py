"""Somebody leaves in mid-case: what they had passes on, and whoever takes over hears it in one message."""

import pytest

from desk.cards.case_card import inboxes
from desk.cards.worklist import owed
from desk.case import commands as cmd
from desk.reminders.leaving_notice import Behind, notices
from desk.workflow.inboxes import inbox_of
from desk.workflow.leaving import left_behind
from tests.desk.bench import CASE, PEOPLE, Bench, mr_d

AGENT, MOD = PEOPLE["agent"].id, PEOPLE["mod"].id


@pytest.fixture
def bench() -> Bench:
    """A case whose customer is on the line: the opener has to find the profile."""
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["unchanged"].deeds[:1])
    assert bench.open_steps() == ["locate"]
    return bench


@pytest.fixture
def escalated() -> Bench:
    """A case that a MOD has claimed."""
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["unchanged"].deeds[:3])
    assert bench.open_steps() == ["suspend"]
    bench.tell(cmd.ClaimStep(case=CASE, delivery="c", by=PEOPLE["mod"], step="suspend"))
    assert bench.case.step("suspend").claimed_by == MOD
    return bench


def leave(bench: Bench, person: str, *ended: str) -> list[str]:
    left = bench.tell(cmd.PersonLeft(case=CASE, delivery="", person=person, ended=frozenset(ended)))
    assert left.refusal is None
    return [event.kind for event in left.events if event.kind in {"claim_ended", "inbox_passed"}]


def test_a_claim_ends_and_the_card_shows_it(escalated: Bench) -> None:
    drawn = len([one for one in escalated.done if one.kind == "show_card" and one.inbox == "role:mod"])
    assert leave(escalated, MOD, "mod") == ["claim_ended"]
    assert escalated.case.step("suspend").claimed_by is None
    assert [row.held_by for row in owed(escalated.situation)] == [None]
    cards = [one for one in escalated.done if one.kind == "show_card" and one.inbox == "role:mod"]
    assert len(cards) == drawn + 1


def test_what_the_opener_received_goes_to_the_next_role(bench: Bench) -> None:
    assert inbox_of(bench.situation, "cs_agent") == f"person:{AGENT}"
    assert leave(bench, AGENT, "cs_agent") == ["inbox_passed"]
    assert inbox_of(bench.situation, "cs_agent") == "role:mod"
    assert "role:mod" in bench.case.cards
    assert f"person:{AGENT}" not in inboxes(bench.situation)
    assert {row.held_by for row in owed(bench.situation)} == {None}


def test_the_next_agent_may_go_on(bench: Bench) -> None:
    leave(bench, AGENT, "cs_agent")
    deed = bench.playbook.rehearsals["unchanged"].deeds[1].model_copy(update={"who": "agent2"})
    assert bench.play(deed).refusal is None


@pytest.mark.parametrize(("person", "ended"), [(MOD, "cs_agent"), (AGENT, "mod"), ("UMOD0002", "mod")])
def test_whoever_leaves_nothing_behind_changes_nothing(escalated: Bench, person: str, ended: str) -> None:
    before = escalated.case.version
    assert leave(escalated, person, ended) == []
    assert escalated.case.version == before


def test_leaving_twice_is_leaving_once(bench: Bench, escalated: Bench) -> None:
    for one, person, role in ((bench, AGENT, "cs_agent"), (escalated, MOD, "mod")):
        assert leave(one, person, role)
        before = one.case.version
        assert leave(one, person, role) == []
        assert one.case.version == before


def test_a_closed_case_keeps_its_opener(bench: Bench) -> None:
    bench.tell(cmd.Cancel(case=CASE, delivery="x", by=PEOPLE["mod"], code="test"))
    assert leave(bench, AGENT, "cs_agent") == []


def test_one_message_for_an_inbox_names_all_cases(bench: Bench, escalated: Bench) -> None:
    def behind(one: Bench, person: str, role: str) -> Behind:
        return Behind(one.situation, left_behind(one.situation, person, {role}))

    (passed,) = notices(AGENT, [behind(bench, AGENT, "cs_agent"), behind(escalated, AGENT, "cs_agent")])
    assert (passed.inbox, passed.mention) == ("role:mod", ("role:mod",))
    assert len(passed.lines) == 1
    assert passed.lines[0].args["who"] == f"<@{AGENT}>"
    assert str(passed.lines[0].args["cases"]).count("ATO-") == 1  # both are the same case here
    (ended,) = notices(MOD, [behind(escalated, MOD, "mod")])
    assert (ended.inbox, ended.lines[0].args["cases"]) == ("role:mod", "ATO-12")
    assert ended.key != passed.key
    assert notices(MOD, [behind(escalated, MOD, "mod")]) == (ended,)
