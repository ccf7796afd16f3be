"""Who counts as somebody else, and what those who decide see of each."""

import pytest

from desk.cards.case_card import face
from desk.case import commands as cmd
from desk.case.effects import Writer
from desk.case.situation import Situation
from desk.case.state import Claimant
from desk.service.related_cases import for_card
from tests.engine.test_disputes import (
    DEEDS,
    ELSE,
    FIRST,
    LOCATE,
    MR_D,
    RECEIVE,
    RESET,
    SECOND,
    claim,
    of,
    owner_fails,
    the,
)
from tests.engine.whole import PEOPLE, Whole


@pytest.fixture
async def desk() -> Whole:
    """The customer's case, as far as its password reset."""
    desk = await Whole(MR_D).start()
    await desk.play_all(DEEDS[:RESET], FIRST)
    return desk


async def test_those_who_decide_see_both_and_nobody_else_does(desk: Whole) -> None:
    await claim(desk, **ELSE)
    case = await the(desk, SECOND)
    situation = Situation(case, MR_D, desk.clock.now())
    seen = await for_card(situation, "role:mod", desk.cases)
    mine, theirs = face(seen, "role:mod").claimants
    assert [mine.case, theirs.case] == ["ATO-2", "ATO-1"]
    assert dict(mine.facts)["email"].value == ELSE["email"]
    assert dict(theirs.facts)["email"].value == RECEIVE.fill["email"]
    for inbox in ("person:UAGENT01", "role:data_compliance", "role:platform_security"):
        other = await for_card(situation, inbox, desk.cases)
        assert face(other, inbox).claimants == ()


@pytest.mark.parametrize(
    ("name", "surname", "disputed"),
    [
        ("Thabo", "Nkosi", True),
        ("Thabo", "Mahlangu", True),
        ("Naledi", "Mahlango", False),
        ("NALEDI", "Mahlangu-Nkosi", False),
        ("Mahlangu", "Naledi", False),
        ("N", "Mahlangu", False),
    ],
)
async def test_somebody_of_another_name_claims_it_too(desk: Whole, name: str, surname: str, disputed: bool) -> None:
    answer = await claim(desk, name=name, surname=surname)
    assert answer.case.rivals == (("ATO-1",) if disputed else ())


@pytest.mark.parametrize(
    ("email", "phone", "disputed"),
    [
        ("naledi.mahlangu@example.com", "", False),
        ("naledi.mahlangu@example.com", "082 555 0142", False),
        ("Naledi.Mahlangu@Example.com", "", False),
        ("naledi.m@mail.example", "", True),
        ("naledi.mahlangu@example.com", "083 555 0999", True),
        ("naledi.mahlangu@example.com", "call me", False),
    ],
)
async def test_who_writes_from_elsewhere_claims_it_whatever_they_say_of_themselves(
    desk: Whole, email: str, phone: str, disputed: bool
) -> None:
    """The second case gives every detail of the customer; only its ticket comes from somebody else."""
    wrote = Writer(email=email, name="Naledi", phone=phone)
    ticket = desk.tickets.make("CS", None, wrote)
    await claim(desk, contact_ticket=str(ticket))
    second = await the(desk, SECOND)
    assert second.value("requester_email").casefold() == email.casefold()
    assert not second.known("requester_email"), "nobody has confirmed it"
    assert second.rivals == (("ATO-1",) if disputed else ())
    assert (await the(desk, FIRST)).rivals == (("ATO-2",) if disputed else ())
    assert bool((await desk.play(DEEDS[RESET], FIRST)).refusal) is disputed


async def test_a_ticket_that_is_not_there_was_written_by_nobody(desk: Whole) -> None:
    await claim(desk, contact_ticket="999999")
    second = await the(desk, SECOND)
    assert (second.rivals, second.troubles) == ((), {})


async def test_two_tickets_of_one_profile_from_different_people(desk: Whole) -> None:
    """A ticket made by hand for somebody else becomes a case, whose profile the MOD then names."""
    third = "01JD0000000000000000000048"
    deeds = MR_D.rehearsals["by_hand"].deeds
    await desk.play(deeds[0], third)
    adopted = await the(desk, third)
    assert adopted.value("requester_email") == "werner.vanwyk@example.com"
    assert adopted.rivals == ()
    answer = await desk.play(of(deeds[1], customer_id=LOCATE.fill["customer_id"]), third)
    assert answer.case.rivals == ("ATO-1",)
    assert (await the(desk, FIRST)).rivals == ("ATO-2",)


async def test_what_those_who_decide_see_of_the_other_case_is_of_now(desk: Whole) -> None:
    await claim(desk, **ELSE)
    assert [one.ending for one in seen_by_mod(desk)] == [None, None]
    await owner_fails(desk, "agent", SECOND)
    assert [one.ending for one in seen_by_mod(desk)] == [None, MR_D.ending("failed_verification")]
    about = {"case": SECOND, "delivery": desk.delivery(), "by": PEOPLE["lead"]}
    before = updates(desk)
    await desk.engine.accept(cmd.Erase(**about))
    await desk.work()
    assert updates(desk) > before, "what was erased is drawn over there, too"


def seen_by_mod(desk: Whole) -> tuple[Claimant, ...]:
    (card,) = [one for one in desk.chat.posted if one.channel == "role:mod" and one.face and one.face.case == FIRST]
    assert card.face
    return card.face.claimants


def updates(desk: Whole) -> int:
    return sum(one.effect.kind == "show_card" and one.effect.case == FIRST for one in desk.cases.effects.values())
