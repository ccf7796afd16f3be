"""Four eyes: whoever lifted a step's safeguards does not finish it, and an adopted case has an opener."""

from desk.case import commands as cmd
from desk.playbook.model import Deed
from desk.values import Person
from tests.desk.bench import CASE, Bench, mr_d
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
        refused = made.tell(made.command(paid(made)).model_copy(update={"by": lead(one)})).refusal
        assert refused and "You lifted four eyes" in refused.line.key
    assert made.tell(made.command(paid(made)).model_copy(update={"by": lead(3)})).refusal is None
