"""Qualia Connect: its lockout counts where its verification is switched on, and the lead decides about a disputed account."""

import pytest

from config.load import PLAYBOOKS, load
from config.locales import Catalogue
from desk.cards.case_card import face, inboxes
from desk.case import commands as cmd
from desk.case.commands import DecideDispute
from desk.case.situation import Situation
from desk.playbook.model import Deed, Playbook
from desk.service.answer import Answer
from desk.service.related_cases import for_card
from desk.workflow.duties import duties
from tests.desk.bench import PEOPLE
from tests.engine.whole import Whole

BOOKS = load(PLAYBOOKS, ["mr_d", "qualia_connect"])
QUALIA, MR_D = BOOKS["qualia_connect"], BOOKS["mr_d"]
DEEDS = QUALIA.rehearsals["handled"].deeds
REPORT, INFORM = DEEDS[0], DEEDS[-1]
PASSED = {"identity_name": "pass", "identity_contact": "pass"}
FAILED = Deed(
    who="qagent",
    step="identity",
    outcome="not_verified",
    fill={"identity_name": "pass", "identity_contact": "fail"},
)
GOOD = Deed(who="qagent", step="identity", outcome="verified", fill=PASSED)


def case_number(number: int) -> str:
    return f"01JD{number:022d}"


FIRST, SECOND = case_number(1), case_number(2)


def gated() -> Playbook:
    gate = QUALIA.steps["identity"].model_copy(update={"enabled": True})
    return QUALIA.model_copy(update={"steps": {**QUALIA.steps, "identity": gate}})


def of(deed: Deed, **fill: str) -> Deed:
    return deed.model_copy(update={"fill": {**deed.fill, **fill}})


async def test_after_three_failures_only_the_lead_goes_on_where_identity_is_verified() -> None:
    desk = await Whole(gated()).start()
    for number in range(1, 4):
        answer = await desk.play_all((REPORT, FAILED), case_number(number))
        assert answer.case.ending == "failed_verification"
    await desk.play(REPORT, case_number(9))
    refused = await desk.play(GOOD, case_number(9))
    assert refused.refusal and refused.refusal.line.args["role"] == QUALIA.roles["lead"].title
    situation = Situation(refused.case, gated(), desk.clock.now())
    (owed,) = [one for one in duties(situation) if one.step == "identity"]
    assert owed.owner == "lead"
    assert "role:lead" in inboxes(situation)
    done = await desk.play(GOOD.model_copy(update={"who": "qlead"}), case_number(9))
    assert done.refusal is None
    assert done.case.step("confirm").status == "open"


async def test_where_nobody_is_verified_there_is_nothing_to_count() -> None:
    """The gate was on, three failed, and it was switched off: a new case is like any other."""
    desk = await Whole(gated()).start()
    for number in range(1, 4):
        await desk.play_all((REPORT, FAILED), case_number(number))
    plain = await desk.cases.remember_playbook(QUALIA)
    desk.engine.playbooks = {QUALIA.playbook: QUALIA}
    desk.engine.hashes = {QUALIA.playbook: plain}
    answer = await desk.play(REPORT, case_number(9))
    assert (answer.case.locked, answer.case.step("confirm").status) == (0, "open")


async def test_failures_of_another_procedure_are_of_another_account() -> None:
    desk = await Whole(gated()).start()
    theirs = await desk.cases.remember_playbook(MR_D)
    desk.engine.playbooks = {"mr_d": MR_D, QUALIA.playbook: gated()}
    desk.engine.hashes = {**desk.engine.hashes, "mr_d": theirs}
    for number in range(1, 4):
        await desk.play_all((REPORT, FAILED), case_number(number))
    desk.playbook = MR_D
    receive, locate = MR_D.rehearsals["unchanged"].deeds[:2]
    await desk.play(of(receive, email=REPORT.fill["email"]), case_number(9))
    assert (await desk.play(locate, case_number(9))).case.locked == 0


@pytest.fixture
async def desk() -> Whole:
    """A case of which only the customer is still to be told."""
    desk = await Whole(QUALIA).start()
    await desk.play_all(DEEDS[:-1], FIRST)
    return desk


async def decide(desk: Whole, who: str) -> Answer:
    about = {"case": FIRST, "delivery": desk.delivery(), "by": PEOPLE[who]}
    return await desk.engine.accept(DecideDispute(**about, reason="Richiamato al numero noto."))


async def test_only_the_lead_decides_and_nobody_is_informed_before(desk: Whole) -> None:
    second = await desk.play(of(REPORT, name="Bruno", surname="Rossi", phone="06 6982 9999"), SECOND)
    assert second.case.rivals == ("QC-1",)
    assert (await desk.play(INFORM, FIRST)).refusal
    about = {"case": SECOND, "delivery": desk.delivery(), "by": PEOPLE["qagent"]}
    closed = await desk.engine.accept(cmd.Cancel(**about, code="not_owner"))
    assert closed.case.ending == "not_owner"
    await desk.work()
    refused = await desk.play(INFORM, FIRST)
    assert refused.refusal, "an agent may cancel in this procedure, and decides nothing by it"
    assert (await decide(desk, "qagent")).refusal
    assert (await decide(desk, "qlead")).refusal is None
    assert (await desk.play(INFORM, FIRST)).case.ending == "completed"


async def test_an_account_is_protected_at_once_whoever_claims_it(desk: Whole) -> None:
    await desk.play(of(REPORT, name="Bruno", surname="Rossi"), SECOND)
    answer = await desk.play(next(one for one in DEEDS if one.step == "protect"), SECOND)
    assert answer.refusal is None


async def test_the_lead_reads_it_in_italian_and_sees_both(desk: Whole) -> None:
    second = await desk.play(of(REPORT, name="Bruno", surname="Rossi"), SECOND)
    situation = Situation(second.case, QUALIA, desk.clock.now())
    seen = await for_card(situation, "role:lead", desk.cases)
    card = face(seen, "role:lead")
    assert [one.case for one in card.claimants] == ["QC-2", "QC-1"]
    (warning,) = card.warnings
    said = Catalogue()(warning, "it", "Europe/Rome")
    assert said == "Qualcun altro rivendica questo profilo: QC-1. Responsabile Qualia decide chi è il cliente."
