"""Two people who claim one profile: both are told, and what cannot be taken back waits for the MOD."""

from dataclasses import replace

import pytest

from config.load import PLAYBOOKS, load
from desk.cards.case_card import face, inboxes
from desk.cards.timeline import timeline
from desk.case import commands as cmd
from desk.case.commands import DecideDispute, LookAtClaims
from desk.case.effects import TellPeople
from desk.case.situation import Situation
from desk.case.state import Case
from desk.identity import ownership_disputes
from desk.playbook.model import Deed
from desk.service.answer import Answer
from desk.values import Fill, Person
from tests.desk.bench import Bench
from tests.engine.whole import PEOPLE, Whole

MR_D = load(PLAYBOOKS, ["mr_d"])["mr_d"]
FAILED = MR_D.rehearsals["failed_standard"].deeds
DEEDS = MR_D.rehearsals["unchanged"].deeds
RECEIVE, LOCATE = DEEDS[:2]
RESET = next(n for n, one in enumerate(DEEDS) if one.step == "request_reset")
FIRST, SECOND = "01JD0000000000000000000001", "01JD0000000000000000000002"
ELSE = {"email": "somebody.else@example.com", "phone": "083 555 0999"}


def of(deed: Deed, **fill: str) -> Deed:
    return deed.model_copy(update={"fill": {**deed.fill, **fill}})


@pytest.fixture
async def desk() -> Whole:
    """A case that waits for its password reset."""
    desk = await Whole(MR_D).start()
    await desk.play_all(DEEDS[:RESET], FIRST)
    return desk


async def claim(desk: Whole, **contact: str) -> Answer:
    """Let somebody call about the same profile."""
    await desk.play(of(RECEIVE, **contact), SECOND)
    return await desk.play(LOCATE, SECOND)


async def close(desk: Whole, who: str, *, merge: bool = False) -> Answer:
    about = {"case": SECOND, "delivery": desk.delivery(), "by": PEOPLE[who]}
    code = cmd.Merge(**about, into="ATO-1") if merge else cmd.Cancel(**about, code="not_owner")
    answer = await desk.engine.accept(code)
    await desk.work()
    return answer


async def decide(desk: Whole, case: str, who: str | Person) -> Answer:
    by = PEOPLE[who] if isinstance(who, str) else who
    about = {"case": case, "delivery": desk.delivery(), "by": by}
    answer = await desk.engine.accept(DecideDispute(**about, reason="Both were called back."))
    await desk.work()
    return answer


def told(desk: Whole) -> list[TellPeople]:
    """Give what people were told of disputes."""
    every = [one.effect for one in desk.cases.effects.values()]
    return [
        one
        for one in every
        if isinstance(one, TellPeople) and ownership_disputes.DISPUTED.key in {line.key for line in one.lines}
    ]


async def the(desk: Whole, case: str) -> Case:
    found = await desk.cases.load(case)
    assert found is not None
    return found[0]


async def test_the_second_claim_says_who_else_claims_it(desk: Whole) -> None:
    answer = await claim(desk, **ELSE)
    assert answer.case.rivals == ("ATO-1",)
    (warning,) = face(Situation(answer.case, MR_D, desk.clock.now()), "person:UAGENT01").warnings
    assert warning.args == {"cases": "ATO-1", "role": MR_D.roles["mod"].title}


async def test_the_same_customer_who_calls_again_is_no_dispute(desk: Whole) -> None:
    answer = await claim(desk)
    assert (answer.case.rivals, answer.case.twins) == ((), ("ATO-1",))
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal is None


async def test_another_profile_is_no_dispute(desk: Whole) -> None:
    await desk.play(of(RECEIVE, **ELSE), SECOND)
    answer = await desk.play(of(LOCATE, customer_id="777", profile_link="https://admin.example/777"), SECOND)
    assert answer.case.rivals == ()


async def test_the_first_ones_reset_waits_until_the_mod_has_decided(desk: Whole) -> None:
    await claim(desk, **ELSE)
    held = await desk.play(DEEDS[RESET], FIRST)
    assert held.refusal
    assert held.refusal.line.args == {"cases": "ATO-2", "role": MR_D.roles["mod"].title}
    assert held.case.step("request_reset").status == "open"
    assert held.case.log[-1].kind == "act_refused"
    assert (await close(desk, "mod")).refusal is None
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal is None


async def test_only_who_may_cancel_decides(desk: Whole) -> None:
    await claim(desk, **ELSE)
    for who in ("agent", "data"):
        assert (await close(desk, who)).refusal
        assert (await close(desk, who, merge=True)).refusal
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal
    merged = await close(desk, "mod", merge=True)
    assert merged.refusal is None
    assert [one.by for one in merged.case.log if one.kind == "case_merged"] == [PEOPLE["mod"].id]


@pytest.mark.parametrize("part", ["call.reset_link_sent", "reactivate"])
async def test_no_link_is_sent_and_nothing_is_lifted_while_two_claim_it(part: str) -> None:
    desk = await Whole(MR_D).start()
    at = next(n for n, one in enumerate(DEEDS) if part in {one.part, one.step})
    await desk.play_all(DEEDS[:at], FIRST)
    await claim(desk, **ELSE)
    assert (await desk.play(DEEDS[at], FIRST)).refusal
    await close(desk, "lead")
    assert (await desk.play(DEEDS[at], FIRST)).refusal is None


async def owner_fails(desk: Whole, who: str, case: str) -> Answer:
    """End a case at the verification, as whoever asks the questions may."""
    return await desk.play(FAILED[-1].model_copy(update={"who": who}), case)


async def test_a_rival_that_an_agent_closes_stays_one_until_the_mod_has_decided(
    desk: Whole,
) -> None:
    await claim(desk, **ELSE)
    gone = await owner_fails(desk, "agent", SECOND)
    assert gone.case.ending == "failed_verification"
    held = await desk.play(DEEDS[RESET], FIRST)
    assert held.refusal
    assert held.refusal.line.args == {"cases": "ATO-2", "role": MR_D.roles["mod"].title}
    assert (await decide(desk, FIRST, "data")).refusal
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal
    assert (await decide(desk, FIRST, "mod")).refusal is None
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal is None


async def test_the_rival_stays_one_where_the_first_case_heard_of_it_too_late(desk: Whole) -> None:
    """The other case's word is enough: what tells the first case of it may still be on its way."""
    await desk.play(of(RECEIVE, **ELSE), SECOND)
    desk.cases.effects = {}
    bench = Bench(MR_D)
    for deed in (LOCATE, FAILED[-1]):
        command = bench.command(deed).model_copy(update={"case": SECOND, "delivery": desk.delivery()})
        await desk.engine.accept(command)
    late = [one.key for one in desk.cases.queued() if one.kind == "tell_rival"]
    assert (await the(desk, FIRST)).rivals == ()
    assert (await the(desk, SECOND)).ending == "failed_verification"
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal
    assert {desk.cases.effects[key].status for key in late} == {"done"}
    assert (await the(desk, FIRST)).rivals == ("ATO-2",)


async def test_correcting_a_contact_lifts_no_dispute(desk: Whole) -> None:
    await claim(desk, **ELSE)
    same = {name: Fill(raw=RECEIVE.fill[name]) for name in ("email", "phone")}
    about = {"case": SECOND, "delivery": desk.delivery(), "by": PEOPLE["mod"]}
    corrected = await desk.engine.accept(cmd.RecordFacts(**about, fills=same))
    assert corrected.refusal is None
    assert corrected.case.rivals == ("ATO-1",)
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal


async def test_whoever_opened_one_of_the_cases_does_not_decide(desk: Whole) -> None:
    await desk.play(of(RECEIVE, **ELSE).model_copy(update={"who": "agent2"}), SECOND)
    await desk.play(LOCATE.model_copy(update={"who": "agent2"}), SECOND)
    for who in ("agent", "agent2"):
        both = PEOPLE[who].model_copy(update={"roles": frozenset({"cs_agent", "mod"})})
        refused = await decide(desk, FIRST, both)
        assert refused.refusal and "yourself" in refused.refusal.line.key
    both = PEOPLE["agent"].model_copy(update={"roles": frozenset({"cs_agent", "mod"})})
    about = {"case": SECOND, "delivery": desk.delivery(), "by": both}
    await desk.engine.accept(cmd.Cancel(**about, code="not_owner"))
    await desk.work()
    assert (await the(desk, SECOND)).ending == "not_owner"
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal


async def test_a_decision_for_one_leaves_the_other_waiting(desk: Whole) -> None:
    await claim(desk, **ELSE)
    decided = await decide(desk, FIRST, "mod")
    assert (decided.case.rivals, decided.case.decided) == ((), {"ATO-2"})
    assert (await the(desk, SECOND)).rivals == ("ATO-1",)
    again = await desk.engine.accept(LookAtClaims(case=FIRST, delivery="x", about="ATO-2"))
    assert again.case.rivals == ()
    unasked = await decide(desk, FIRST, "mod")
    assert unasked.refusal and "Nobody else" in unasked.refusal.line.key


async def test_a_case_that_is_opened_again_is_disputed_again(desk: Whole) -> None:
    await claim(desk, **ELSE)
    await close(desk, "mod")
    assert (await the(desk, FIRST)).rivals == ()
    about = {"case": SECOND, "delivery": desk.delivery(), "by": PEOPLE["mod"]}
    await desk.engine.accept(cmd.Reopen(**about, reason="The caller proved it."))
    await desk.work()
    assert (await the(desk, SECOND)).rivals == ("ATO-1",)
    assert (await the(desk, FIRST)).rivals == ("ATO-2",)
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal


async def test_both_sides_show_it_and_the_mod_is_called_once(desk: Whole) -> None:
    await claim(desk, **ELSE)
    for case, other in ((FIRST, "ATO-2"), (SECOND, "ATO-1")):
        found = await the(desk, case)
        situation = Situation(found, MR_D, desk.clock.now())
        assert found.rivals == (other,)
        assert "role:mod" in inboxes(situation)
        for inbox in inboxes(situation):
            (warning,) = face(situation, inbox).warnings
            assert warning.args["cases"] == other
        assert f"Somebody else claims this profile: {other}" in "\n".join(timeline(situation, "en"))
    said = told(desk)
    assert [(one.case, one.inbox) for one in said if one.mention] == [(SECOND, "role:mod")]
    assert {one.inbox for one in said if one.case == FIRST} >= {"role:mod", "person:UAGENT01"}
    await desk.engine.accept(LookAtClaims(case=FIRST, delivery="again", about="ATO-2"))
    await desk.work()
    assert told(desk) == said


async def test_the_later_case_calls_whichever_of_them_found_out() -> None:
    """The second caller's profile is known first; it is the first caller's search that shows the dispute."""
    desk = await Whole(MR_D).start()
    await desk.play(RECEIVE, FIRST)
    await claim(desk, **ELSE)
    assert (await the(desk, SECOND)).rivals == ()
    await desk.play(LOCATE, FIRST)
    called = [(one.case, one.inbox) for one in told(desk) if one.mention]
    assert called == [(SECOND, "role:mod")]


async def test_a_case_of_another_procedure_is_no_rival(desk: Whole) -> None:
    await claim(desk, **ELSE)
    mine, theirs = await the(desk, FIRST), await the(desk, SECOND)
    fresh = replace(mine, rivals=())
    assert ownership_disputes.rivals(fresh, MR_D, [(theirs, MR_D)]) == ("ATO-2",)
    assert ownership_disputes.rivals(fresh, MR_D, [(replace(theirs, playbook="other"), MR_D)]) == ()


async def test_a_claim_that_came_after_the_form_was_opened_is_not_decided(desk: Whole) -> None:
    await claim(desk, **ELSE)
    decide = DecideDispute(
        case=FIRST, delivery=desk.delivery(), by=PEOPLE["mod"], reason="called back", shown=("ATO-9",)
    )
    answer = await desk.engine.accept(decide)
    assert answer.refusal is not None and "since you opened this form" in answer.refusal.line.key
    assert (await the(desk, FIRST)).rivals == ("ATO-2",)
    seen = decide.model_copy(update={"shown": ("ATO-2",), "delivery": desk.delivery()})
    assert (await desk.engine.accept(seen)).refusal is None
