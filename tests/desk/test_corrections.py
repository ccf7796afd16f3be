"""A correction never does somebody else's work, and never goes round a guard."""

import pytest

from desk.case import commands as cmd
from desk.case.results import Dead
from desk.playbook.model import Deed
from tests.desk.bench import CASE, PEOPLE, Bench, fills, mr_d

MR_D = mr_d()
DEEDS = [deed for deed in MR_D.rehearsals["not_found"].deeds if not deed.refused]


def at(step: str) -> Bench:
    made = Bench(MR_D)
    made.play_all(DEEDS[: next(n for n, d in enumerate(DEEDS) if (d.part or d.step or "").startswith(step))])
    return made


def correct(made: Bench, who: str, **given: str) -> bool:
    command = cmd.RecordFacts(case=CASE, delivery="c", by=PEOPLE[who], fills=fills(given))
    return made.tell(command).refusal is None


@pytest.mark.parametrize(
    ("step", "who", "name", "value", "allowed"),
    [
        ("call", "agent", "changes", "email | me@evil.example | x", False),
        ("call", "security", "changes", "email | a@example.com | b@example.com", True),
        ("call", "lead", "changes", "email | a@example.com | b@example.com", True),
        ("flag_security", "agent", "blacklisted", "not", False),
        ("flag_security", "data", "blacklisted", "not", True),
        ("refund", "mod", "refund_amount", "50", False),
        ("refund", "outsider", "app_version", "1", False),
        ("suspend", "agent", "app_version", "7.1", True),
    ],
)
def test_a_field_is_corrected_by_whoever_is_asked_for_it(
    step: str, who: str, name: str, value: str, allowed: bool
) -> None:
    assert correct(at(step), who, **{name: value}) is allowed


def test_what_decided_the_way_of_a_case_is_not_rewritten() -> None:
    made = Bench(MR_D)
    made.play_all(MR_D.rehearsals["unchanged"].deeds[:2])
    assert not correct(made, "agent", email_now="changed")
    assert made.open_steps() == ["verify_standard"]


def test_a_correction_does_not_go_round_the_cap() -> None:
    made = at("request_refund")
    made.play(next(deed for deed in DEEDS if deed.step == "request_refund"))
    assert not correct(made, "data", wallet_before="9000", wallet_used="9000", refund_amount="9000")


def test_only_a_twin_may_be_joined_without_the_mod() -> None:
    for who, allowed in (("agent", False), ("mod", True)):
        made = at("suspend")
        merge = cmd.Merge(case=CASE, delivery="m", by=PEOPLE[who], into="ATO-99")
        assert (made.tell(merge).refusal is None) is allowed


def test_a_reopened_case_may_still_keep_its_promises() -> None:
    made = at("suspend")
    made.play(Deed(who="mod", step="suspend", outcome="not_a_takeover", fill={"false_alarm": "family"}))
    assert made.case.promises["suspension"] == "closed"
    made.tell(cmd.Reopen(case=CASE, delivery="r", by=PEOPLE["mod"], reason="it was one after all"))
    again = cmd.CompleteStep(
        case=CASE, delivery="s", by=PEOPLE["mod"], step="suspend", outcome="suspended", occurrence=2
    )
    assert made.tell(again).refusal is None
    assert made.case.promises["suspension"] == "kept"


@pytest.mark.parametrize("number", ["²", "٣", "12a", "", "9" * 16])
def test_a_ticket_made_by_hand_needs_its_number(number: str) -> None:
    made = Bench(MR_D, hold=frozenset({"create_ticket"}))
    made.play_all(DEEDS[:4])
    (effect,) = made.of("create_ticket")
    made.settle(effect, Dead(system="Zendesk", reason="no such form"))
    by_hand = cmd.FinishByHand(case=CASE, delivery="h", by=PEOPLE["mod"], effect=effect.key, reference=number)
    assert made.tell(by_hand).refusal is not None


def test_by_hand_waits_while_the_desk_is_trying_itself() -> None:
    made = Bench(MR_D, hold=frozenset({"create_ticket"}))
    made.play_all(DEEDS[:4])
    (effect,) = made.of("create_ticket")
    made.settle(effect, Dead(system="Zendesk", reason="no such form"))
    made.tell(cmd.RetryEffect(case=CASE, delivery="t", by=PEOPLE["mod"], effect=effect.key))
    by_hand = cmd.FinishByHand(case=CASE, delivery="h", by=PEOPLE["mod"], effect=effect.key, reference="48231")
    assert made.tell(by_hand).refusal is not None
