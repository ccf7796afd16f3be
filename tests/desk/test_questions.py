"""Questions about an escalation and their answers, and the link a ticket is given late."""

import pytest

from config.load import load
from desk.cards.case_card import face
from desk.case import commands as cmd
from desk.case.effects import Offered
from desk.values import Person
from tests.desk.bench import CASE, PEOPLE, Bench

MR_D = load()["mr_d"]
DEEDS = MR_D.rehearsals["unchanged"].deeds
POSTED = next(n for n, deed in enumerate(DEEDS) if deed.part == "flag_security.escalation")
DATA, SECURITY = "role:data_compliance", "role:platform_security"


def escalated(deeds: int = POSTED + 1) -> Bench:
    bench = Bench(MR_D)
    bench.play_all(DEEDS[:deeds])
    return bench


def put(bench: Bench, who: str, words: str = "Which orders were paid by card?") -> cmd.Question:
    return cmd.Question(case=CASE, delivery=f"q-{who}", by=PEOPLE[who], words=words)


def test_a_question_reaches_both_sides_and_the_ticket() -> None:
    bench = escalated()
    decision = bench.tell(put(bench, "security"))
    told = {one.inbox: one for one in decision.effects if one.kind == "tell_people"}
    assert set(told) == {DATA, SECURITY}
    assert told[SECURITY].mention == () and told[SECURITY].offers == ()
    assert told[DATA].mention == ("role:data_compliance",)
    assert told[DATA].offers == (Offered(what="question"),)
    assert told[DATA].lines[0].key == "{who} asks {role}: {words}"
    (note,) = [one for one in decision.effects if one.kind == "update_ticket"]
    assert note.note == "<@USECU001> → CS Data Compliance: Which orders were paid by card?"


def test_an_answer_goes_back_to_the_thread_of_the_escalation() -> None:
    bench = escalated()
    bench.tell(put(bench, "security"))
    decision = bench.tell(put(bench, "data", "DFD-77118 and DFD-77119."))
    (told,) = [one for one in decision.effects if one.kind == "tell_people"]
    assert (told.inbox, told.mention) == (SECURITY, ("role:platform_security",))
    assert told.lines[0].key == "{who} answers {role}: {words}"
    assert told.thread


@pytest.mark.parametrize("who", ["agent", "mod", "lead", "outsider"])
def test_nobody_else_asks_or_answers(who: str) -> None:
    bench = escalated()
    refusal = bench.tell(put(bench, who)).refusal
    assert refusal is not None and "people" in refusal.line.args


def test_before_the_escalation_there_is_nobody_to_ask() -> None:
    refusal = escalated(POSTED).tell(put(escalated(POSTED), "security")).refusal
    assert refusal is not None and "Nothing was escalated yet" in refusal.line.key


def test_an_empty_question_is_none() -> None:
    refusal = escalated().tell(put(escalated(), "security", " ")).refusal
    assert refusal is not None and refusal.line.key == "Nothing is written."


def test_who_is_of_both_sides_answers_whoever_spoke_last() -> None:
    bench = escalated()
    both = Person(id="UBOTH001", roles=frozenset({"platform_security", "data_compliance"}))
    spoken = [("asks", None), ("answers", None), ("answers", "security"), ("asks", "data")]
    for said, before in spoken:
        if before:
            bench.tell(put(bench, before))
        question = cmd.Question(case=CASE, delivery=f"both-{len(bench.case.log)}", by=both, words="?")
        told = [one for one in bench.tell(question).effects if one.kind == "tell_people"]
        assert told[-1].lines[0].key == f"{{who}} {said} {{role}}: {{words}}", (said, before)


def test_a_question_changes_no_card() -> None:
    bench = escalated()
    before = face(bench.situation, SECURITY)
    bench.tell(put(bench, "security"))
    assert face(bench.situation, SECURITY) == before


def test_a_ticket_written_before_the_first_card_stood_is_given_its_link() -> None:
    bench = Bench(MR_D, hold=frozenset({"show_card"}))
    suspend = next(n for n, deed in enumerate(DEEDS) if deed.step == "suspend")
    bench.play_all(DEEDS[: suspend + 1])
    (ticket,) = bench.of("create_ticket")
    assert "Card in Slack" not in ticket.body
    bench.hold = frozenset()
    bench.answer()
    (link,) = [one for one in bench.of("update_ticket") if one.note]
    assert link.note == "Card in Slack: https://slack.example/1"
    assert (link.group, link.status) == (None, None)
