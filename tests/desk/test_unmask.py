"""Who may look at what a masked card hides: everybody with a role of the playbook, and nobody else."""

import pytest

from desk.case.commands import ShowPersonal
from desk.rules.decide import Decision
from tests.desk.bench import CASE, PEOPLE, Bench, mr_d

MR_D = mr_d()
DEEDS = MR_D.rehearsals["unchanged"].deeds


@pytest.fixture
def bench() -> Bench:
    bench = Bench(MR_D)
    bench.play_all(DEEDS[:3])
    return bench


def look(bench: Bench, who: str, inbox: str = "role:mod") -> Decision:
    return bench.tell(ShowPersonal(case=CASE, delivery=who, by=PEOPLE[who], inbox=inbox))


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("agent", True),
        ("agent2", True),
        ("mod", True),
        ("data", True),
        ("security", True),
        ("lead", True),
        ("outsider", False),
        ("qagent", False),
        ("qlead", False),
    ],
)
def test_each_look_and_each_refusal_is_an_event_without_a_value(bench: Bench, who: str, may: bool) -> None:
    before = bench.case
    decision = look(bench, who)
    (event,) = decision.events
    assert (decision.refusal is None) is may
    assert event.kind == ("personal_shown" if may else "act_refused")
    assert event.by == PEOPLE[who].id
    assert not decision.effects
    assert "Naledi" not in event.model_dump_json()
    assert bench.case.facts == before.facts


def test_the_event_names_the_card(bench: Bench) -> None:
    look(bench, "mod")
    (event,) = bench.happened("personal_shown")
    assert (event.by, event.at, event.inbox) == (PEOPLE["mod"].id, bench.now, "role:mod")


def test_a_card_that_was_never_shown_shows_nothing(bench: Bench) -> None:
    decision = look(bench, "mod", "role:platform_security")
    assert decision.refusal and "no such card" in decision.refusal.line.key


def test_a_case_that_was_never_opened_shows_nothing() -> None:
    assert look(Bench(MR_D), "mod").refusal


def test_a_closed_case_is_still_looked_at_and_still_logged() -> None:
    bench = Bench(MR_D)
    bench.play_all(DEEDS)
    assert not bench.case.open
    assert look(bench, "lead").refusal is None
    assert len(bench.happened("personal_shown")) == 1
