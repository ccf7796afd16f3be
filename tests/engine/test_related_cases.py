"""What only other cases know, what the company's Admin does, and what is copied to Google Chat."""

import yaml
from pydantic import JsonValue

from config.load import PLAYBOOKS, load
from desk.case import commands as cmd
from desk.service.ports import GiveUp, TryAgain
from tests.engine.whole import PEOPLE, Whole

FIRST, SECOND = "01JD0000000000000000000001", "01JD0000000000000000000002"


def mr_d(**values: str) -> Whole:
    return Whole(load(PLAYBOOKS, ["mr_d"], {"mr_d": values})["mr_d"])


async def test_an_open_case_of_the_same_customer_is_named_at_once() -> None:
    desk = await mr_d().start()
    deeds = desk.playbook.rehearsals["unchanged"].deeds
    await desk.play(deeds[0], FIRST)
    answer = await desk.play(deeds[0], SECOND)
    assert answer.case.twins == ("ATO-1",)
    assert answer.case.number == 2


async def test_a_closed_case_of_the_same_customer_is_not() -> None:
    desk = await mr_d().start()
    await desk.play_all(desk.playbook.rehearsals["failed_order"].deeds, FIRST)
    answer = await desk.play(desk.playbook.rehearsals["failed_order"].deeds[0], SECOND)
    assert answer.case.twins == ()


async def test_a_refused_intake_uses_up_no_number() -> None:
    desk = await mr_d().start()
    deed = desk.playbook.rehearsals["unchanged"].deeds[0]
    refused = await desk.play(deed.model_copy(update={"fill": {}}), FIRST)
    assert refused.refusal is not None
    assert (await desk.play(deed, SECOND)).case.number == 1


async def test_the_same_orders_are_not_refunded_twice_unless_the_team_lead_says_so() -> None:
    desk = await mr_d().start()
    deeds = desk.playbook.rehearsals["not_found"].deeds
    refund = next(n for n, d in enumerate(deeds) if d.step == "refund" and not d.refused)
    await desk.play_all(deeds, FIRST)
    await desk.play_all(deeds[:refund], SECOND)
    refused = await desk.play(deeds[refund], SECOND)
    assert refused.refusal is not None
    assert refused.refusal.line.args["cases"] == "ATO-1"
    lifted = cmd.Override(case=SECOND, delivery="o", by=PEOPLE["lead"], step="refund", reason="two wallets")
    assert (await desk.engine.accept(lifted)).refusal is None
    assert (await desk.play(deeds[refund], SECOND)).refusal is None


async def test_the_back_office_suspends_before_the_ticket_says_so() -> None:
    desk = await mr_d(back_office="http").start()
    desk.customer("2048811", "naledi.mahlangu@example.com")
    deeds = desk.playbook.rehearsals["unchanged"].deeds
    await desk.play_all(deeds[:3], FIRST)
    desk.office.before.append(TryAgain("Back office", "does not answer"))
    await desk.play(deeds[3], FIRST)
    assert not desk.tickets.tickets
    desk.later.clear()
    await desk.work()
    assert [verb for verb, *_ in desk.office.done] == ["suspend"]
    assert len(desk.tickets.tickets) == 1


async def test_a_back_office_that_refuses_leaves_it_to_people_and_the_ticket_follows() -> None:
    desk = await mr_d(back_office="http").start()
    desk.customer("2048811", "naledi.mahlangu@example.com")
    deeds = desk.playbook.rehearsals["unchanged"].deeds
    await desk.play_all(deeds[:3], FIRST)
    desk.office.before.append(GiveUp("Back office", "is closed for repairs"))
    answer = await desk.play(deeds[3], FIRST)
    case, _ = await desk.engine.look(answer.case.id) or (None, None)
    assert case is not None
    (trouble,) = case.troubles.values()
    assert trouble.dead and "repairs" in trouble.reason
    by_hand = cmd.FinishByHand(
        case=FIRST, delivery="h", by=PEOPLE["mod"], effect=trouble.effect, reference="done on Admin"
    )
    assert (await desk.engine.accept(by_hand)).refusal is None
    await desk.work()
    assert len(desk.tickets.tickets) == 1


async def test_what_the_back_office_tells_never_replaces_what_a_person_said() -> None:
    desk = await mr_d(back_office="http").start()
    desk.customer("2048811", "naledi.mahlangu@example.com")
    deeds = desk.playbook.rehearsals["unchanged"].deeds
    await desk.play(deeds[0], FIRST)
    found, _ = await desk.engine.look(FIRST) or (None, None)
    assert found is not None and found.value("customer_id") == "2048811"
    typed: dict[str, JsonValue] = {**deeds[1].fill, "customer_id": "999"}
    answer = await desk.play(deeds[1].model_copy(update={"fill": typed}), FIRST)
    assert answer.case.value("customer_id") == "999"


async def test_the_three_lines_go_to_google_chat_when_switched_on() -> None:
    desk = await mr_d(google_chat="on").start()
    await desk.play_all(desk.playbook.rehearsals["unchanged"].deeds[:3], FIRST)
    (said,) = desk.copies.said.values()
    assert said == (
        "Issue: Account Take Over",
        "Customer ID: 2048811",
        "Action required: Please investigate and provide feedback to the customer",
    )


async def test_nothing_is_copied_or_asked_when_switched_off() -> None:
    desk = await mr_d().start()
    await desk.play_all(desk.playbook.rehearsals["not_found"].deeds, FIRST)
    assert not desk.copies.said and not desk.office.done
    kinds = {planned.effect.kind for planned in desk.cases.effects.values()}
    assert not kinds & {"ask_back_office", "copy_brief"}
    assert yaml.safe_load((PLAYBOOKS / "mr_d.yaml").read_text())["values"]["back_office"] == "by_hand"
