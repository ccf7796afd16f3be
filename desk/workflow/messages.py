"""Messages to one inbox, and free text written by people. Pure."""

from desk.case.effects import TellPeople
from desk.case.lanes import card_lane
from desk.case.situation import Draft
from desk.values import Fact, Line


def said(words: str) -> Fact:
    """Return free text as a personal fact (at most 1,000 characters): it may name a customer."""
    return Fact(value=words.strip()[:1000], personal=True)


def message(draft: Draft, inbox: str, *lines: Line, mention: tuple[str, ...] = ()) -> TellPeople:
    """Plan a message to an inbox: in the thread of a role's card, or directly to a person."""
    case = draft.case
    number = sum(e.what == "tell_people" and e.inbox == inbox for e in case.planned.values()) + 1
    return TellPeople(
        key=f"{case.id}/message:{inbox}/{number}/0",
        case=case.id,
        lane=card_lane(case, inbox),
        inbox=inbox,
        thread=not inbox.startswith("person:"),
        lines=lines,
        mention=mention,
    )
