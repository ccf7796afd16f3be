"""A ticket made by hand becomes a case: what is asked, what is not claimed, and that it happens once."""

import pytest

from config.locales import Catalogue
from desk.cards.case_card import face, inboxes
from desk.cards.forms import form
from desk.cards.timeline import timeline
from desk.case import commands as cmd
from desk.case.effects import Requester
from desk.case.results import TicketFound, TicketSeen
from desk.playbook.model import Deed
from desk.rules.adopt_ticket import case_of, wanted
from desk.values import TicketRef
from tests.desk.bench import CASE, FRIDAY, Bench, mr_d, qualia

MR_D = mr_d()
PATH = "Mr D Food* - Blacklisting>Blacklisted>Suspected Account Takeover"
NALEDI = Requester(email="Naledi.Mahlangu@Example.com", name="Naledi van der Merwe")
CONFIRM = Deed(
    who="mod",
    step="confirm_suspended",
    outcome="suspended",
    fill={"customer_id": "2048811", "suspended_at": "2026-11-20T14:00:00+00:00"},
)
POST = Deed(
    who="data",
    part="flag_security.escalation",
    fill={
        "profile_link": "https://admin.example/1",
        "name": "Naledi",
        "surname": "van der Merwe",
        "phone": "082 555 0142",
        "email": "naledi.mahlangu@example.com",
        "blacklisted": "blacklisted",
        "logs": "18:31",
        "fraud_orders": "DFD-1001",
        "last_good_orders": "DFD-1000",
        "app_version": "7.12",
    },
)


def command(group: str | None = "CS Data Compliance", requester: Requester | None = NALEDI) -> cmd.AdoptTicket:
    seen = TicketSeen(id=48231, url="https://x", group=group, status="open", stamp="s")
    found = TicketFound(seen=seen, query_type=PATH, requester=requester)
    return cmd.AdoptTicket(case=CASE, delivery="w1", playbook="mr_d", found=found)


def adopted(group: str | None = "CS Data Compliance", requester: Requester | None = NALEDI) -> Bench:
    made = Bench(MR_D, hold=frozenset({"look_at_ticket"}))
    made.tell(command(group, requester))
    return made


def test_a_ticket_with_data_compliance_is_at_their_step_and_only_the_suspension_is_still_asked() -> None:
    made = adopted()
    assert made.open_steps() == ["flag_security", "confirm_suspended"]
    assert made.case.tickets["escalation"].id == 48231
    assert not made.of("create_ticket")


def test_the_whole_case_goes_on_from_there() -> None:
    made = adopted()
    made.play_all([CONFIRM, POST])
    made.play(Deed(who="security", part="flag_security.acknowledged"))
    made.play(Deed(who="data", part="flag_security.customer_told", fill={"told_how": "call"}))
    assert made.open_steps() == ["investigate"]
    assert made.case.value("suspended_at") == "2026-11-20T14:00:00+00:00"


def test_a_ticket_elsewhere_waits_until_it_is_seen_with_data_compliance() -> None:
    made = adopted(group="CS Agents")
    assert made.open_steps() == ["confirm_suspended"]
    made.tell(cmd.NoteTicket(case=CASE, delivery="w2", ticket=TicketRef(id=48231)))
    look = made.of("look_at_ticket")[0]
    made.waiting.remove(look)
    made.settle(look, TicketSeen(id=48231, url="u", group="CS Data Compliance", status="open"))
    assert "flag_security" in made.open_steps()


def test_a_second_message_about_the_ticket_changes_nothing() -> None:
    made = adopted()
    before = made.case.version
    decision = made.tell(command())
    assert (decision.refusal, made.case.version) == (None, before)


def test_nothing_is_claimed_of_what_the_desk_did_not_see() -> None:
    made = adopted()
    assert made.case.promises == {}
    assert made.case.told == ()
    assert not made.case.known("popi_full_name")
    assert [made.case.step(name).outcome for name in ("receive", "locate", "suspend")] == ["adopted"] * 3
    assert face(made.situation, "role:mod").brief == ()
    assert face(made.situation, "role:mod").finished == ()
    assert list(timeline(made.situation, "en")) == []


def test_what_the_ticket_says_stands_in_the_form_and_is_not_known() -> None:
    made = adopted()
    given = {
        one.name: one.known.value
        for one in form(made.case, MR_D, "flag_security", "escalation", None).inputs
        if one.known
    }
    assert given == {
        "name": "Naledi",
        "surname": "van der Merwe",
        "email": "Naledi.Mahlangu@example.com",
    }
    assert not made.case.known("email")
    empty = made.play(Deed(who="data", part="flag_security.escalation", fill={}))
    assert empty.refusal
    assert {"name", "surname", "email"} <= {error.field for error in empty.refusal.fields}


def test_sending_it_on_confirms_it() -> None:
    made = adopted()
    made.play(POST)
    assert made.case.known("email") and made.case.known("name")
    assert made.case.unconfirmed == {"requester_email"}, "what only Zendesk says of who wrote it"


def test_an_agents_own_ticket_says_nothing_of_the_customer() -> None:
    assert adopted(requester=None).case.unconfirmed == frozenset()


@pytest.mark.parametrize("name", ["Naledi", " ", "Naledi  van der Merwe"])
def test_a_requesters_name_may_be_anything(name: str) -> None:
    made = adopted(requester=Requester(email="not an address", name=name))
    assert made.case.unconfirmed <= {"name", "surname"}


def test_nobody_is_written_to_in_place_of_an_opener() -> None:
    made = adopted()
    assert set(inboxes(made.situation)) == {"role:mod", "role:data_compliance"}


def test_the_card_says_that_the_ticket_was_made_by_hand() -> None:
    (line,) = face(adopted().situation, "role:mod").warnings
    assert Catalogue()(line, "en", "UTC").startswith("Ticket #48231 was made by hand")


def test_the_mod_may_find_that_it_is_no_takeover() -> None:
    made = adopted()
    made.play(
        Deed(
            who="mod",
            step="confirm_suspended",
            outcome="not_a_takeover",
            fill={"false_alarm": "family"},
        )
    )
    assert made.case.ending == "not_a_takeover"


def test_a_case_that_people_opened_is_never_asked_to_confirm() -> None:
    made = Bench(MR_D)
    made.play_all(MR_D.rehearsals["unchanged"].deeds)
    assert made.case.step("confirm_suspended").status == "skipped"


def test_a_ticket_becomes_always_the_same_case() -> None:
    assert case_of(TicketRef(id=48231)) == case_of(TicketRef(id=48231)) != case_of(TicketRef(id=48232))
    assert len(case_of(TicketRef(id=48231))) == 26
    assert case_of(TicketRef(id=48231))[0] in "01234567"


def test_only_playbooks_that_adopt_name_a_query_type() -> None:
    assert wanted({"mr_d": MR_D, "qualia_connect": qualia()}) == {PATH: "mr_d"}


def test_the_case_is_due_like_any_other() -> None:
    duty = next(d for d in face(adopted().situation, "role:mod").mine if d.duty.step == "confirm_suspended")
    assert duty.duty.due_at is not None
    assert duty.duty.due_at > FRIDAY
