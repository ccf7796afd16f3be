"""Modal pages without questions: a final message, a verdict, and texts for the customer to copy. Pure."""

from typing import Any

from desk.fields.templates import Say
from desk.values import Line, Text, in_language
from integrations.slack.views.form import CLOSE, aside_line, paragraph
from integrations.slack.views.inputs import Block, plain

NOTE = "note"
"""Callback id of these modals."""

COPY = Line(key="Said to the customer; copy it into a chat or an email:")
PIECE, MOST_COPIED = 2900, 20


def note_view(title: str, words: tuple[str, ...], say: Say, language: str, copy: tuple[Text, ...] = ()) -> Block:
    """Build a modal that only shows a message; `copy` is what the customer was told, for copying."""
    blocks = [*(paragraph(one) for one in words), *to_copy(copy, say, language)]
    return {
        "type": "modal",
        "callback_id": NOTE,
        "title": plain(title, 24),
        "close": plain(say(CLOSE, language, "UTC"), 24),
        "blocks": blocks,
    }


def to_copy(texts: tuple[Text, ...], say: Say, language: str) -> list[Block]:
    """Render texts unchanged, each in a block of its own for copying."""
    if not texts:
        return []
    words = [in_language(text, language) for text in texts]
    pieces = [text[at : at + PIECE] for text in words for at in range(0, len(text), PIECE)]
    return [aside_line(say(COPY, language, "UTC")), *map(_code, pieces[:MOST_COPIED])]


def _code(words: str) -> Block:
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": words}]}
    return {"type": "rich_text", "elements": [element]}


def under_verdict(view: dict[str, Any], words: str, copy: tuple[Text, ...], say: Say, language: str) -> dict[str, Any]:
    """Put the verdict on the previous page's answers above a page, with what the customer is to be told."""
    head = [paragraph(words), *to_copy(copy, say, language), {"type": "divider"}]
    return {**view, "blocks": [*head, *view["blocks"]]}
