"""Verification that teaches the caller nothing: answers in words, compared with what Admin says, and never kept."""

from dataclasses import replace

import pytest

from config.load import PLAYBOOKS, load
from desk.cards.case_card import face
from desk.cards.forms import form
from desk.case import commands as cmd
from desk.case.effects import AskBackOffice
from desk.case.events import EVENT
from desk.case.results import Answered
from desk.case.situation import Situation
from desk.identity.answer_check import BY_DESK, BY_HAND, NOT_THEIRS, WAIT
from desk.service.ports import GiveUp, TryAgain
from desk.values import Fill
from tests.engine.verifying import CASE, OTHER, Verifying
from tests.engine.whole import PEOPLE, Try

ORDER = {"restaurant_matches": "simply asia durbanville", "total_matches": "R215"}
PERSON = {
    "popi_full_name": "werner VAN WYK",
    "popi_contact": "083 555 0177 werner.vanwyk@example.com",
    "popi_last_order": "88010",
}
FOUND = {
    "profile_link": "https://admin.example/profiles/2048899",
    "customer_id": "2048899",
    "username_now": "same",
    "email_now": "same",
    "phone_now": "same",
}


@pytest.fixture
async def desk() -> Verifying:
    playbook = load(PLAYBOOKS, ["mr_d"], {"mr_d": {"answers": "http"}})["mr_d"]
    return await Verifying(playbook).begin()


async def by_order(desk: Verifying, number: str = "88010", case: str = CASE) -> None:
    await desk.receive(case)
    await desk.do("locate", {"dfd_number": number}, "not_found", case=case)


async def test_the_order_is_looked_up_as_soon_as_its_number_is_there(desk: Verifying) -> None:
    await by_order(desk)
    case = await desk.case()
    assert case.learnt["order DFD-88010"].found
    assert await desk.asked() == {
        "dfd_number": "order",
        "restaurant_matches": "text",
        "total_matches": "text",
    }
    drawn = form(case, desk.playbook, "verify_order", None, None)
    assert drawn.choices == ()
    assert not any(one.known for one in drawn.inputs if one.name != "dfd_number")


async def test_right_answers_verify_and_what_admin_says_of_the_customer_counts_from_then(
    desk: Verifying,
) -> None:
    await by_order(desk)
    before = await desk.case()
    assert not before.known("customer_id") and not before.known("trusted_email")
    assert (await desk.do("verify_order", ORDER)).refusal is None
    case = await desk.case()
    assert case.step("verify_order").outcome == "verified"
    assert case.step("suspend").status == "open"
    values = {name: case.value(name) for name in ("customer_id", "profile_link", "trusted_email")}
    assert values == {
        "customer_id": "2048899",
        "profile_link": "https://admin.example/profiles/2048899",
        "trusted_email": "werner.vanwyk@example.com",
    }


@pytest.mark.parametrize(
    ("said", "results"),
    [
        ({"restaurant_matches": "Nando's", "total_matches": "215"}, ("fail", "pass")),
        ({"restaurant_matches": "Simply Asia Durbanville", "total_matches": "215.01"}, ("pass", "fail")),
        ({"restaurant_matches": "Simply Asia Durbanville"}, ("pass", "fail")),
        ({}, ("fail", "fail")),
    ],
)
async def test_one_wrong_or_missing_answer_ends_it_and_nobody_is_told_which(
    desk: Verifying, said: dict[str, str], results: tuple[str, str]
) -> None:
    await by_order(desk)
    answer = await desk.do("verify_order", said)
    case = await desk.case()
    assert (case.step("verify_order").outcome, case.ending) == (
        "not_verified",
        "failed_verification",
    )
    assert (case.value("restaurant_matches"), case.value("total_matches")) == results
    assert answer.refusal is None and not case.known("trusted_email")


async def test_neither_answers_nor_what_would_be_right_is_kept(desk: Verifying) -> None:
    await by_order(desk)
    await desk.do("verify_order", {"restaurant_matches": "Nando's Rosebank", "total_matches": "99.95"})
    kept = b"".join(EVENT.dump_json(event) for event in (await desk.case()).log).decode().casefold()
    kept += "".join(one.model_dump_json() for one in desk.cases.queued()).casefold()
    for words in ("nando", "rosebank", "99.95", "simply", "asia", "durbanville", "215"):
        assert words not in kept, words


async def test_an_order_of_somebody_else_verifies_nobody(desk: Verifying) -> None:
    desk.order("DFD-55001", "Kauai", "80.00", days=30, customer="999")
    await desk.receive()
    await desk.do("locate", {**FOUND, "email_now": "changed", "dfd_number": "55001"}, "found")
    await desk.do("verify_order", {"restaurant_matches": "Kauai", "total_matches": "80"})
    assert (await desk.case()).step("verify_order").outcome == "not_verified"


async def test_an_order_that_was_reported_as_not_theirs_is_refused_at_its_field(
    desk: Verifying,
) -> None:
    await desk.receive()
    await desk.do("locate", {"dfd_number": "88010", "fraud_orders": "DFD-88010"}, "not_found")
    answer = await desk.do("verify_order", ORDER)
    assert answer.refusal is not None
    assert [(one.field, one.line) for one in answer.refusal.fields] == [("dfd_number", NOT_THEIRS)]
    assert (await desk.case()).step("verify_order").status == "open"


async def test_an_order_of_the_last_day_does_not_count(desk: Verifying) -> None:
    desk.order("DFD-88030", "Simply Asia Durbanville", "215.00", days=0.9)
    await by_order(desk, "88030")
    await desk.do("verify_order", ORDER)
    assert (await desk.case()).step("verify_order").outcome == "not_verified"


async def test_an_order_that_admin_does_not_know_goes_to_the_mod(desk: Verifying) -> None:
    await by_order(desk, "99999")
    await desk.do("verify_order", ORDER)
    case = await desk.case()
    assert case.step("verify_order").outcome == "order_unknown"
    assert case.step("assist").status == "open"


async def test_before_the_answer_is_there_the_form_waits_and_keeps_what_was_typed(
    desk: Verifying,
) -> None:
    await desk.receive()
    await desk.do("locate", {"dfd_number": "88010"}, "not_found", work=False)
    answer = await desk.do("verify_order", ORDER, work=False)
    assert answer.refusal is not None and answer.refusal.line == WAIT
    assert [one.field for one in answer.refusal.fields] == ["restaurant_matches"]
    assert not (await desk.case()).known("restaurant_matches")
    await desk.work()
    assert (await desk.do("verify_order", ORDER)).refusal is None


@pytest.mark.parametrize("trouble", [TryAgain("Back office", "does not answer"), GiveUp("Back office", "is closed")])
async def test_while_admin_does_not_answer_a_person_judges(desk: Verifying, trouble: TryAgain | GiveUp) -> None:
    await desk.receive()
    desk.office.before.append(trouble)
    await desk.do("locate", {"dfd_number": "88010"}, "not_found")
    words = await desk.do("verify_order", ORDER)
    assert words.refusal is not None and words.refusal.line == BY_HAND
    judged = {"restaurant_matches": "pass", "total_matches": "pass", **FOUND}
    assert (await desk.do("verify_order", judged, "verified")).refusal is None
    assert (await desk.case()).step("verify_order").outcome == "verified"


async def test_a_form_in_which_a_person_judged_does_not_count_once_admin_answers(
    desk: Verifying,
) -> None:
    await by_order(desk)
    judged = {"restaurant_matches": "pass", "total_matches": "pass"}
    answer = await desk.do("verify_order", judged, "verified")
    assert answer.refusal is not None
    assert {one.line.key for one in answer.refusal.fields} == {BY_DESK.key}
    assert (await desk.case()).step("verify_order").status == "open"


async def test_without_a_number_only_the_number_is_asked_and_the_answers_come_next(
    desk: Verifying,
) -> None:
    await desk.receive()
    await desk.do("locate", {**FOUND, "email_now": "changed"}, "found")
    assert await desk.asked() == {"dfd_number": "order"}
    assert (await desk.do("verify_order", {"dfd_number": "88010"})).refusal is None
    assert (await desk.case()).step("verify_order").status == "open"
    assert set(await desk.asked()) == {"dfd_number", "restaurant_matches", "total_matches"}
    await desk.do("verify_order", ORDER)
    assert (await desk.case()).step("verify_order").outcome == "verified"


async def test_another_number_is_looked_up_before_its_answers_count(desk: Verifying) -> None:
    await by_order(desk, "88014")
    answer = await desk.do("verify_order", {"dfd_number": "88010", **ORDER})
    assert answer.refusal is None
    assert (await desk.case()).step("verify_order").status == "open"
    await desk.do("verify_order", ORDER)
    assert (await desk.case()).step("verify_order").outcome == "verified"


async def test_an_amount_that_is_none_is_refused_at_its_field(desk: Verifying) -> None:
    await by_order(desk)
    answer = await desk.do("verify_order", {**ORDER, "total_matches": "about 200"})
    assert answer.refusal is not None
    assert [one.field for one in answer.refusal.fields] == ["total_matches"]


async def test_what_came_of_the_answers_cannot_be_corrected(desk: Verifying) -> None:
    await by_order(desk)
    mend = cmd.RecordFacts(
        case=CASE,
        delivery="m",
        by=PEOPLE["agent"],
        fills={"restaurant_matches": Fill(raw="pass")},
    )
    answer = await desk.engine.accept(mend)
    assert answer.refusal is not None and "nobody may change it" in answer.refusal.line.key


async def test_the_standard_questions_are_compared_with_the_profile(desk: Verifying) -> None:
    await desk.receive()
    await desk.do("locate", FOUND, "found")
    assert await desk.asked("verify_standard") == dict.fromkeys(PERSON, "text")
    await desk.do("verify_standard", PERSON)
    assert (await desk.case()).step("verify_standard").outcome == "verified"


@pytest.mark.parametrize("wrong", PERSON)
async def test_each_standard_question_counts(desk: Verifying, wrong: str) -> None:
    other = {
        "popi_full_name": "Werner Wyk",
        "popi_contact": "083 555 0178 werner.vanwyk@example.com",
        "popi_last_order": "DFD-88011",
    }
    await desk.receive()
    await desk.do("locate", FOUND, "found")
    await desk.do("verify_standard", {**PERSON, wrong: other[wrong]})
    assert (await desk.case()).ending == "failed_verification"


async def test_a_reported_order_is_no_recent_one(desk: Verifying) -> None:
    await desk.receive()
    await desk.do("locate", {**FOUND, "fraud_orders": "DFD-88010"}, "found")
    await desk.do("verify_standard", PERSON)
    assert (await desk.case()).ending == "failed_verification"


async def test_after_three_failures_right_answers_leave_it_to_the_mod_and_say_nothing(
    desk: Verifying,
) -> None:
    for number in range(3):
        name = f"01JD000000000000000000010{number}"
        await by_order(desk, case=name)
        await desk.do("verify_order", {"restaurant_matches": "x"}, case=name)
    await by_order(desk)
    answer = await desk.do("verify_order", ORDER)
    case = await desk.case()
    assert case.locked >= 3 and case.step("verify_order").status == "open"
    assert not case.known("restaurant_matches")
    assert answer.refusal is None or "pass" not in answer.refusal.model_dump_json()
    assert (await desk.do("verify_order", ORDER, who="mod")).refusal is None
    assert (await desk.case()).step("verify_order").outcome == "verified"


async def test_the_same_answer_has_another_digest_in_another_case(desk: Verifying) -> None:
    await by_order(desk)
    await by_order(desk, case=OTHER)
    one, other = [(await desk.case(name)).learnt["order DFD-88010"].answers for name in (CASE, OTHER)]
    assert one.keys() == other.keys() == {"restaurant_matches", "total_matches"}
    assert all(one[name].value != other[name].value for name in one)
    assert all(fact.personal for fact in one.values())


async def test_where_admin_gives_no_link_the_form_asks_for_it(desk: Verifying) -> None:
    desk.office.people["2048899"] = replace(desk.office.people["2048899"], link="")
    await by_order(desk)
    answer = await desk.do("verify_order", ORDER)
    assert answer.refusal is not None
    assert [one.field for one in answer.refusal.fields] == ["profile_link"]
    assert "profile_link" in await desk.asked()
    assert not (await desk.case()).known("restaurant_matches")
    given = {**ORDER, "profile_link": "https://admin.example/profiles/2048899"}
    assert (await desk.do("verify_order", given)).refusal is None
    assert (await desk.case()).step("verify_order").outcome == "verified"


# Ways round it ------------------------------------------------------------------------------------


def correct(desk: Verifying, who: str = "agent", **fill: str) -> cmd.RecordFacts:
    fills = {name: Fill(raw=raw) for name, raw in fill.items()}
    return cmd.RecordFacts(case=CASE, delivery=desk.delivery(), by=PEOPLE[who], fills=fills)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customer_id", "2048811"),
        ("profile_link", "https://admin.example/profiles/1"),
        ("trusted_email", "fred@evil.example"),
        ("email", "fred@evil.example"),
        ("phone", "083 555 0199"),
        ("dfd_number", "DFD-88014"),
    ],
)
async def test_who_was_verified_is_not_corrected_by_whoever_opened_the_case(
    desk: Verifying, name: str, value: str
) -> None:
    await by_order(desk)
    await desk.do("verify_order", ORDER)
    before = (await desk.case()).value(name)
    answer = await desk.engine.accept(correct(desk, **{name: value}))
    assert answer.refusal is not None and "who was verified" in answer.refusal.line.key
    assert (await desk.case()).value(name) == before
    mended = await desk.engine.accept(correct(desk, "mod", **{name: value}))
    assert mended.refusal is None


async def test_the_profile_is_not_exchanged_while_somebody_is_being_verified(
    desk: Verifying,
) -> None:
    await desk.receive()
    await desk.do("locate", {**FOUND, "email_now": "changed"}, "found")
    answer = await desk.engine.accept(correct(desk, customer_id="999"))
    assert answer.refusal is not None and "who was verified" in answer.refusal.line.key


async def test_an_order_once_reported_stays_reported_while_somebody_is_being_verified(
    desk: Verifying,
) -> None:
    await desk.receive()
    await desk.do("locate", {"dfd_number": "88010", "fraud_orders": "DFD-88010"}, "not_found")
    answer = await desk.engine.accept(correct(desk, fraud_orders="DFD-99"))
    assert answer.refusal is not None
    more = await desk.engine.accept(correct(desk, fraud_orders="DFD-88010\nDFD-990"))
    assert more.refusal is None


async def test_going_back_to_an_earlier_number_is_still_for_the_desk_to_compare(
    desk: Verifying,
) -> None:
    await by_order(desk)
    await desk.do("verify_order", {"dfd_number": "88014"}, work=False)
    await desk.do("verify_order", {"dfd_number": "88010"}, work=False)
    await desk.work()
    assert (await desk.asked())["restaurant_matches"] == "text"
    judged = {"restaurant_matches": "pass", "total_matches": "pass"}
    assert (await desk.do("verify_order", judged, "verified")).refusal is not None
    await desk.do("verify_order", ORDER)
    assert (await desk.case()).step("verify_order").outcome == "verified"


async def test_a_look_up_that_was_given_up_and_is_tried_again_changes_nothing_for_another_number(
    desk: Verifying,
) -> None:
    await desk.receive()
    desk.office.before.append(GiveUp("Back office", "is closed"))
    await desk.do("locate", {"dfd_number": "88014"}, "not_found")
    (dead,) = (await desk.case()).troubles
    await desk.do(
        "verify_order",
        {"dfd_number": "88010", **FOUND, "restaurant_matches": "fail"},
        "order_unknown",
    )
    again = cmd.RetryEffect(case=CASE, delivery=desk.delivery(), by=PEOPLE["agent"], effect=dead)
    await desk.engine.accept(again)
    await desk.work()
    learnt = (await desk.case()).learnt
    assert set(learnt) == {"order DFD-88010", "order DFD-88014"}


async def test_after_reopening_nothing_of_the_earlier_answers_is_shown_or_counts(
    desk: Verifying,
) -> None:
    await by_order(desk)
    await desk.do("verify_order", {**ORDER, "restaurant_matches": "Nando's"})
    reopen = cmd.Reopen(case=CASE, delivery=desk.delivery(), by=PEOPLE["mod"], reason="a typing error")
    assert (await desk.engine.accept(reopen)).refusal is None
    desk.office.before.append(GiveUp("Back office", "is closed"))
    await desk.do("verify_order", {"dfd_number": "88014"})
    drawn = form(await desk.case(), desk.playbook, "verify_order", None, "verified")
    assert {one.field.type for one in drawn.inputs if one.name in ORDER} == {"check"}
    assert not any(one.known for one in drawn.inputs if one.name in ORDER)
    answer = await desk.do("verify_order", {"restaurant_matches": "pass", **FOUND}, "verified")
    assert answer.refusal is not None
    assert [one.field for one in answer.refusal.fields] == ["total_matches"]


async def test_failures_are_counted_by_whose_order_it_was_whatever_contacts_were_given(
    desk: Verifying,
) -> None:
    for number in range(4):
        name = f"01JD000000000000000000020{number}"
        order = f"DFD-7700{number}"
        desk.order(order, "Kauai", "80.00", days=30)
        deed = desk.playbook.rehearsals["not_found"].deeds[0]
        contact = {"email": f"caller{number}@mail.example", "phone": f"08355501{10 + number}"}
        await desk.play(deed.model_copy(update={"fill": {**deed.fill, **contact}}), name)
        await desk.do("locate", {"dfd_number": order}, "not_found", case=name)
        await desk.do("verify_order", {"restaurant_matches": "x"}, case=name)
    case = await desk.case("01JD0000000000000000000203")
    assert case.locked >= 3
    assert not case.known("customer_id")


async def test_a_profile_that_admin_offered_does_not_hide_whose_order_it_was(
    desk: Verifying,
) -> None:
    await desk.receive()
    offered = AskBackOffice(key="p", case=CASE, lane="l", ask="profile")
    found = Answered(facts={"customer_id": "2048811"})
    await desk.engine.accept(cmd.Settle(case=CASE, delivery="p", effect=offered, result=found))
    assert (await desk.case()).value("customer_id") == "2048811"
    await desk.do("locate", {"dfd_number": "88010"}, "not_found")
    await desk.do("verify_order", {"restaurant_matches": "x"})
    case = await desk.case()
    assert case.ending == "failed_verification"
    assert case.value("customer_id") == "2048899" and not case.known("customer_id")


async def test_the_mod_reads_that_the_desk_compared(desk: Verifying) -> None:
    await by_order(desk)
    await desk.do("verify_order", ORDER)
    brief = [one["en"] for one in face(Situation(await desk.case(), desk.playbook, desk.clock.now()), "role:mod").brief]
    assert "The desk compared the answers with Admin." in brief


async def test_what_a_person_judged_is_not_said_to_be_compared(desk: Verifying) -> None:
    await desk.receive()
    desk.office.before.append(GiveUp("Back office", "is closed"))
    await desk.do("locate", {"dfd_number": "88010"}, "not_found")
    judged = {"restaurant_matches": "pass", "total_matches": "pass", **FOUND}
    await desk.do("verify_order", judged, "verified")
    brief = [one["en"] for one in face(Situation(await desk.case(), desk.playbook, desk.clock.now()), "role:mod").brief]
    assert "Verified by order" in brief[-1]


async def test_an_answer_that_comes_after_the_case_was_erased_is_not_kept(desk: Verifying) -> None:
    await desk.receive()
    await desk.do("locate", {"dfd_number": "88010"}, "not_found", work=False)
    cancel = cmd.Cancel(case=CASE, delivery=desk.delivery(), by=PEOPLE["mod"], code="test")
    assert (await desk.engine.accept(cancel)).refusal is None
    erase = cmd.Erase(case=CASE, delivery=desk.delivery(), by=PEOPLE["lead"], keep=("case",))
    assert (await desk.engine.accept(erase)).refusal is None
    look_up = next(one for one in desk.cases.effects.values() if one.effect.kind == "ask_back_office")
    await desk.engine.perform(look_up.effect, Try())
    assert not (await desk.case()).learnt


async def test_an_adopted_ticket_of_somebody_who_failed_says_so(desk: Verifying) -> None:
    for number in range(3):
        name = f"01JD000000000000000000030{number}"
        await by_order(desk, case=name)
        await desk.do("verify_order", {"restaurant_matches": "x"}, case=name)
    deed = desk.playbook.rehearsals["by_hand"].deeds[0]
    assert deed.makes
    made = {**deed.makes, "email": "werner.vanwyk@example.com"}
    answer = await desk.play(deed.model_copy(update={"makes": made}), OTHER)
    assert answer.case.locked >= 3
