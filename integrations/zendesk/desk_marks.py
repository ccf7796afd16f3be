"""What a desk's name marks in a Zendesk account: external ids, notes, tags, and the titles of its webhook and triggers.

The desk without a name marks them as before desks had names. Pure.
"""

import hashlib
import re
from collections.abc import Collection, Sequence

from desk.values import BOT, UNNAMED, desk_title
from integrations.zendesk.shapes import RawTicket

OURS, TAG = "ato-", "ato_desk_"
_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_TITLE = re.compile(rf"{BOT.name}(?: \(({_NAME})\))?")


def external_id(key: str, desk: str = UNNAMED) -> str:
    """Return the external id of an effect: stable, opaque as to the case, and different at each desk."""
    name = "" if desk == UNNAMED else f"{desk}-"
    return f"{OURS}{name}{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def marker(key: str, desk: str = UNNAMED) -> str:
    """Return the line that marks an effect's note."""
    return f"[{external_id(key, desk)}]"


def tag_of(desk: str) -> str | None:
    """Return the tag of a desk's tickets; a desk without a name sets none."""
    return None if desk == UNNAMED else f"{TAG}{desk.replace('-', '_')}"


def made_by_a_desk(ticket: RawTicket) -> bool:
    """Return whether a desk created this ticket, this one or another."""
    return (ticket.external_id or "").startswith(OURS)


def is_anothers(ticket: RawTicket, desks: Sequence[str]) -> bool:
    """Return whether a tag gives this ticket to another desk; `desks` are this one's names."""
    given = {tag for tag in ticket.tags or () if tag.startswith(TAG)}
    return bool(given) and given.isdisjoint(filter(None, map(tag_of, desks)))


def webhook_name(desk: str) -> str:
    """Return the name of a desk's webhook, which identifies it."""
    return desk_title(desk)


def trigger_prefix(desk: str) -> str:
    """Return how the titles of a desk's triggers begin."""
    return f"{desk_title(desk)}: "


def desk_of(webhook: str) -> str | None:
    """Return the desk whose webhook has this name; None for a webhook of something else."""
    found = _TITLE.fullmatch(webhook)
    return (found[1] or UNNAMED) if found else None


def carried(bodies: Collection[str], key: str, desks: Sequence[str]) -> bool:
    """Return whether one of these comments is the effect's note, under any of a desk's names."""
    return any(marker(key, desk) in body for body in bodies for desk in desks)
