"""Case card of an inbox: what was done, what is open, who owes it, since when. Pure.

It renders a `Face` and nothing else, so a card is as fresh as its face.
"""

from dataclasses import dataclass
from datetime import datetime

from desk.cards.case_card import Face, Shown
from desk.case.state import Ticket
from desk.fields.template_values import news
from desk.playbook.model import Playbook
from integrations.slack.codec.actions import Action, StepValue, write_action, write_value
from integrations.slack.text.escape import mrkdwn
from integrations.slack.text.lines import (
    DONE,
    WAITING,
    Block,
    Ink,
    button,
    link,
    paragraph,
    rows,
    section,
)
from integrations.slack.views.card_details import (
    case_buttons,
    claimants_section,
    dispute_button,
    note_count,
    related_cases,
    waiting_line,
    without_due_times,
)
from integrations.slack.views.escalation import escalation, escalation_text
from integrations.slack.views.open import finished, others, owed, status
from integrations.slack.views.trouble import troubles

MOST_BLOCKS = 50  # https://docs.slack.dev/reference/block-kit/blocks
LONGEST_TEXT = 1000
MOST_FINISHED = 6

STATUSES = {
    "new": "new",
    "open": "open",
    "pending": "pending",
    "hold": "on hold",
    "solved": "solved",
    "closed": "closed",
}
"""Zendesk's statuses, https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/."""

PROMISES = {
    "open": (WAITING, "{promise}"),
    "kept": (DONE, "{promise}: kept"),
    "closed": (WAITING, "{promise}: no longer owed, the case is closed"),
}


@dataclass(frozen=True)
class Drawn:
    """A rendered message: fallback text and blocks."""

    text: str
    blocks: tuple[Block, ...]


def card(face: Face, playbook: Playbook, ink: Ink) -> Drawn:
    """Render the card for one inbox."""
    face = without_due_times(face)
    parts = [
        [section(_headline(face, ink))],
        opening(face, playbook, ink),
        _show(face, ink),
        paragraph(ink, [f"*{ink.line('Careful')}:* {ink.of(line)}" for line in face.warnings], 1200),
        claimants_section(face, playbook, ink),
        dispute_button(face, ink),
        paragraph(ink, [waiting_line(face, ink)]),
        related_cases(face, ink),
        owed(face, playbook, ink),
        others(face, playbook, ink),
        _done(face, playbook, ink),
        troubles(face, ink),
        _promised(face, ink),
        _ended(face, ink),
        case_buttons(face, playbook, ink),
    ]
    blocks = [block for part in parts for block in part]
    return Drawn(mrkdwn(_text(face, playbook, ink), LONGEST_TEXT), tuple(blocks[:MOST_BLOCKS]))


def _headline(face: Face, ink: Ink) -> str:
    names = [face.display, ink.words(face.title)]
    head = f"*{mrkdwn(' · '.join(filter(None, names)), 300)}*"
    step, of = face.position
    if face.ended_at is not None:
        return f"{head} · {DONE} {ink.line('closed {ended_at}', ended_at=ink.by(face.ended_at))}"
    position = ink.line("step {step} of {of}", step=step, of=of) if step and of else ""
    opened = ink.line("opened {opened_at}", opened_at=ink.by(face.opened_at)) if face.opened_at else ""
    return " · ".join(filter(None, [head, position, status(face, ink), opened]))


def opening(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render the top of the card: the escalation's items, or the brief and the facts."""
    if posted := escalation(face, playbook, ink):
        return [section(f"*{mrkdwn(escalation_text(face, playbook, ink))}*"), *posted]
    brief = [_brief(words, ink) for words in map(ink.words, face.brief)]
    facts = [_fact(shown, playbook, ink) for shown in face.facts]
    facts = [words for words in facts if words not in brief]
    hidden = ink.line("Personal details are hidden, because this channel is public.") if ink.masked else ""
    return [*paragraph(ink, brief), *paragraph(ink, [*facts, hidden])]


def _show(face: Face, ink: Ink) -> list[Block]:
    """Render the Show button of a masked card; permission is checked when it is pressed."""
    kind, _, role = face.inbox.partition(":")
    if not ink.masked or kind != "role":
        return []
    action, value = write_action(Action("show", what=role)), write_value(StepValue(face.case, 1))
    return rows([button(ink, ink.plain("Show the personal details…"), action, value)])


def _fact(shown: Shown, playbook: Playbook, ink: Ink) -> str:
    """Render a fact with its label; a link becomes a button instead."""
    field = playbook.fields[shown.name]
    if field.type == "url":
        return ""
    label, value = ink.text(shown.label, 120), ink.value(field, shown.fact, 400)
    return f"{label} {value}" if label.endswith("?") else f"{label}: {value}"


def _brief(words: str, ink: Ink) -> str:
    """Render a line of the brief: the playbook's text with a customer's answers in it."""
    if ink.hidden(words):
        return ink.line("hidden, because this channel is public")
    escaped = mrkdwn(words, 700)
    return escaped.replace(f"&lt;@{ink.opener}&gt;", f"<@{ink.opener}>") if ink.opener else escaped


def _done(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render what was done, oldest first, then the tickets."""
    steps = {one.duty.step for one in face.mine}
    drawn_already = [part.title for name in steps for part in playbook.steps[name].parts.values()]
    done = [one for one in face.finished if one.title not in drawn_already]
    earlier = len(done) - MOST_FINISHED
    lines = [ink.line("… ({count} earlier)", count=earlier)] if earlier > 0 else []
    lines += [finished(one, ink) for one in done[-MOST_FINISHED:]]
    tickets = [_ticket(ticket, ink) for _, ticket in face.tickets]
    return paragraph(ink, [*lines, *tickets, note_count(face, ink)])


def _ticket(ticket: Ticket, ink: Ink) -> str:
    url = ink.ticket_url.replace("{id}", str(ticket.id)) or ticket.url
    words = ink.line("Ticket {ticket} → {group}", ticket=link(url, f"#{ticket.id}"), group=ticket.group or "—")
    told = (ink.of(line) for line in news(ticket))
    return " · ".join(filter(None, [words, _ticket_status(ticket, ink), *told]))


def _ticket_status(ticket: Ticket, ink: Ink) -> str:
    """Translate a ticket's status; an unknown one is shown as it is."""
    known = STATUSES.get(ticket.status or "")
    return ink.line(known) if known else mrkdwn(ticket.status or "")


def _promised(face: Face, ink: Ink) -> list[Block]:
    """Render the promises to the customer for the agent, and when the next contact is due."""
    if not face.inbox.startswith("person:"):
        return []
    lines = [f"*{ink.line('Promised to the customer')}*"] if face.promises else []
    for title, state in face.promises:
        sign, key = PROMISES.get(state, PROMISES["open"])
        lines.append(f"{sign} {ink.line(key, promise=title)}")
    if face.next_contact_at:
        key = "Next contact with the customer due {contact_at}"
        lines.append(ink.line(key, contact_at=ink.by(face.next_contact_at)))
    return paragraph(ink, lines, 1200)


def _ended(face: Face, ink: Ink) -> list[Block]:
    if face.ended_at is None:
        return []
    how = ink.words(face.ending or {})
    key = "Closed {ended_at}: {how}" if how else "Closed {ended_at}"
    words = [f"*{ink.line(key, ended_at=ink.by(face.ended_at), how=how)}*"]
    if face.merged_into:
        words.append(ink.line("It goes on in {case}.", case=face.merged_into))
    return paragraph(ink, words)


def _text(face: Face, playbook: Playbook, ink: Ink) -> str:
    """Render the notification text: the case, the next duty, its age. It names no customer."""
    if face.escalation is not None and face.post:
        return escalation_text(face, playbook, ink)
    return " · ".join(filter(None, [face.display, _wanted(face, ink), _since(face.opened_at, ink)]))


def _wanted(face: Face, ink: Ink) -> str:
    if face.ended_at is not None:
        return ink.plain("closed: {how}", how=ink.words(face.ending or {}))
    if face.waiting_since is not None:
        return ink.plain("waits for the customer")
    if face.mine:
        return ink.words(face.mine[0].duty.title)
    if face.others:
        first = face.others[0]
        return ink.plain("{role}: {what}", role=ink.role(first.owner), what=ink.words(first.title))
    return ink.words(face.title)


def _since(opened_at: datetime | None, ink: Ink) -> str:
    """Render the time since the call, in the unit a person would use."""
    if opened_at is None:
        return ""
    minutes = max(0, int((ink.now - opened_at).total_seconds() // 60))
    if minutes < 120:
        return ink.plain("{minutes} min since the call", minutes=minutes)
    if minutes < 48 * 60:
        return ink.plain("{hours} h since the call", hours=minutes // 60)
    return ink.plain("{days} days since the call", days=minutes // 1440)
