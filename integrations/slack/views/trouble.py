"""Troubles on a card: failing outside work, since when, and what to do about it. Pure."""

from desk.cards.case_card import Face
from desk.case.state import Trouble
from integrations.slack.codec.actions import Action, EffectValue, write_action, write_value
from integrations.slack.text.lines import Block, Ink, button, paragraph, rows

PENDING = {
    "create_ticket": "Ticket pending: {system} has not answered since {since_at}. I keep trying; your tap is kept.",
    "update_ticket": (
        "Ticket note pending: {system} has not answered since {since_at}. I keep trying; your tap is kept."
    ),
    "look_at_ticket": "The ticket could not be read since {since_at}: {system} does not answer. I keep trying.",
    "read_sheet": "An uploaded sheet could not be read since {since_at}: {system} does not answer. I keep trying.",
    "show_card": "A card could not be shown since {since_at}: {system} does not answer. I keep trying.",
    "tell_people": "A message could not be sent since {since_at}: {system} does not answer. I keep trying.",
}
STOPPED = {
    "create_ticket": (
        "The ticket was not created. {reason} Your tap is kept: try again, or create it by hand and give its number."
    ),
    "update_ticket": "The ticket was not updated. {reason} Your tap is kept: try again, or do it by hand and say so.",
    "look_at_ticket": "The ticket could not be read. {reason} Try again, or look at it by hand.",
    "read_sheet": "An uploaded sheet was not read. {reason} Try again, or type the rows into the form and say so.",
    "show_card": "A card could not be shown. {reason} Try again once that is put right.",
    "tell_people": "A message could not be sent. {reason} Try again, or tell them by hand.",
}
OTHER_PENDING = "Something outside is pending: {system} has not answered since {since_at}. I keep trying."
OTHER_STOPPED = "Something outside was given up. {reason} Try again, or do it by hand and say so."
MOST = 5


def troubles(face: Face, ink: Ink) -> list[Block]:
    """Render each trouble; a dead letter has its two buttons."""
    stuck = sorted(face.troubles, key=lambda one: (not one.dead, one.since_at))
    found: list[Block] = []
    for one in stuck[:MOST]:
        found.extend(paragraph(ink, [_words(one, ink)]))
        if one.dead:
            found.extend(rows(_buttons(one, face, ink)))
    left = len(stuck) - MOST
    return [*found, *paragraph(ink, [ink.line("… ({count} more)", count=left) if left > 0 else ""])]


def _words(one: Trouble, ink: Ink) -> str:
    if one.dead:
        return ink.line(STOPPED.get(one.what, OTHER_STOPPED), reason=_said(one.reason, ink))
    return ink.line(PENDING.get(one.what, OTHER_PENDING), system=_said(one.system, ink), since_at=one.since_at)


def _said(words: str, ink: Ink) -> str:
    """Translate an external error where the catalogue has it; else it is shown as it is."""
    return words if {"{", "}"} & set(words) else ink.plain(words)


def _buttons(one: Trouble, face: Face, ink: Ink) -> list[Block]:
    value = write_value(EffectValue(face.case, one.effect))
    return [
        button(ink, ink.plain("Retry"), write_action(Action("retry")), value),
        button(ink, ink.plain("Do it by hand…"), write_action(Action("hand")), value),
    ]
