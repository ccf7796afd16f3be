"""A rest after contacts were changed or money was paid: nothing that cannot be taken back before, and one reminder after."""

from datetime import timedelta

import pytest

from config.load import PLAYBOOKS, load
from config.rules import references
from desk.cards.step_status import standings
from desk.case import commands as cmd
from desk.case.situation import Situation
from desk.reminders.ladder import deadlines
from desk.values import Line
from desk.workflow.cooling_off import RESTS
from tests.desk.bench import Bench
from tests.engine.whole import PEOPLE, Whole

CASE = "01JD0000000000000000000001"
DAY = timedelta(hours=24)


async def up_to(step: str, **values: str) -> Whole:
    """Play a case with changed contacts and a refund, up to the deed that finishes this step."""
    desk = await Whole(load(PLAYBOOKS, ["mr_d"], {"mr_d": values})["mr_d"]).start()
    deeds = desk.playbook.rehearsals["not_found"].deeds
    end = next(n for n, deed in enumerate(deeds) if deed.step == step and not deed.refused)
    for deed in deeds[:end]:
        assert bool((await desk.play(deed, CASE)).refusal) is deed.refused
    return desk


async def finish(desk: Whole, step: str) -> Line | None:
    deeds = desk.playbook.rehearsals["not_found"].deeds
    deed = next(deed for deed in deeds if deed.step == step and not deed.refused)
    refusal = (await desk.play(deed, CASE)).refusal
    return refusal.line if refusal else None


async def test_a_refund_rests_after_contacts_were_restored_and_goes_on_afterwards() -> None:
    desk = await up_to("refund", cool_off="24h")
    line = await finish(desk, "refund")
    assert line is not None and line.key == RESTS.key
    desk.clock.move(DAY)
    assert await finish(desk, "refund") is None


async def test_the_suspension_is_not_lifted_within_a_day_of_the_refund() -> None:
    desk = await up_to("refund", cool_off="24h")
    desk.clock.move(DAY)
    assert await finish(desk, "refund") is None
    found = await desk.engine.look(CASE)
    assert found is not None
    assert found[0].step("reactivate").rests_until == desk.clock.now() + DAY
    line = await finish(desk, "reactivate")
    assert line is not None and line.key == RESTS.key
    desk.clock.move(DAY - timedelta(seconds=1))
    assert await finish(desk, "reactivate") is not None
    desk.clock.move(timedelta(seconds=1))
    assert await finish(desk, "reactivate") is None


async def test_nobody_is_reminded_before_and_the_card_says_until_when() -> None:
    desk = await up_to("refund", cool_off="24h")
    found = await desk.engine.look(CASE)
    assert found is not None
    case, playbook = found
    until = case.step("refund").rests_until
    assert until is not None
    assert (
        min(
            one.fire_at
            for one in deadlines(Situation(case, playbook, desk.clock.now()))
            if one.duty.startswith("refund")
        )
        >= until
    )
    (standing,) = [one for one in standings(Situation(case, playbook, desk.clock.now())) if one.step == "refund"]
    assert standing.rests and standing.held_until == until


async def test_only_a_team_lead_lifts_the_rest_and_says_why() -> None:
    desk = await up_to("refund", cool_off="24h")
    for who, reason, may in (
        ("mod", "in a hurry", False),
        ("lead", " ", False),
        ("lead", "bank", True),
    ):
        lift = cmd.Override(case=CASE, delivery=desk.delivery(), by=PEOPLE[who], step="refund", reason=reason)
        assert ((await desk.engine.accept(lift)).refusal is None) is may
    assert await finish(desk, "refund") is None


async def test_a_snooze_does_not_end_the_rest() -> None:
    desk = await up_to("refund", cool_off="24h")
    found = await desk.engine.look(CASE)
    assert found is not None
    snooze = cmd.Snooze(
        case=CASE,
        delivery=desk.delivery(),
        by=PEOPLE["mod2"],
        step="refund",
        occurrence=found[0].step("refund").occurrence,
        seconds=60,
        reason="lunch",
    )
    assert (await desk.engine.accept(snooze)).refusal is None
    desk.clock.move(timedelta(minutes=5))
    line = await finish(desk, "refund")
    assert line is not None and line.key == RESTS.key


async def test_without_the_setting_nothing_rests() -> None:
    desk = await up_to("refund")
    assert await finish(desk, "refund") is None
    assert await finish(desk, "reactivate") is None


@pytest.mark.parametrize("name", ["call.contact_restored", "cal", "refunds"])
def test_a_rest_after_something_that_is_not_there_is_a_mistake(name: str) -> None:
    playbook = load(PLAYBOOKS, ["mr_d"])["mr_d"]
    step = playbook.steps["reactivate"]
    assert step.cool_off is not None
    wrong = step.model_copy(update={"cool_off": step.cool_off.model_copy(update={"after": (name,)})})
    changed = playbook.model_copy(update={"steps": {**playbook.steps, "reactivate": wrong}})
    found = [*references.mentions(changed), *references.parts(changed)]
    assert any(name.rpartition(".")[2] in one.what for one in found)


async def test_whoever_lifted_a_step_does_not_finish_it() -> None:
    desk = await up_to("refund", cool_off="24h")
    both = PEOPLE["lead"].model_copy(update={"roles": frozenset({"mod", "team_lead"})})
    lift = cmd.Override(case=CASE, delivery=desk.delivery(), by=both, step="refund", reason="bank")
    assert (await desk.engine.accept(lift)).refusal is None
    deeds = desk.playbook.rehearsals["not_found"].deeds
    deed = next(one for one in deeds if one.step == "refund" and not one.refused)
    pay = Bench(desk.playbook).command(deed)
    mine = pay.model_copy(update={"case": CASE, "delivery": desk.delivery(), "by": both})
    answer = await desk.engine.accept(mine)
    assert answer.refusal is not None and "You lifted" in answer.refusal.line.key
    assert await finish(desk, "refund") is None
