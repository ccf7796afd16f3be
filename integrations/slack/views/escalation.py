"""Structured escalation: the procedure's items in its order, one line each, as of when it was composed. Pure."""

from desk.cards.case_card import Face
from desk.case.state import Escalation
from desk.playbook.model import Playbook, Post, PostItem
from desk.values import Fact, Text
from integrations.slack.text.lines import Block, Ink, paragraph

NOTHING = Fact()


def escalation(face: Face, playbook: Playbook, ink: Ink) -> list[Block]:
    """Render the items; empty when this inbox has no escalation yet."""
    if face.post is None or face.escalation is None:
        return []
    post = playbook.posts[face.post]
    lines = [_item(item, post, face.escalation, playbook, ink) for item in post.items]
    half = (len(lines) + 1) // 2  # two paragraphs, so that ten long lines never meet Slack's limit
    others = [_alike(title, count, ink) for title, count in face.alike]
    return [*paragraph(ink, lines[:half]), *paragraph(ink, lines[half:]), *paragraph(ink, others)]


def _alike(title: Text, count: int, ink: Ink) -> str:
    """Render the number of similar cases: attacks come in waves."""
    key = (
        "1 other case of the same day shares: {what}"
        if count == 1
        else "{count} other cases of the same day share: {what}"
    )
    return f"*{ink.line(key, count=count, what=title)}*"


def escalation_text(face: Face, playbook: Playbook, ink: Ink) -> str:
    """Render a plain one-sentence summary; it names no customer."""
    post = playbook.posts[face.post or ""]
    return ink.plain("{title} {case}: please investigate", title=ink.words(post.title), case=face.display)


def _item(item: PostItem, post: Post, made: Escalation, playbook: Playbook, ink: Ink) -> str:
    label = f"*{ink.text(item.label, 120)}:*"
    if item.text is not None:
        return f"{label} {ink.text(item.text, 400)}"
    facts = [(name, made.items.get(name, NOTHING)) for name in item.names]
    if any(name in post.thread and fact.value is not None for name, fact in facts):
        return f"{label} {ink.line('in the thread')}"
    most = 420 // max(1, len(facts))
    shown = [ink.value(playbook.fields[name], fact, most) for name, fact in facts if fact.known]
    return f"{label} {' '.join(shown) or ink.line('not given')}"
