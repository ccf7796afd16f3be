"""Template values: the words for placeholders in a playbook's texts. Pure."""

from collections.abc import Callable
from datetime import datetime

from desk.case.state import Case, Ticket
from desk.fields.format import show, show_instant
from desk.fields.templates import fill_one
from desk.playbook.model import Playbook
from desk.values import BOT, Line, Text

BUILTINS = ("case", "opened_at", "opened_by", "card", "ticket", "actor", "now_at")
"""Names a template may use beside the playbook's fields; `<step>_at` and `<step>_by` say when and by whom."""


def person(who: str) -> str:
    """Return the mention of a person for a vendor's text; the adapter replaces it with the name."""
    return f"<@{who}>" if who and who != BOT.id else "ATO Desk"


def values(case: Case, playbook: Playbook, language: str, now: datetime, actor: str) -> Callable[[str], str]:
    """Return the words for each placeholder, in one language and the playbook's zone."""
    zone = playbook.zone
    ticket = next(iter(case.tickets.values()), None)
    built = {
        "case": display(case, playbook),
        "card": card_of(case) or "—",
        "actor": person(actor),
        "opened_by": person(case.opened_by),
        "ticket": f"#{ticket.id}" if ticket else "—",
    }
    instants = {"now_at": now, "opened_at": case.opened_at}

    def value(name: str) -> str:
        if name in playbook.fields:
            return show(playbook.fields[name], case.facts.get(name), language, zone)
        if name in instants:
            at = instants[name]
            return show_instant(at, language, zone) if at else "—"
        return built.get(name) or _of_step(case, name, language, zone)

    return value


def card_of(case: Case) -> str:
    """Return the URL of the first card in a role's inbox; empty before there is one."""
    return next((c.url for name, c in case.cards.items() if name.startswith("role:") and c.url), "")


def _of_step(case: Case, name: str, language: str, zone: str) -> str:
    step, _, what = name.rpartition("_")
    done = case.step(step).done
    if done is None:
        return "—"
    return show_instant(done.at, language, zone) if what == "at" else person(done.by)


def display(case: Case, playbook: Playbook) -> str:
    """Return a case's display name, such as ATO-12; empty before there is one."""
    return f"{playbook.case_prefix}-{case.number}" if case.number else ""


def spoken(text: Text, case: Case, playbook: Playbook) -> Text:
    """Fill in a text in each of its languages, for later readers: without an actor and a current instant."""
    at = case.opened_at
    if at is None:
        return text
    return {
        language: fill_one(words, values(case, playbook, language, at, case.opened_by))
        for language, words in text.items()
    }


_MOVED = {
    "solved": ("solved by {agent}", "solved by hand"),
    "reopened": ("reopened by {agent}", "reopened"),
    "routed": ("moved there by {agent}", "moved there by hand"),
}


def news(ticket: Ticket) -> tuple[Line, ...]:
    """Return what Zendesk agents did with a ticket, as pieces beside its group and status."""
    found: list[Line] = []
    if ticket.moved:
        by_agent, by_hand = _MOVED[ticket.moved]
        named = Line(key=by_agent, args={"agent": ticket.moved_by}) if ticket.moved_by else None
        found.append(named or Line(key=by_hand))
    if ticket.replies and ticket.replied_at:
        key = "1 public reply, {last_at}" if ticket.replies == 1 else "{count} public replies, last {last_at}"
        found.append(Line(key=key, args={"count": ticket.replies, "last_at": ticket.replied_at}))
    return tuple(found)
