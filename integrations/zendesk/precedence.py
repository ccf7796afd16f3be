"""Which of several desks adopts a ticket made by hand: the one whose trigger for such tickets comes first.

Every desk of an account reads the same triggers, so that all decide alike and a ticket becomes one case.
"""

import asyncio
import re
import time
from collections.abc import Sequence

import structlog

from desk.service.ports import GiveUp
from desk.values import UNNAMED
from integrations.zendesk.account import Account
from integrations.zendesk.desk_marks import desk_of, tag_of
from integrations.zendesk.rules import Kind, zendesk_path
from integrations.zendesk.shapes import RawTicket, RawTitle

log = structlog.get_logger()
FRESH = 600.0
"""Maximum age in seconds of the triggers that were read."""
_PARTS = re.compile(r"(?P<desk>[^:]+): (?P<what>.*)", re.DOTALL)


def first_desk(triggers: Sequence[RawTitle], query_type: str) -> str | None:
    """Return the desk whose active trigger for this kind of ticket comes first; None where no desk has one."""
    wanted = Kind(form="", query_type=zendesk_path(query_type)).title(UNNAMED).partition(": ")[2]
    for one in sorted(triggers, key=lambda trigger: (trigger.position or 0, trigger.id)):
        parts = _PARTS.fullmatch(one.title)
        if parts and one.active is not False and parts["what"] == wanted and (desk := desk_of(parts["desk"])):
            return desk
    return None


class Precedence:
    """Tells whether a ticket made by hand is this desk's; `desks` are its names."""

    def __init__(self, account: Account, desks: Sequence[str]) -> None:
        self._account, self._desks = account, desks
        self._triggers: Sequence[RawTitle] = ()
        self._read_at: float | None = None

    async def adopts(self, ticket: RawTicket, query_type: str) -> bool:
        """Return whether this desk adopts the ticket: its tag is on it, or its trigger comes first. Raises TryAgain."""
        if tag_of(self._desks[0]) in (ticket.tags or ()):
            return True
        first = first_desk(await self._known(), query_type)
        return first is None or first in self._desks

    async def _known(self) -> Sequence[RawTitle]:
        if self._read_at is None or time.monotonic() - self._read_at > FRESH:
            try:
                self._triggers = await asyncio.to_thread(self._account.triggers)
            except GiveUp as wrong:  # an agent who is no administrator cannot read them
                log.warning("zendesk_triggers_unread", reason=wrong.reason)
                self._triggers = ()
            self._read_at = time.monotonic()
        return self._triggers
