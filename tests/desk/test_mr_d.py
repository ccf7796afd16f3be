"""Mr D on the desk alone: every branch of the playbook, who may do what, and the words of the procedure."""

import pytest

from desk.cards.case_card import face
from desk.case import commands as cmd
from desk.playbook.model import Deed
from desk.values import TicketRef
from tests.desk.bench import CASE, PEOPLE, Bench, fills, mr_d

MR_D = mr_d()
INTAKE = {
    "channel": "call",
    "reasons": ["orders"],
    "name": "Naledi",
    "surname": "Mahlangu",
    "email": "naledi.mahlangu@example.com",
    "phone": "082 555 0142",
}
FOUND = {
    "profile_link": "https://admin.example/profiles/2048811",
    "customer_id": "2048811",
    "username_now": "same",
    "email_now": "same",
    "phone_now": "same",
}
PASSED = {"popi_full_name": "pass", "popi_contact": "pass", "popi_last_order": "pass"}
RECEIVE = Deed(who="agent", step="receive", fill=INTAKE)
LOCATE = Deed(who="agent", step="locate", outcome="found", fill=FOUND)
VERIFY = Deed(who="agent", step="verify_standard", outcome="verified", fill=PASSED)
SUSPEND = Deed(who="mod", step="suspend", outcome="suspended")


def bench(*deeds: Deed, **options: object) -> Bench:
    made = Bench(MR_D, **options)  # type: ignore[arg-type]
    made.play_all(deeds)
    return made


@pytest.mark.parametrize("name", MR_D.rehearsals)
def test_every_branch_ends_where_its_rehearsal_says(name: str) -> None:
    rehearsal = MR_D.rehearsals[name]
    made = Bench(MR_D)
    for deed in rehearsal.deeds:
        decision = made.play(deed)
        assert bool(decision.refusal) is deed.refused, decision.refusal
    assert made.case.ending == rehearsal.expect["ending"]
    assert made.open_steps() == rehearsal.expect.get("open", [])
    assert len(made.of("create_ticket")) == len(rehearsal.expect["tickets"])


def test_any_one_reason_is_enough_and_none_is_refused_at_its_field() -> None:
    none = Bench(MR_D).play(Deed(who="agent", step="receive", fill={**INTAKE, "reasons": []}))
    assert none.refusal and [error.field for error in none.refusal.fields] == ["reasons"]
    assert not none.events
    for reason in ("orders", "no_access", "hacked"):
        assert bench(Deed(who="agent", step="receive", fill={**INTAKE, "reasons": [reason]})).open_steps() == ["locate"]


def test_what_is_promised_is_told_made_and_kept() -> None:
    made = bench(RECEIVE)
    assert made.case.told[0].texts == ("will_escalate", "will_suspend")
    assert made.case.promises == {"escalation": "open", "suspension": "open"}
    made.play_all([LOCATE, VERIFY, SUSPEND])
    assert made.case.promises["suspension"] == "kept"


def test_the_suspension_is_never_claimed_before_the_mod_attests_it() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY)
    assert not made.of("create_ticket")
    assert not made.case.known("suspended_at")
    made.play(SUSPEND)
    assert made.case.value("suspended_at") == made.now.isoformat()


@pytest.mark.parametrize("changed", ["username_now", "email_now", "phone_now"])
def test_any_one_changed_detail_leads_to_the_order_questions(changed: str) -> None:
    made = bench(
        RECEIVE,
        Deed(who="agent", step="locate", outcome="found", fill={**FOUND, changed: "changed"}),
    )
    assert made.open_steps() == ["verify_order"]


def test_unchanged_details_lead_to_the_standard_questions() -> None:
    assert bench(RECEIVE, LOCATE).open_steps() == ["verify_standard"]


def test_a_failed_question_cannot_be_called_verified_and_nothing_is_lost() -> None:
    made = bench(RECEIVE, LOCATE)
    refused = made.play(
        Deed(
            who="agent",
            step="verify_standard",
            outcome="verified",
            fill={**PASSED, "popi_contact": "fail"},
        )
    )
    assert refused.refusal and "failed" in refused.refusal.line.args["why"]["en"]  # type: ignore[index, call-overload]
    assert made.open_steps() == ["verify_standard"]


def test_a_failed_verification_ends_the_case_and_closes_the_promises() -> None:
    made = bench(
        RECEIVE,
        LOCATE,
        Deed(
            who="agent",
            step="verify_standard",
            outcome="not_verified",
            fill={**PASSED, "popi_contact": "fail"},
        ),
    )
    assert made.case.ending == "failed_verification"
    assert made.case.promises == {"escalation": "closed", "suspension": "closed"}
    assert made.case.told[-1].texts == ("cannot_assist",)
    assert not made.of("create_ticket")
    late = made.play(SUSPEND)
    assert late.refusal and "closed" in late.refusal.line.key


def test_the_mod_reads_the_three_literal_lines() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY)
    brief = [text["en"] for text in face(made.situation, "role:mod").brief]
    assert brief[:3] == [
        "Issue: Account Take Over",
        "Customer ID: 2048811",
        "Action required: Please investigate and provide feedback to the customer",
    ]


def test_the_ticket_is_as_the_procedure_says() -> None:
    (ticket,) = bench(RECEIVE, LOCATE, VERIFY, SUSPEND).of("create_ticket")
    assert ticket.form == "Customer Query"
    assert ticket.query_type == "Mr D Food* - Blacklisting>Blacklisted>Suspected Account Takeover"
    assert (ticket.group, ticket.status) == ("CS Data Compliance", "open")
    for words in (
        "2048811",
        "verified by the standard questions",
        "<@UAGENT01>",
        "by <@UMOD0001>",
        "/ato ATO-12",
    ):
        assert words in ticket.body


@pytest.mark.parametrize(
    ("locate", "verify", "trusted", "requester"),
    [
        ({}, "verify_standard", None, "naledi.mahlangu@example.com"),
        ({"email_now": "changed"}, "verify_order", None, None),
        ({"phone_now": "changed"}, "verify_order", None, None),
        ({"email_now": "changed"}, "verify_order", "old@example.com", "old@example.com"),
    ],
)
def test_the_requester_is_a_contact_from_before_the_takeover(
    locate: dict[str, str], verify: str, trusted: str | None, requester: str | None
) -> None:
    order = {"dfd_number": "DFD-77117", "restaurant_matches": "pass", "total_matches": "pass"}
    order |= {"trusted_email": trusted} if trusted else {}
    made = bench(
        RECEIVE,
        Deed(who="agent", step="locate", outcome="found", fill=FOUND | locate),
        Deed(who="agent", step=verify, outcome="verified", fill=PASSED if verify == "verify_standard" else order),
        SUSPEND,
    )
    (ticket,) = made.of("create_ticket")
    assert (ticket.requester.email if ticket.requester else None) == requester


def test_step_6_opens_when_the_ticket_is_seen_in_the_group_whoever_moved_it() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY, SUSPEND, group="CS Agents")
    assert made.open_steps() == []
    assert "is in the group" in face(made.situation, "role:mod").warnings[0].key
    made.group = "CS Data Compliance"
    made.tell(cmd.NoteTicket(case=CASE, delivery="w1", ticket=TicketRef(id=48231)))
    assert made.open_steps() == ["flag_security"]


def test_the_escalation_posts_itself_when_all_ten_items_are_known() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY, SUSPEND)
    early = {
        "fraud_orders": "DFD-77120",
        "last_good_orders": "DFD-77117",
        "app_version": "7.1",
        "blacklisted": "not",
    }
    made.tell(cmd.RecordFacts(case=CASE, delivery="f1", by=PEOPLE["data"], fills=fills(early)))
    assert not made.happened("escalated")
    made.tell(
        cmd.RecordFacts(
            case=CASE,
            delivery="f2",
            by=PEOPLE["data"],
            fills=fills(none={"logs": "only the timeline"}),
        )
    )
    (escalated,) = made.happened("escalated")
    assert escalated.items["logs"].none_because == "only the timeline"
    assert "escalation" in made.case.step("flag_security").parts


def test_an_item_may_be_none_known_only_with_a_reason_and_only_where_allowed() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY, SUSPEND)
    part = Deed(
        who="data",
        part="flag_security.escalation",
        none={"fraud_orders": " ", "blacklisted": "no idea"},
    )
    refused = made.play(part)
    assert refused.refusal
    assert {error.field for error in refused.refusal.fields} == {
        "fraud_orders",
        "last_good_orders",
        "app_version",
        "blacklisted",
        "logs",
    }


def test_the_escalation_stays_as_posted_when_a_fact_is_corrected() -> None:
    made = bench(*MR_D.rehearsals["unchanged"].deeds[:5])
    made.tell(cmd.RecordFacts(case=CASE, delivery="f", by=PEOPLE["data"], fills=fills({"app_version": "9.9"})))
    assert made.case.value("app_version") == "9.9"
    assert made.case.escalations["escalation"].items["app_version"].value == "7.42.1"


def test_step_6_ends_only_when_security_acknowledged_and_the_customer_was_told() -> None:
    made = bench(*MR_D.rehearsals["unchanged"].deeds[:5])
    assert made.open_steps() == ["flag_security"]
    made.play(Deed(who="security", part="flag_security.acknowledged"))
    assert made.open_steps() == ["flag_security"]
    made.play(Deed(who="data", part="flag_security.customer_told", fill={"told_how": "call"}))
    assert made.open_steps() == ["investigate"]
    assert made.case.promises["suspension_notice"] == "kept"


def test_security_cannot_acknowledge_what_was_not_posted() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY, SUSPEND)
    refused = made.play(Deed(who="security", part="flag_security.acknowledged"))
    assert refused.refusal and refused.refusal.line.key.startswith("Locked")


def test_credential_stuffing_needs_its_logs() -> None:
    made = bench(*MR_D.rehearsals["unchanged"].deeds[:7])
    refused = made.play(
        Deed(
            who="security",
            step="investigate",
            outcome="access_only",
            fill={"credential_stuffing": "yes"},
        )
    )
    assert refused.refusal and made.open_steps() == ["investigate"]


DEEDS = MR_D.rehearsals["unchanged"].deeds
STEPS = [(deed, deed.who) for deed in MR_D.rehearsals["unchanged"].deeds if not deed.refused]


@pytest.mark.parametrize("index", range(len(STEPS)))
@pytest.mark.parametrize("who", ["agent", "mod2", "data", "security", "lead", "outsider"])
def test_only_the_role_that_owes_a_step_may_do_it(index: int, who: str) -> None:
    made = bench(*[deed for deed, _ in STEPS[:index]])
    decision = made.play(STEPS[index][0].model_copy(update={"who": who}))
    if PEOPLE[who].roles == PEOPLE[STEPS[index][1]].roles:
        assert decision.refusal is None
    else:
        assert decision.refusal is not None
        assert "I have not changed anything" in decision.refusal.line.key
        assert all(event.kind == "act_refused" for event in decision.events)


def test_the_agent_who_opened_a_case_may_not_be_its_mod() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY)
    both = PEOPLE["agent"].model_copy(update={"roles": frozenset({"cs_agent", "mod"})})
    refused = made.tell(cmd.CompleteStep(case=CASE, delivery="x", by=both, step="suspend", outcome="suspended"))
    assert refused.refusal and "yourself" in refused.refusal.line.key


def test_a_second_tap_is_told_when_and_by_whom_it_was_done() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY, SUSPEND)
    late = made.play(SUSPEND.model_copy(update={"who": "mod2"}))
    assert late.refusal is not None
    assert late.refusal.line.args["who"] == "<@UMOD0001>"
    assert late.refusal.line.args["done_at"] == made.now
    assert len(made.of("create_ticket")) == 1


def test_a_false_alarm_ends_the_case_without_a_ticket_and_the_suspension_promise_is_not_called_kept() -> None:
    made = bench(
        RECEIVE,
        LOCATE,
        VERIFY,
        Deed(who="mod", step="suspend", outcome="not_a_takeover", fill={"false_alarm": "family"}),
    )
    assert made.case.ending == "not_a_takeover"
    assert made.case.promises["suspension"] == "closed"
    assert not made.of("create_ticket")


def test_when_we_became_aware_and_what_data_is_affected_are_recorded_from_the_start() -> None:
    made = bench(RECEIVE)
    assert made.case.value("became_aware_at") == made.now.isoformat()
    assert made.case.value("data_affected") == ["contact_details", "order_history"]


def test_ten_changes_cost_one_drawing_of_a_card() -> None:
    made = bench(RECEIVE, LOCATE, VERIFY, hold=frozenset({"show_card"}))
    before = len(made.of("show_card"))
    for number in range(10):
        made.tell(
            cmd.RecordFacts(
                case=CASE,
                delivery=f"f{number}",
                by=PEOPLE["agent"],
                fills=fills({"customer_id": f"20488{number}"}),
            )
        )
    assert len(made.of("show_card")) == before
    made.hold = frozenset()
    made.answer()
    drawn = [effect.inbox for effect in made.of("show_card")]
    assert drawn.count("role:mod") <= 2


def with_findings(name: str) -> Bench:
    """Play a rehearsal until platform security has found something."""
    made, deeds = Bench(MR_D), MR_D.rehearsals[name].deeds
    end = next(n for n, d in enumerate(deeds) if d.step == "investigate" and not d.refused)
    for deed in deeds[: end + 1]:
        made.play(deed)
    return made


def test_nobody_is_called_back_before_changed_contacts_are_restored() -> None:
    made = with_findings("not_found")
    called = Deed(who="data", part="call.called")
    refusal = made.play(called).refusal
    assert refusal is not None and "Locked until" in refusal.line.key
    made.play(
        Deed(
            who="data",
            part="call.contacts_restored",
            fill={"restored": ["0", "1"], "trusted_source": "invoice", "trusted_phone": "083 555 0177"},
        )
    )
    assert made.play(called).refusal is None
    shown = {one.name for one in face(made.situation, "role:data_compliance").facts}
    assert "trusted_phone" in shown


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("unchanged", "Call the customer on +27825550142 only: Admin shows the same number."),
        (
            "not_found",
            "Call the customer on no number that was changed: take one from an old order, or from the findings.",
        ),
    ],
)
def test_the_card_says_which_number_may_be_called(name: str, says: str) -> None:
    brief = face(with_findings(name).situation, "role:data_compliance").brief
    assert [one["en"] for one in brief] == [says]


@pytest.mark.parametrize("part", ["call.called", "call.written", "call.reset_link_sent", "call.feedback"])
def test_nothing_reaches_a_changed_contact_whatever_the_investigation_found(part: str) -> None:
    made = with_findings("changed")
    for deed in MR_D.rehearsals["changed"].deeds:
        if deed.step in {"request_reset", "reset_confirmed"}:
            made.play(deed)
    for _ in range(3 if part == "call.written" else 0):
        made.play(Deed(who="data", step="call", attempt="no_answer"))
    fill = {"written_how": "email"} if part == "call.written" else {}
    refusal = made.play(Deed(who="data", part=part, fill=fill)).refusal
    assert refusal is not None and "Locked until" in refusal.line.key
    made.play(Deed(who="data", part="call.contacts_restored", fill={"trusted_source": "invoice"}))
    assert made.play(Deed(who="data", part=part, fill=fill)).refusal is None


def test_a_number_that_security_says_was_changed_is_not_the_one_to_call() -> None:
    made, deeds = Bench(MR_D), MR_D.rehearsals["unchanged"].deeds
    end = next(n for n, d in enumerate(deeds) if d.step == "investigate")
    for deed in deeds[:end]:
        made.play(deed)
    found = {"credential_stuffing": "no", "changes": "cellphone | 082 555 0100 | 082 555 0142"}
    deed = Deed(who="security", step="investigate", outcome="access_and_changes", fill=found)
    assert made.play(deed).refusal is None
    brief = face(made.situation, "role:data_compliance").brief
    assert "no number that was changed" in brief[0]["en"]
