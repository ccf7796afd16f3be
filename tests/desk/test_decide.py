"""`decide` is pure and total: whatever comes, in whatever order, it answers with a decision and raises nothing."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.cards.case_card import face, inboxes
from desk.case import commands as cmd
from desk.case.fold import fold
from desk.case.results import Dead, Delayed, Result, Told
from desk.case.state import Case
from desk.reminders.ladder import deadlines
from desk.rules.decide import decide
from desk.values import Fill, Person, TicketRef
from tests.desk.bench import CASE, PEOPLE, Bench, mr_d

MR_D = mr_d()
STEPS = [*MR_D.steps, "nowhere", ""]
PARTS = ["escalation", "acknowledged", "customer_told", "nothing"]
OUTCOMES = sorted({name for step in MR_D.steps.values() for name in step.outcomes} | {"done", "made_up"})
WORDS = st.one_of(
    st.sampled_from(
        [
            "pass",
            "fail",
            "same",
            "changed",
            "yes",
            "no",
            "call",
            "orders",
            "DFD-77120",
            "a@example.com",
            "0825550142",
            "https://admin.example/1",
        ]
    ),
    st.text(max_size=30),
)
RAW = st.one_of(st.none(), WORDS, st.lists(WORDS, max_size=3).map(tuple))
FILL = st.builds(Fill, raw=RAW, none_because=st.none() | st.text(max_size=10))
FILLS = st.dictionaries(st.sampled_from([*MR_D.fields, "unknown"]), FILL, max_size=8)
WHO: st.SearchStrategy[Person] = st.sampled_from(list(PEOPLE.values()))
GOOD = [deed for rehearsal in MR_D.rehearsals.values() for deed in rehearsal.deeds]


def _command(draw: st.DrawFn, bench: Bench) -> cmd.Command:
    common = {"case": CASE, "delivery": draw(st.text(max_size=5)), "by": draw(WHO)}
    fills, step = draw(FILLS), draw(st.sampled_from(STEPS))
    return draw(
        st.sampled_from(
            [
                bench.command(draw(st.sampled_from(GOOD))),
                bench.command(draw(st.sampled_from(GOOD))),
                cmd.OpenCase(**common, playbook="mr_d", fills=fills),
                cmd.CompleteStep(
                    **common,
                    step=step,
                    outcome=draw(st.sampled_from(OUTCOMES)),
                    fills=fills,
                    occurrence=draw(st.integers(0, 3)),
                ),
                cmd.CompletePart(**common, step=step, part=draw(st.sampled_from(PARTS)), fills=fills),
                cmd.ClaimStep(**common, step=step),
                cmd.RecordFacts(**common, fills=fills),
                cmd.NoteTicket(**common, ticket=TicketRef(id=draw(st.sampled_from([48231, 1])))),
                cmd.Chase(**common),
                cmd.RetryEffect(**common, effect=draw(st.sampled_from([e.key for e in bench.waiting] or ["x"]))),
                cmd.FinishByHand(
                    **common,
                    effect=draw(st.sampled_from([*bench.case.troubles, "x"])),
                    reference=draw(WORDS),
                ),
            ]
        )
    )


def _settle(draw: st.DrawFn, bench: Bench) -> cmd.Command | None:
    if not bench.waiting:
        return None
    effect = draw(st.sampled_from(bench.waiting))
    result: Result = draw(
        st.sampled_from(
            [
                bench.result(effect),
                Delayed(system="Zendesk", since_at=bench.now, reason="does not answer"),
                Dead(system="Slack", reason="the channel is gone"),
                Told(channel="C", ts="1"),
            ]
        )
    )
    return cmd.Settle(case=CASE, delivery="", effect=effect, result=result)


@st.composite
def histories(draw: st.DrawFn) -> Bench:
    bench = Bench(
        MR_D,
        hold=frozenset({"create_ticket", "update_ticket", "look_at_ticket", "show_card", "tell_people"}),
    )
    for _ in range(draw(st.integers(1, 25))):
        bench.now += timedelta(minutes=draw(st.sampled_from([0, 1, 20, 600])))
        settling = _settle(draw, bench) if draw(st.booleans()) else None
        bench.tell(settling or _command(draw, bench))
    return bench


@settings(max_examples=150, deadline=None)
@given(histories())
def test_nothing_is_ever_raised_and_the_log_always_folds_to_the_case(bench: Bench) -> None:
    assert fold(Case(id=CASE, playbook_hash="hash"), bench.case.log) == bench.case
    keys = [effect.key for effect in (*bench.done, *bench.waiting)]
    assert len(keys) == len(set(keys)), "an effect key was used twice"
    assert len(bench.of("create_ticket")) <= 1
    for inbox in inboxes(bench.situation):
        face(bench.situation, inbox)
    assert all(one.fire_at.tzinfo is not None for one in deadlines(bench.situation))


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_closed_case_owes_nothing_and_promises_nothing(bench: Bench) -> None:
    if bench.case.ending is None:
        return
    assert deadlines(bench.situation) == ()
    assert "open" not in bench.case.promises.values()


def test_deciding_twice_gives_the_same_answer() -> None:
    bench = Bench(MR_D)
    command = bench.command(MR_D.rehearsals["unchanged"].deeds[0])
    first = decide(command, bench.situation)
    assert decide(command, bench.situation) == first
