"""Two people who claim one profile: both are told, and what cannot be taken back waits for the MOD."""

import pytest

from config.load import PLAYBOOKS, load
from desk import commands as cmd
from desk.engine import Answer
from desk.faces import face
from desk.playbook import Deed
from tests.engine.whole import PEOPLE, Whole

MR_D = load(PLAYBOOKS, ["mr_d"])["mr_d"]
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
    return await desk.engine.accept(code)


async def test_the_second_claim_says_who_else_claims_it(desk: Whole) -> None:
    answer = await claim(desk, **ELSE)
    assert answer.case.rivals == ("ATO-1",)
    (warning,) = face(answer.case, MR_D, "person:UAGENT01").warnings
    assert warning.args == {"cases": "ATO-1", "role": MR_D.roles["mod"].title}


async def test_the_same_customer_who_calls_again_is_no_dispute(desk: Whole) -> None:
    answer = await claim(desk)
    assert (answer.case.rivals, answer.case.twins) == ((), ("ATO-1",))
    assert (await desk.play(DEEDS[RESET], FIRST)).refusal is None


async def test_another_profile_is_no_dispute(desk: Whole) -> None:
    await desk.play(of(RECEIVE, **ELSE), SECOND)
    answer = await desk.play(of(LOCATE, customer_id="777", profile_link="https://admin.example/777"), SECOND)  # fmt: skip
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
