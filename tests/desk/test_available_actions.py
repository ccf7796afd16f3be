"""What is offered is what is allowed, for everybody and everything; and what a card is told about an open step."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.cards.case_card import face
from desk.cards.step_status import Ticked, Tried, standings, tried_by
from desk.case import commands as cmd
from desk.rules.action_inputs import correctable
from desk.rules.action_table import TABLE
from desk.rules.available_actions import Offer, offers, why_refused
from tests.desk.bench import CASE, PEOPLE, Bench, fills, mr_d

EVERYBODY = ("agent", "mod", "data", "security", "lead")


@pytest.fixture(scope="module")
def played() -> Bench:
    """A case whose customer is about to be called, with a restore checklist."""
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["not_found"].deeds[:9])
    assert bench.open_steps() == ["call"]
    return bench


@pytest.fixture
def called(played: Bench) -> Bench:
    """The same case for every test: a case is a value."""
    return replace(played, done=[], waiting=[])


def may(bench: Bench, who: str) -> set[str]:
    return {one.what for one in offers(bench.situation, PEOPLE[who]).all}


def test_each_role_is_offered_what_it_may_do(called: Bench) -> None:
    everybody = {"note", "correct", "wait"}
    of_step = {"hand_over", "snooze", "attempt"}
    assert may(called, "data") == everybody | of_step | {"question"}
    assert may(called, "lead") == everybody | of_step | {"cancel", "merge"}
    assert may(called, "mod") == everybody | {"cancel", "merge"}
    assert may(called, "agent") == everybody
    assert may(called, "security") == everybody | {"question"}
    assert may(called, "outsider") == set()


def test_a_closed_case_offers_notes_and_to_those_who_may_its_reopening(called: Bench) -> None:
    called.tell(cmd.Cancel(case=CASE, delivery="c", by=PEOPLE["mod"], code="test"))
    assert may(called, "mod") == may(called, "lead") == {"note", "reopen"}
    assert may(called, "data") == {"note"}


def test_a_case_that_waits_offers_to_go_on(called: Bench) -> None:
    called.tell(cmd.WaitForCustomer(case=CASE, delivery="w", by=PEOPLE["data"], reason="asks at home"))
    assert "resume" in may(called, "data")
    assert "wait" not in may(called, "data")


@pytest.mark.parametrize("who", [*EVERYBODY, "outsider"])
@pytest.mark.parametrize("what", [*TABLE, "more"])
def test_asking_keeps_nothing_and_a_refusal_says_who_may(called: Bench, who: str, what: str) -> None:
    before = called.case
    offer = Offer(what, "call", 1, "no_answer")
    refusal = why_refused(offer, called.situation, PEOPLE[who])
    assert called.case is before
    if refusal and "role" in refusal.line.args:
        assert str(refusal.line.args["people"]).startswith("role:")


def test_an_override_is_offered_only_where_there_is_something_to_lift() -> None:
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["unchanged"].deeds[:3])
    assert "override" in may(bench, "lead")
    bench.tell(cmd.Override(case=CASE, delivery="o", by=PEOPLE["lead"], step="suspend", reason="nobody else"))
    assert "override" not in may(bench, "lead")


def test_facts_that_were_never_asked_for_cannot_be_corrected(called: Bench) -> None:
    names = correctable(called.case, called.playbook)
    assert {"email", "changes", "trusted_source"} <= set(names)
    assert not {"wallet_before", "refund_amount", "restored"} & set(names)


# How a step stands --------------------------------------------------------------------------------


def test_nothing_is_said_of_a_step_to_which_nothing_happened(called: Bench) -> None:
    assert standings(called.situation) == ()


def test_tries_snoozes_ticks_and_overrides_stand_with_their_step(called: Bench) -> None:
    by = PEOPLE["data"]
    for delivery in ("1", "2"):
        called.now += timedelta(minutes=1)
        called.tell(cmd.LogAttempt(case=CASE, delivery=delivery, by=by, step="call", attempt="no_answer"))
    ticked = fills({"restored": ["1"], "trusted_source": "order"})
    called.tell(cmd.CompletePart(case=CASE, delivery="p", by=by, step="call", part="contacts_restored", fills=ticked))
    (tried,) = standings(called.situation)
    title = called.playbook.steps["call"].attempts["no_answer"].title
    assert tried.tries == (Tried("no_answer", title, 2, called.now),)
    assert tried.ticked == (Ticked("contacts_restored", 1, 2),)
    assert tried.snoozed is False
    called.tell(cmd.Snooze(case=CASE, delivery="s", by=by, step="call", seconds=3600, reason="lunch"))
    called.tell(cmd.Override(case=CASE, delivery="o", by=PEOPLE["lead"], step="call", reason="both away"))
    (snoozed,) = standings(called.situation)
    assert (snoozed.snoozed, snoozed.lifted_by) == (True, "ULEAD001")


def test_a_try_belongs_to_the_part_that_is_there_until_there_were_enough(called: Bench) -> None:
    call = called.playbook.steps["call"]
    assert tried_by(call, "called") == ("no_answer",)
    assert tried_by(call, "written") == tried_by(call, "feedback") == tried_by(call, None) == ()


def test_a_face_changes_when_something_happens_beside_the_steps(called: Bench) -> None:
    before = face(called.situation, "role:data_compliance")
    assert before == face(called.situation, "role:data_compliance")
    called.tell(cmd.AddNote(case=CASE, delivery="n", by=PEOPLE["mod"], words="calls back"))
    after = face(called.situation, "role:data_compliance")
    assert (before.notes, after.notes) == (0, 1)
    assert before != after
