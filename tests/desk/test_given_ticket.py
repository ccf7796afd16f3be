"""A ticket given for one that was not created: what is asked of it, and when it is taken."""

from typing import Any

import pytest

from desk.case import commands as cmd
from desk.case.effects import Requester
from desk.case.results import Dead, TicketInspected, TicketSeen
from desk.case.situation import GivenTicket, Related
from desk.rules.decide import Decision
from desk.rules.given_ticket import differences
from tests.desk.bench import CASE, PEOPLE, Bench, mr_d

MR_D = mr_d()
DEEDS = MR_D.rehearsals["unchanged"].deeds
PATH = "Mr D Food* - Blacklisting>Blacklisted>Suspected Account Takeover"
NALEDI = Requester(email="Naledi.Mahlangu@Example.com", name="Naledi Mahlangu")


def dead() -> Bench:
    made = Bench(MR_D, hold=frozenset({"create_ticket", "look_at_ticket"}))
    made.play_all(DEEDS[:4])
    (effect,) = made.of("create_ticket")
    made.settle(effect, Dead(system="Zendesk", reason="no such form"))
    return made


def read(**more: Any) -> TicketInspected:
    seen = TicketSeen(account="mrd", id=7, url="u", group="CS Data Compliance", form="Customer Query", status="open")
    given = {"seen": seen, "subject": "By hand", "query_type": PATH.replace(">", "::"), "requester": NALEDI, **more}
    return TicketInspected.model_validate(given)


def give(made: Bench, found: TicketInspected | None, **more: Any) -> Decision:
    (trouble,) = made.case.troubles
    shown = more.pop("shown", found.mark if found else "")
    made.related = Related(given=GivenTicket(found, **more))
    about = {"case": CASE, "delivery": "h", "by": PEOPLE["mod"], "effect": trouble, "reference": "#7"}
    return made.tell(cmd.FinishByHand(**about, shown=shown))


def test_a_confirmed_ticket_is_the_cases_with_its_account() -> None:
    made = dead()
    assert give(made, read()).refusal is None
    ticket = made.case.tickets["escalation"]
    assert (ticket.account, ticket.id, ticket.group) == ("mrd", 7, "CS Data Compliance")
    assert [one.account for one in made.of("look_at_ticket")] == ["mrd"]


@pytest.mark.parametrize(
    ("found", "more", "said"),
    [
        (read(), {"shown": ""}, "and confirm it"),
        (read(subject="Where is my order?"), {"shown": read().mark}, "and confirm it"),
        (read(), {"holder": "ATO-12"}, "is {case}'s"),
        (read(made="for_another"), {}, "for other work"),
        (read(seen=TicketSeen(id=7, url="u", status="closed")), {}, "is closed"),
        (None, {"unread": "There is no such ticket."}, "I could not read"),
    ],
)
def test_nothing_else_is_taken_and_the_work_stays(
    found: TicketInspected | None, more: dict[str, Any], said: str
) -> None:
    made = dead()
    refusal = give(made, found, **more.copy()).refusal
    assert refusal and said in refusal.line.key
    assert not made.case.tickets
    assert made.case.troubles


def test_what_does_not_fit_is_named() -> None:
    case = dead().case
    assert differences(case, MR_D, "escalation", read()) == ()
    other = read(seen=TicketSeen(id=7, url="u", form="Other"), query_type="", requester=None)
    keys = [one.key for one in differences(case, MR_D, "escalation", other)]
    assert [key.split(" ")[1] for key in keys] == ["form", "query", "case"]


def test_a_reply_or_a_note_does_not_change_what_was_shown() -> None:
    seen = read().seen
    assert read(seen=seen.model_copy(update={"stamp": "later"})).mark == read().mark
    assert read(seen=seen.model_copy(update={"group": "Engineering"})).mark != read().mark
