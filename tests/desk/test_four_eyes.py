"""Four eyes: whoever lifted a step's safeguards does not finish it, and an adopted case has an opener."""

import pytest

from desk.case import commands as cmd
from desk.case.commands import DecideDispute
from desk.case.situation import Situation
from desk.case.state import replace
from desk.playbook.model import Deed
from desk.rules.decide import refused
from desk.values import Person
from tests.desk.bench import CASE, Bench, mr_d
from tests.desk.test_adopt_ticket import CONFIRM, POST
from tests.desk.test_adopt_ticket import command as adoption
from tests.desk.test_mr_d_refund import REFUND

MR_D = mr_d()


def lead(number: int) -> Person:
    """A team lead who is a manager on duty, too."""
    return Person(id=f"UBOTH00{number}", roles=frozenset({"team_lead", "mod"}))


def to_refund() -> Bench:
    made = Bench(MR_D)
    for deed, _ in REFUND:
        if deed.step == "refund":
            break
        made.play(deed)
    assert "refund" in made.open_steps()
    return made


def lift(made: Bench, by: Person) -> None:
    lifted = cmd.Override(case=CASE, delivery=f"o {by.id}", by=by, step="refund", reason="seen the wallet")
    assert made.tell(lifted).refusal is None


def paid(made: Bench) -> Deed:
    return next(deed for deed, _ in REFUND if deed.step == "refund")


def test_whoever_lifted_may_not_finish_after_somebody_else_lifted_again() -> None:
    made = to_refund()
    lift(made, lead(1))
    lift(made, lead(2))
    for one in (1, 2):
        no = made.tell(made.command(paid(made)).model_copy(update={"by": lead(one)})).refusal
        assert no and "You lifted four eyes" in no.line.key
    assert made.tell(made.command(paid(made)).model_copy(update={"by": lead(3)})).refusal is None


# Adopted cases ------------------------------------------------------------------------------------

AUTHOR = "agent:5f"
"""The name of the agent who made the ticket, whom the directory does not know yet."""


def mod(name: str, *aka: str) -> Person:
    return Person(id=name, roles=frozenset({"mod"}), aka=frozenset(aka))


def adopted_at_refund(author: str) -> Bench:
    """A case of a ticket made by hand, played up to the refund."""
    made = Bench(MR_D)
    made.tell(adoption().model_copy(update={"author": author}))
    made.play_all([CONFIRM, POST])
    made.play(Deed(who="security", part="flag_security.acknowledged"))
    made.play(Deed(who="data", part="flag_security.customer_told", fill={"told_how": "call"}))
    for deed, _ in REFUND:
        if deed.step == "refund":
            break
        if deed.step in made.open_steps() or (deed.part or "").split(".")[0] in made.open_steps():
            made.play(deed)
    assert "refund" in made.open_steps()
    return made


@pytest.mark.parametrize(("author", "who"), [("UMOD0003", mod("UMOD0003")), (AUTHOR, mod("UMOD0003", AUTHOR))])
def test_whoever_made_the_adopted_ticket_may_not_pay(author: str, who: Person) -> None:
    made = adopted_at_refund(author)
    no = made.tell(made.command(paid(made)).model_copy(update={"by": who})).refusal
    assert no and no.line.key.startswith("You did")
    other = made.command(paid(made)).model_copy(update={"by": mod("UMOD0004", "agent:77")})
    assert made.tell(other).refusal is None


def test_whoever_made_the_adopted_ticket_opened_the_case_and_may_not_decide_a_dispute() -> None:
    made = adopted_at_refund(AUTHOR)
    case = replace(made.case, rivals=("ATO-9",))
    about = {"case": CASE, "delivery": "x", "reason": "Her passport was seen.", "shown": ("ATO-9",)}
    mine = DecideDispute(**about, by=mod("UMOD0003", AUTHOR))
    situation = Situation(case, MR_D, made.now)
    no = refused(mine, situation)
    assert no and no.line.key.startswith("You opened one of these cases yourself")
    assert refused(DecideDispute(**about, by=mod("UMOD0004")), situation) is None
