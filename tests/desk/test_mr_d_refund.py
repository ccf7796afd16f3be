"""Mr D, steps 9 to 11 on the desk alone: the verdict on the wallet, the request, the refund, and four eyes."""

import pytest

from desk.case import commands as cmd
from desk.playbook.model import Deed
from tests.desk.bench import CASE, PEOPLE, Bench
from tests.desk.test_mr_d import MR_D, bench

REFUND = [(deed, deed.who) for deed in MR_D.rehearsals["not_found"].deeds if not deed.refused]


@pytest.mark.parametrize(
    "index",
    [
        n
        for n, (deed, _) in enumerate(REFUND)
        if deed.step in {"wallet", "request_refund", "refund", "reactivate", "close"}
    ],
)
@pytest.mark.parametrize("who", ["agent", "mod2", "data", "security", "lead", "outsider"])
def test_only_the_role_that_owes_a_refund_step_may_do_it(index: int, who: str) -> None:
    made = bench(*[deed for deed, _ in REFUND[:index]])
    decision = made.play(REFUND[index][0].model_copy(update={"who": who}))
    allowed = PEOPLE[who].roles == PEOPLE[REFUND[index][1]].roles
    assert (decision.refusal is None) is allowed


def _to(step: str) -> Bench:
    deeds = [deed for deed, _ in REFUND]
    return bench(*deeds[: next(n for n, deed in enumerate(deeds) if deed.step == step)])


@pytest.mark.parametrize(
    ("before", "used", "losses", "verdict", "told"),
    [
        ("0", "0", "no", "not_due", True),
        ("350.00", "0", "no", "not_due", True),
        ("350.00", "129.90", "no", "due", False),
        ("350.00", "129.90", "yes", "due_and_bank", True),
    ],
)
def test_a_refund_is_due_only_when_there_was_a_balance_and_it_was_used(
    before: str, used: str, losses: str, verdict: str, told: bool
) -> None:
    made = _to("wallet")
    answers = {"wallet_before": before, "wallet_used": used, "bank_losses": losses}
    if losses == "yes":
        step = Deed(who="data", step="wallet", fill=answers)
        assert made.play(step).refusal, "the bank asks for orders, amounts and dates"
        answers["bank_orders"] = "DFD-88010 | 412.00 | 2026-11-20"
    assert made.play(Deed(who="data", step="wallet", fill=answers)).refusal is None
    assert made.case.step("wallet").outcome == verdict
    assert ("bank" in made.case.told[-1].texts) is told
    assert (made.case.step("request_refund").status == "open") is (verdict != "not_due")


def test_no_more_can_have_been_used_than_was_there() -> None:
    made = _to("wallet")
    answers = {"wallet_before": "100", "wallet_used": "100.01", "bank_losses": "no"}
    refused = made.play(Deed(who="data", step="wallet", fill=answers)).refusal
    assert refused and [error.field for error in refused.fields] == ["wallet_used"]


@pytest.mark.parametrize("cells", ["EX-1 | no | yes", "EX-1 | yes | no", " | yes | yes"])
def test_an_exception_needs_its_number_and_both_notes(cells: str) -> None:
    made = _to("refund")
    rows = f"DFD-88010 | {cells}\nDFD-88011 | EX-2 | yes | yes"
    refused = made.play(
        Deed(
            who="mod",
            step="refund",
            outcome="refunded",
            fill={"refund_paid": "129.90", "exceptions": rows},
        )
    ).refusal
    assert refused and [error.field for error in refused.fields] == ["exceptions"]


def test_more_than_the_cap_needs_the_team_lead() -> None:
    made = _to("wallet")
    answers = {"wallet_before": "9000", "wallet_used": "8000", "bank_losses": "no"}
    made.play(Deed(who="data", step="wallet", fill=answers))
    request = Deed(
        who="data",
        step="request_refund",
        fill={"refund_amount": "8000", "refund_orders": "DFD-88010"},
    )
    refused = made.play(request).refusal
    assert refused and refused.fields[0].field == "refund_amount"
    lifted = cmd.Override(case=CASE, delivery="o", by=PEOPLE["lead"], step="request_refund", reason="seen the wallet")
    assert made.tell(lifted).refusal is None
    assert made.play(request).refusal is None


def test_who_asked_for_a_refund_may_not_pay_it_out() -> None:
    made = _to("refund")
    both = PEOPLE["data"].model_copy(update={"roles": frozenset({"data_compliance", "mod"})})
    paid = next(deed for deed, _ in REFUND if deed.step == "refund")
    refused = made.tell(made.command(paid).model_copy(update={"by": both})).refusal
    assert refused and "yourself" in refused.line.key


def test_the_refund_is_asked_on_the_escalation_ticket_and_comes_back() -> None:
    made = bench(*[deed for deed, _ in REFUND])
    asked, paid = (note for note in made.of("update_ticket") if note.group)
    assert "to the value of R129,90" in asked.note.replace("\xa0", "")
    assert (asked.name, asked.group, asked.status) == (
        "escalation",
        "Food Management Group",
        "open",
    )
    assert (paid.name, paid.group, paid.status) == ("escalation", "CS Data Compliance", "open")
