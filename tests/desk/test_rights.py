"""Who may do what: every step, part and act of both playbooks, tried by every role and by an outsider.

The answers are gathered along every rehearsal and compared with a table that people can read: a right that changes is
a line that changes. `ATO_WRITE_TRACES=1` writes the tables anew.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.load import load
from desk.case import commands as cmd
from desk.case.results import Dead, TicketInspected, TicketSeen
from desk.case.situation import GivenTicket, Related
from desk.playbook.model import Deed, Playbook
from desk.rules.decide import refused
from desk.rules.questions import asked_of
from desk.values import Person, Refusal
from desk.workflow.duties import duties
from tests.desk.bench import CASE, PEOPLE, Bench, fills

EXPECTED = Path(__file__).parent / "expected"
BOOKS = dict(load())
SOMEBODY_ELSE = "UNEW0001"
WHO_MAY = ("role", "people")
"""The arguments of a refusal that name who may do it."""


def somebody(*roles: str) -> Person:
    """Somebody who did nothing in any case so far."""
    return Person(id=SOMEBODY_ELSE, roles=frozenset(roles))


READ = TicketInspected(seen=TicketSeen(id=7, url="https://mrd.example/tickets/7"))
"""A ticket given by hand, as it was read."""


def everybody(book: Playbook) -> dict[str, Person]:
    return {role: somebody(role) for role in book.roles} | {"outsider": somebody()}


def asked(bench: Bench, deed: Deed, by: Person) -> cmd.Command:
    """What a deed asks for, by somebody else."""
    command = bench.command(deed)
    bench.count -= 1
    return command.model_copy(update={"by": by})


def acts(bench: Bench, by: Person) -> Iterator[tuple[str, cmd.Command]]:
    """Everything people may do with a case beside finishing its steps."""
    book, about = bench.playbook, {"case": CASE, "delivery": "x", "by": by}
    for duty in duties(bench.situation):
        on = about | {"step": duty.step, "occurrence": duty.occurrence}
        owner = somebody(book.steps[duty.step].owner).model_copy(update={"id": "UOTHER01"})
        yield f"claim {duty.step}", cmd.ClaimStep(**on)
        yield f"snooze {duty.step}", cmd.Snooze(**on, seconds=600, reason="later")
        yield f"hand over {duty.step}", cmd.HandOver(**on, to=owner)
        yield f"override {duty.step}", cmd.Override(**on, reason="nobody else is here")
    for name in book.fields:
        if bench.case.known(name) and book.fields[name].type in {"name", "email", "phone", "code"}:
            value = {"email": "new@example.com", "phone": "+390669821234"}.get(book.fields[name].type, "7")
            yield f"correct {name}", cmd.RecordFacts(**about, fills=fills({name: value}))
    yield "note", cmd.AddNote(**about, words="the customer called again")
    if asked_of(bench.situation):
        yield "question", cmd.Question(**about, words="which logs?")
    yield "wait for the customer", cmd.WaitForCustomer(**about, reason="on a plane")
    yield "cancel", cmd.Cancel(**about, code=next(iter(book.cancels), ""))
    yield "merge", cmd.Merge(**about, into="ATO-99")
    if not bench.case.open:
        yield "reopen", cmd.Reopen(**about, reason="it went on")


def said_who(refusal: Refusal) -> bool:
    """Whether a refusal of a role says who may; one for another reason has nothing to say of that."""
    return all(refusal.line.args.get(name) for name in WHO_MAY)


class Matrix:
    """Which roles were let through, for each thing that was tried."""

    def __init__(self, book: Playbook) -> None:
        self.book = book
        self.may: dict[str, set[str]] = {}
        self.silent: set[str] = set()

    def try_all(self, bench: Bench, deed: Deed) -> None:
        word = f"try {deed.step}.{deed.attempt}" if deed.attempt else f"step {deed.step}"
        what = f"part {deed.part}" if deed.part else word
        every = list(acts(bench, somebody())) if bench.case.opened_at else []
        for role, person in everybody(self.book).items():
            if not (deed.makes or deed.moves or deed.refused):
                self.note(what, role, refused(asked(bench, deed, person), bench.situation))
            for act, command in every:
                theirs = command.model_copy(update={"by": person})
                self.note(act, role, refused(theirs, bench.situation))

    def note(self, what: str, role: str, refusal: Refusal | None) -> None:
        found = self.may.setdefault(what, set())
        if refusal is None:
            found.add(role)
        elif role == "outsider" and not said_who(refusal) and "Only" in refusal.line.key:
            self.silent.add(f"{what}: {refusal.line.key}")

    def lines(self) -> list[str]:
        order = [*self.book.roles, "outsider"]
        return sorted(
            f"{what}: {', '.join(sorted(may, key=order.index)) or 'nobody'}" for what, may in self.may.items()
        )


@pytest.fixture(scope="module")
def matrices() -> dict[str, Matrix]:
    return {name: gathered(book) for name, book in BOOKS.items()}


def gathered(book: Playbook) -> Matrix:
    """Try everything before each deed and at the end; where two rehearsals begin alike, once is enough."""
    matrix, tried = Matrix(book), set[str]()
    for rehearsal in book.rehearsals.values():
        bench, so_far = Bench(book), ""
        for deed in rehearsal.deeds:
            so_far += deed.model_dump_json()
            if so_far not in tried:
                matrix.try_all(bench, deed)
                tried.add(so_far)
            bench.play(deed)
        matrix.try_all(bench, rehearsal.deeds[-1].model_copy(update={"refused": True}))
    return matrix


@pytest.mark.parametrize("book", sorted(BOOKS))
def test_everybody_may_do_what_the_table_says_and_nothing_else(matrices: dict[str, Matrix], book: str) -> None:
    file = EXPECTED / f"rights.{book}.txt"
    if os.environ.get("ATO_WRITE_TRACES"):
        file.write_text("\n".join(matrices[book].lines()) + "\n", encoding="utf-8")
    assert matrices[book].lines() == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("book", sorted(BOOKS))
def test_an_outsider_may_do_nothing_and_hears_who_may(matrices: dict[str, Matrix], book: str) -> None:
    assert [what for what, may in matrices[book].may.items() if "outsider" in may] == []
    assert matrices[book].silent == set()


@pytest.mark.parametrize("book", sorted(BOOKS))
def test_every_step_and_part_is_in_the_table(matrices: dict[str, Matrix], book: str) -> None:
    steps = {f"step {n}" for n, one in BOOKS[book].steps.items() if one.enabled and not one.parts and not one.automatic}
    parts = {f"part {n}.{p}" for n, one in BOOKS[book].steps.items() for p in one.parts if one.parts[p].enabled}
    assert (steps | parts) - set(matrices[book].may) == set()


# A role that is missing, doubled, or taken away in the middle of a case --------------------------

MR_D = BOOKS["mr_d"]
DEEDS = [deed for deed in MR_D.rehearsals["not_found"].deeds if not deed.refused]
AT_SUSPEND = next(n for n, deed in enumerate(DEEDS) if deed.step == "suspend")
AT_REFUND = next(n for n, deed in enumerate(DEEDS) if deed.step == "refund")


def bench_at(number: int) -> Bench:
    bench = Bench(MR_D)
    bench.play_all(DEEDS[:number])
    return bench


@pytest.mark.parametrize("number", range(1, len(DEEDS)))
def test_whoever_lost_the_role_in_the_middle_of_a_case_may_not_go_on(number: int) -> None:
    bench = bench_at(number)
    had = PEOPLE[DEEDS[number].who]
    lost = had.model_copy(update={"roles": frozenset()})
    refusal = refused(asked(bench, DEEDS[number], lost), bench.situation)
    assert refusal and said_who(refusal)
    assert refused(asked(bench, DEEDS[number], had), bench.situation) is None


@pytest.mark.parametrize(
    ("book", "rehearsal"), [(name, one) for name, book in BOOKS.items() for one in book.rehearsals]
)
def test_each_role_missing_or_doubled_at_every_deed(book: str, rehearsal: str) -> None:
    """Who has every role but the right one may not; who has every role may what the right one alone may, no more."""
    playbook = BOOKS[book]
    bench, every, tried = Bench(playbook), frozenset(playbook.roles), 0
    for deed in playbook.rehearsals[rehearsal].deeds:
        if not (deed.makes or deed.moves):
            had = PEOPLE[deed.who]
            alone, doubled, others = (
                refused(asked(bench, deed, had.model_copy(update={"roles": roles})), bench.situation)
                for roles in (had.roles, every, every - had.roles)
            )
            assert (alone is None) is not deed.refused
            assert doubled == alone
            # A try is logged by whoever works on the case: the table says who.
            assert deed.attempt or (others and said_who(others))
            tried += 1
        bench.play(deed)
    assert tried


@pytest.mark.parametrize("step", ["assist", "suspend"])
def test_the_agent_who_opened_a_case_is_not_its_mod_at_any_step(step: str) -> None:
    bench = Bench(MR_D)
    deeds = MR_D.rehearsals["assisted"].deeds if step == "assist" else DEEDS
    at = next(n for n, deed in enumerate(deeds) if deed.step == step)
    bench.play_all(deeds[:at])
    both = PEOPLE["agent"].model_copy(update={"roles": frozenset({"cs_agent", "mod"})})
    refusal = refused(asked(bench, deeds[at], both), bench.situation)
    assert refusal and "yourself" in refusal.line.key
    assert refused(asked(bench, deeds[at], PEOPLE["mod"]), bench.situation) is None


def test_no_step_of_a_mod_is_open_to_who_opened_the_case_but_one_that_nobody_opened() -> None:
    """`confirm_suspended` belongs to a ticket that people made by hand: no agent opened that case."""
    open_to_all = [n for n, one in MR_D.steps.items() if one.owner == "mod" and MR_D.opens_with not in one.not_by]
    assert open_to_all == ["confirm_suspended"]


def test_every_refusal_is_an_event_without_anything_of_the_customer() -> None:
    bench = bench_at(AT_SUSPEND)
    for person in (somebody(), PEOPLE["agent"], PEOPLE["lead"]):
        decision = bench.tell(asked(bench, DEEDS[AT_SUSPEND], person))
        assert decision.refusal
        assert [(event.kind, event.by) for event in decision.events] == [("act_refused", person.id)]
        assert decision.effects == ()
    kept = "".join(one.model_dump_json() for one in bench.happened("act_refused"))
    assert "anwyk" not in kept and "555" not in kept


def test_a_claim_is_worth_nothing_without_the_role() -> None:
    bench = bench_at(AT_SUSPEND)
    bench.tell(cmd.ClaimStep(case=CASE, delivery="c", by=PEOPLE["mod"], step="suspend"))
    lost = PEOPLE["mod"].model_copy(update={"roles": frozenset()})
    refusal = refused(asked(bench, DEEDS[AT_SUSPEND], lost), bench.situation)
    assert refusal and said_who(refusal)
    assert refused(asked(bench, DEEDS[AT_SUSPEND], PEOPLE["mod2"]), bench.situation) is None


def test_every_role_at_once_does_not_lift_four_eyes() -> None:
    every = frozenset(MR_D.roles)
    for number, did in ((AT_SUSPEND, "agent"), (AT_REFUND, "data")):
        bench = bench_at(number)
        both = PEOPLE[did].model_copy(update={"roles": every})
        refusal = refused(asked(bench, DEEDS[number], both), bench.situation)
        assert refusal and "yourself" in refusal.line.key
        own = cmd.Override(case=CASE, delivery="o", by=both, step=DEEDS[number].step or "", reason="I may")
        lifted = refused(own, bench.situation)
        assert lifted and "yourself" in lifted.line.key


def test_a_team_lead_lifts_four_eyes_for_somebody_else_with_a_reason() -> None:
    bench = bench_at(AT_SUSPEND)
    both = PEOPLE["agent"].model_copy(update={"roles": frozenset({"cs_agent", "mod"})})
    about = {"case": CASE, "delivery": "o", "by": PEOPLE["lead"], "step": "suspend"}
    assert bench.tell(cmd.Override(**about, reason=" ")).refusal
    assert bench.tell(cmd.Override(**about, reason="the only MOD here")).refusal is None
    assert refused(asked(bench, DEEDS[AT_SUSPEND], both), bench.situation) is None


def test_a_role_that_nobody_has_is_still_named_in_a_refusal() -> None:
    bench = bench_at(AT_SUSPEND)
    refusal = refused(asked(bench, DEEDS[AT_SUSPEND], somebody("cs_agent")), bench.situation)
    assert refusal and refusal.line.args == {"role": MR_D.roles["mod"].title, "people": "role:mod"}


def test_what_a_refund_is_paid_for_is_not_corrected_by_whoever_may_pay_it() -> None:
    bench = bench_at(AT_REFUND)
    for name, value in (("customer_id", "999"), ("refund_amount", "1.00")):
        about = {"case": CASE, "delivery": "r", "fills": fills({name: value})}
        for who in ("mod", "mod2", "data"):
            refusal = refused(cmd.RecordFacts(**about, by=PEOPLE[who]), bench.situation)
            assert refusal and said_who(refusal), (name, who)
        lead = cmd.RecordFacts(**about, by=PEOPLE["lead"])
        assert refused(lead, bench.situation) is None


def test_a_dead_letter_is_mended_by_whoever_works_on_the_case_and_others_hear_who() -> None:
    bench = Bench(MR_D, hold=frozenset({"create_ticket"}))
    bench.play_all(DEEDS[: AT_SUSPEND + 1])
    effect = bench.of("create_ticket")[0]
    bench.settle(effect, Dead(system="Zendesk", reason="the form is gone"))
    let: dict[str, list[str]] = {"retry": [], "by hand": []}
    for role, person in everybody(MR_D).items():
        about = {"case": CASE, "delivery": "m", "by": person, "effect": effect.key}
        asks = {"retry": cmd.RetryEffect(**about), "by hand": cmd.FinishByHand(**about, reference="7", shown=READ.mark)}
        for what, command in asks.items():
            refusal = refused(command, replace(bench.situation, related=Related(given=GivenTicket(READ))))
            let[what] += [] if refusal else [role]
            assert refusal is None or said_who(refusal)
    assert let == {"retry": ["cs_agent", "mod"], "by hand": ["cs_agent", "mod"]}
