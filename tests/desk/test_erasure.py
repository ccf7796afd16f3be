"""What may be erased and when, who may hold it back, and what follows: on values, without a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.load import load
from desk.case import commands as cmd
from desk.rules.decide import Decision, decide
from desk.rules.erasure import HELD, OPEN, classes, overdue
from desk.values import BOT
from ops.erasing import looked
from tests.desk.bench import CASE, PEOPLE, Bench, mr_d

YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def ended() -> Bench:
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["unchanged"].deeds[:5])
    bench.tell(cmd.Cancel(case=CASE, delivery="c", by=PEOPLE["mod"], code="test"))
    assert not bench.case.open
    return bench


@pytest.fixture
def bench(ended: Bench) -> Bench:
    return replace(ended, done=[], waiting=[])


def command(kind: type[cmd.Command], who: str = "lead", **about: object) -> cmd.Command:
    return kind(case=CASE, delivery="", by=PEOPLE[who], **about)


def asked(bench: Bench, wish: cmd.Command) -> Decision:
    """What would become of it; the case stays as it is."""
    return decide(wish, bench.situation)


def test_a_closed_case_is_erased_and_every_inbox_is_written_over(bench: Bench) -> None:
    decided = bench.tell(command(cmd.Erase))
    (erased,) = [event for event in decided.events if event.kind == "case_erased"]
    assert erased.keep == classes(bench.playbook)
    redacted = {effect.inbox for effect in decided.effects if effect.kind == "redact_posts"}
    assert redacted == set(bench.case.cards)
    assert all(effect.key in bench.case.planned for effect in decided.effects)


def test_a_copy_in_google_chat_is_named_for_somebody_to_delete_and_not_written_over() -> None:
    bench = Bench(load(values={"mr_d": {"google_chat": "on"}})["mr_d"])
    bench.play_all(bench.playbook.rehearsals["unchanged"].deeds[:5])
    bench.tell(cmd.Cancel(case=CASE, delivery="c", by=PEOPLE["mod"], code="test"))
    assert looked(bench.case).copies == (bench.now,)
    redacted = {effect.inbox for effect in bench.tell(command(cmd.Erase)).effects if effect.kind == "redact_posts"}
    assert redacted == set(bench.case.cards)


def test_twice_has_keys_of_its_own(bench: Bench) -> None:
    first = bench.tell(command(cmd.Erase, keep=("case",)))
    second = bench.tell(command(cmd.Erase, keep=("case",)))
    assert not {one.key for one in first.effects} & {one.key for one in second.effects}


def test_an_open_case_keeps_what_people_need() -> None:
    bench = Bench(mr_d())
    bench.play_all(bench.playbook.rehearsals["unchanged"].deeds[:3])
    assert asked(bench, command(cmd.Erase)).refusal.line == OPEN


def test_a_hold_keeps_everything_until_it_is_released(bench: Bench) -> None:
    bench.tell(command(cmd.Hold, reason="the police asked"))
    assert asked(bench, command(cmd.Erase)).refusal.line == HELD
    assert not overdue(bench.case, "case", timedelta(), bench.now + YEAR)
    bench.tell(command(cmd.Release))
    assert asked(bench, command(cmd.Erase)).refusal is None


@pytest.mark.parametrize("kind, about", [(cmd.Erase, {}), (cmd.Hold, {"reason": "x"}), (cmd.Release, {})])
def test_an_outsider_may_none_of_it(bench: Bench, kind: type[cmd.Command], about: dict) -> None:
    assert "Only people who work on these cases" in asked(bench, command(kind, "outsider", **about)).refusal.line.key


def test_a_hold_wants_a_reason_and_is_set_once(bench: Bench) -> None:
    assert asked(bench, command(cmd.Hold, reason=" ")).refusal
    bench.tell(command(cmd.Hold, reason="a claim"))
    assert asked(bench, command(cmd.Hold, reason="again")).refusal
    assert asked(bench, command(cmd.Release)).refusal is None


def test_a_release_of_nothing_is_refused(bench: Bench) -> None:
    assert asked(bench, command(cmd.Release)).refusal


@pytest.mark.parametrize("days, due", [(29, False), (30, True), (400, True)])
def test_a_class_is_over_its_time_that_long_after_the_end(bench: Bench, days: int, due: bool) -> None:
    at = bench.case.ended_at + timedelta(days=days)
    assert overdue(bench.case, "case", timedelta(days=30), at) is due


def test_what_is_erased_is_not_over_its_time_again(bench: Bench) -> None:
    bench.tell(cmd.Erase(case=CASE, delivery="", by=BOT, keep=("case",), why="retention"))
    assert not overdue(bench.case, "case", timedelta(), bench.now + YEAR)


def test_what_comes_into_an_erased_case_is_refused_or_its_age_counts_again(bench: Bench) -> None:
    bench.tell(command(cmd.Erase))
    note = asked(bench, command(cmd.AddNote, words="Naledi called, 082 555 0142"))
    assert note.refusal is not None and "was erased" in note.refusal.line.key
    bench.tell(command(cmd.Reopen, reason="they called again"))
    assert bench.case.erased == ()
    bench.tell(command(cmd.AddNote, words="Naledi called, 082 555 0142"))
    bench.tell(command(cmd.Cancel, code="test"))
    assert overdue(bench.case, "case", YEAR, bench.now + 2 * YEAR)
