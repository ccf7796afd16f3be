"""Banner of an intake form that was prefilled from a ticket: its answers are unconfirmed. Pure."""

from integrations.slack.text.lines import Block, Ink
from integrations.slack.views.inputs import plain

FROM_TICKET = "From ticket {ticket}, unconfirmed: ask the customer for every detail before you send this."


def unconfirmed(view: Block, ticket: int, ink: Ink) -> Block:
    """Add the banner that says where the answers come from."""
    words = ink.plain(FROM_TICKET, ticket=f"#{ticket}")
    note = {"type": "context", "elements": [plain(words)]}
    return {**view, "blocks": [note, *view["blocks"]]}
