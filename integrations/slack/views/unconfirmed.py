"""An intake that begins from a ticket: what it says of the customer stands there, and is confirmed by nobody yet. Pure."""

from integrations.slack.text.lines import Block, Ink
from integrations.slack.views.inputs import plain

FROM_TICKET = "From ticket {ticket}, unconfirmed: ask the customer for every detail before you send this."


def unconfirmed(view: Block, ticket: int, ink: Ink) -> Block:
    """Say above an intake where its answers come from."""
    words = ink.plain(FROM_TICKET, ticket=f"#{ticket}")
    note = {"type": "context", "elements": [plain(words)]}
    return {**view, "blocks": [note, *view["blocks"]]}
