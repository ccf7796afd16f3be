"""What people do in Zendesk, as the desk understands it: what a card says of a ticket, and what changes no card."""

from datetime import datetime
from typing import Any

import pytest

from config.locales import Catalogue
from desk.cards.case_card import face
from desk.cards.staleness import UNSEEN
from desk.case import commands as cmd
from desk.case.fold import fold
from desk.case.results import TicketSeen
from desk.case.state import Ticket
from desk.case.work_events import TicketMoved
from desk.fields.template_values import news
from desk.values import TicketRef
from tests.desk.bench import CASE, FRIDAY, Bench, mr_d
from tests.desk.test_mr_d import LOCATE, RECEIVE, SUSPEND, VERIFY

MR_D = mr_d()
SAY = Catalogue()


def flagged() -> Bench:
    """A case whose ticket is with data compliance."""
    made = Bench(MR_D, hold=frozenset({"look_at_ticket"}))
    made.play_all([RECEIVE, LOCATE, VERIFY, SUSPEND])
    return made


def see(made: Bench, group: str = "CS Data Compliance", status: str = "open", **more: Any) -> None:
    """A webhook, a look, and what it found."""
    number = made.case.tickets["escalation"].id
    made.tell(cmd.NoteTicket(case=CASE, delivery="w", ticket=TicketRef(id=number)))
    look = next(effect for effect in made.waiting if effect.kind == "look_at_ticket")
    made.waiting.remove(look)
    seen = TicketSeen(id=number, url="https://x", group=group, status=status, **more)
    made.settle(look, seen)
    made.answer()


def said(made: Bench) -> str:
    ticket = made.case.tickets["escalation"]
    return " · ".join(SAY(line, "en", "Africa/Johannesburg") for line in news(ticket))


def warned(made: Bench) -> list[str]:
    found = face(made.situation, "role:data_compliance").warnings
    return [SAY(line, "en", "Africa/Johannesburg") for line in found]


def drawn(made: Bench) -> int:
    return len(made.of("show_card"))


@pytest.mark.parametrize(
    ("looks", "words"),
    [
        ([{"status": "solved", "moved_by": "Priya Naidoo"}], "solved by Priya Naidoo"),
        ([{"status": "solved"}], "solved by hand"),
        ([{"status": "solved"}, {"status": "open", "moved_by": "Priya Naidoo"}], "reopened by Priya Naidoo"),
        ([{"status": "solved", "moved_by": "Priya Naidoo"}, {"status": "closed"}], "solved by Priya Naidoo"),
        ([{"group": "Engineering", "moved_by": "Lerato Mokoena"}], "moved there by Lerato Mokoena"),
        ([{"group": "Engineering", "status": "solved"}], "solved by hand"),
        ([{"status": "pending", "moved_by": "Priya Naidoo"}], ""),
        ([{"replies": 1, "replied_at": FRIDAY}], "1 public reply, 20 Nov 2026 18:00"),
        ([{"replies": 2, "replied_at": FRIDAY}], "2 public replies, last 20 Nov 2026 18:00"),
        (
            [{"replies": 2, "replied_at": FRIDAY}, {"status": "solved"}],
            "solved by hand · 2 public replies, last 20 Nov 2026 18:00",
        ),
    ],
)
def test_the_card_says_what_people_did_with_the_ticket(looks: list[dict[str, Any]], words: str) -> None:
    made = flagged()
    for look in looks:
        see(made, **look)
    assert said(made) == words


def test_what_the_desk_does_itself_takes_the_note_away() -> None:
    made = flagged()
    see(made, status="solved", moved_by="Priya Naidoo")
    ours = TicketMoved(
        at=FRIDAY,
        by="bot",
        effect="e",
        name="escalation",
        group="CS Data Compliance",
        status="open",
    )
    assert news(fold(made.case, [ours]).tickets["escalation"]) == ()


def test_solving_while_something_is_owed_is_said_aloud() -> None:
    made = flagged()
    assert warned(made) == []
    see(made, status="solved")
    assert warned(made) == ["Ticket #48231 was solved in Zendesk while “Escalate on Slack to web security” is open."]
    see(made, status="open")
    assert warned(made) == []


def test_an_unexpected_group_is_said_aloud() -> None:
    made = flagged()
    see(made, group="Engineering")
    assert warned(made) == ["Ticket #48231 is in the group Engineering, not in CS Data Compliance."]


def test_an_echo_of_our_own_changes_no_card_and_opens_nothing() -> None:
    made = flagged()
    before, cards, log = made.case.version, drawn(made), made.open_steps()
    see(made, stamp="2026-11-20T16:00:00Z")
    assert drawn(made) == cards
    assert made.open_steps() == log
    assert {event.kind for event in made.case.log[before:]} <= UNSEEN
    assert made.case.tickets["escalation"].stamp == "2026-11-20T16:00:00Z"


def test_a_reply_redraws_the_cards_once() -> None:
    made = flagged()
    cards = drawn(made)
    see(made, replies=1, replied_at=FRIDAY)
    after = drawn(made)
    assert after > cards
    see(made, replies=1, replied_at=FRIDAY, stamp="later")
    assert drawn(made) == after


def test_a_name_is_kept_like_any_personal_value() -> None:
    made = flagged()
    see(made, status="solved", moved_by="Priya Naidoo")
    moved = made.happened("ticket_moved")[-1]
    assert moved.who.personal
    assert "Priya" not in moved.model_copy(update={"who": None}).model_dump_json()


def test_a_stamp_is_seen_by_nobody() -> None:
    at = datetime.fromisoformat("2026-11-20T16:00:00+00:00")
    one, other = (Ticket(1, "u", "G", "open", "G", stamp=stamp, replied_at=at) for stamp in ("a", "b"))
    assert one == other
