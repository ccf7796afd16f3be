"""Unmasked content of a card, in a modal for the one permitted person who asked for it. Pure."""

from desk.cards.case_card import Face
from desk.fields.format import show
from desk.playbook.model import Playbook
from desk.values import Line
from integrations.slack.text.escape import plain, verbatim
from integrations.slack.text.lines import Block, Ink, paragraph, section
from integrations.slack.views.card import opening
from integrations.slack.views.card_details import claimants_section
from integrations.slack.views.form import CLOSE
from integrations.slack.views.notes import NOTE
from integrations.slack.views.telling import code, pieces

TITLE = Line(key="Personal details")
ONLY_YOU = Line(key="Only you see this. That you looked is kept in the case: who, when and on which card.")
MOST_BLOCKS = 100  # https://docs.slack.dev/surfaces/modals


def shown_view(face: Face, playbook: Playbook, ink: Ink) -> Block:
    """Render the text, facts and links of an inbox's card unmasked."""
    blocks = [
        section(f"*{ink.line('{case}', case=face.display)}*"),
        *opening(face, playbook, ink),
        *paragraph(ink, _links(face, playbook, ink)),
        *claimants_section(face, playbook, ink),
        *_thread(face, playbook, ink),
        *paragraph(ink, [f"_{ink.of(ONLY_YOU)}_"]),
    ]
    return {
        "type": "modal",
        "callback_id": NOTE,
        "title": _plain(ink.plain_of(TITLE)),
        "close": _plain(ink.plain_of(CLOSE)),
        "blocks": blocks[:MOST_BLOCKS],
    }


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": plain(words, 24), "emoji": False}


def _links(face: Face, playbook: Playbook, ink: Ink) -> list[str]:
    """Render the links that are buttons on a card; an escalation has its own among its items."""
    links = [one for one in face.facts if playbook.fields[one.name].type == "url"]
    return (
        []
        if face.escalation
        else [f"{ink.text(one.label, 120)}: {ink.value(playbook.fields[one.name], one.fact)}" for one in links]
    )


def _thread(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render the long text, such as logs, that a private channel has in the escalation's thread."""
    if face.escalation is None or face.post is None:
        return []
    found: list[Block] = []
    for name in playbook.posts[face.post].thread:
        field, fact = playbook.fields[name], face.escalation.items.get(name)
        if fact is not None and fact.value is not None:
            words = show(field, fact, ink.language, ink.zone)
            found += [section(f"*{ink.text(field.title, 120)}*"), *map(code, pieces(verbatim(words)))]
    return found
