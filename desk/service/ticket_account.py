"""Account of the ticket system: the database's is the settings', or nothing is read or written there.

A database without tickets takes the account of the settings at once. One from before accounts were stored takes it when
one of its tickets was read there and fits its case.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desk.case.effects import CreateTicket, LookAtTicket, UpdateTicket, Writer
from desk.case.results import TicketFound, TicketInspected, TicketSeen
from desk.case.work_events import TicketCreated
from desk.reminders.announcement import Announcement
from desk.rules.given_ticket import is_of_case
from desk.service.ports import Attempt, Cases, GiveUp, Tickets, TryAgain
from desk.values import Line

SYSTEM = "Zendesk"
MOST = 5
"""Maximum number of stored tickets that are read for one check."""
PATIENCE = 8.0
"""Seconds that one check may take."""
OTHER = (
    "This database's tickets are in the Zendesk account {known}, and ATO_ZENDESK__URL names {account}. Nothing was"
    " written, and the database is as it was. Set the address back, or give the desk of {account} a database of its own"
    " (ATO_DATABASE_URL)."
)
UNFIT = (
    "Ticket #{ticket} of this database is another ticket in the Zendesk account {account} that ATO_ZENDESK__URL names."
    " Nothing was written, and the database is as it was. Set the address of the account that the desk had, or give the"
    " desk of {account} a database of its own (ATO_DATABASE_URL)."
)
UNREAD = (
    "Whether this database's tickets are in the Zendesk account {account} is not known yet: {reason} Nothing is read or"
    " written there until it is; everything is kept and follows by itself. Look whether Zendesk answers."
)
HELD = Line(
    key=(
        "Nothing is written to Zendesk yet: none of this database's tickets could be read in the account {account}."
        " Everything is kept and follows by itself. `ato doctor` says why."
    )
)
OPERATORS = "role:operators"


class Accounts(Protocol):
    """Store of the accounts (port). Raises StoreGone."""

    async def known(self) -> Sequence[str]:
        """Return the accounts that the database took on."""
        ...

    async def stored(self, most: int) -> Sequence[tuple[int, str, str]]:
        """Return the newest tickets, each with its case and its name there."""
        ...

    async def take(self, account: str, now: datetime) -> str:
        """Take on an account unless there is one; return the one that is there."""
        ...


class Inspects(Protocol):
    """Reads a ticket as it stands (port). Raises TryAgain and GiveUp."""

    async def inspect(self, ticket: int, effect: str = "") -> TicketInspected:
        """Read a ticket; `effect` is the key of the work that created it."""
        ...


@dataclass(frozen=True)
class Standing:
    """Result of a check: `ok`, `unread` (not known yet), or `wrong` (another account), and the sentence about it."""

    state: str
    words: str = ""


async def check(account: str, store: Accounts, cases: Cases, tickets: Inspects) -> Standing:
    """Compare the account of the settings with the database; it stores nothing. Raises StoreGone."""
    known = await store.known()
    if known:
        words = OTHER.format(known=", ".join(known), account=account)
        return Standing("ok") if account in known else Standing("wrong", words)
    return await _compare(account, await store.stored(MOST), cases, tickets)


async def _compare(account: str, stored: Sequence[tuple[int, str, str]], cases: Cases, tickets: Inspects) -> Standing:
    """Read stored tickets until one fits; deleted ones prove nothing."""
    reason, unfit = "", 0
    try:
        async with asyncio.timeout(PATIENCE):
            for number, case, name in stored:
                try:
                    if await _fits(number, case, name, cases, tickets):
                        return Standing("ok")
                    unfit = unfit or number
                except GiveUp as gone:
                    reason = gone.reason
    except TimeoutError:
        reason = "Zendesk did not answer in time."
    except TryAgain as later:
        reason = f"{later}."
    if unfit:
        return Standing("wrong", UNFIT.format(ticket=unfit, account=account))
    return Standing("unread", UNREAD.format(account=account, reason=reason)) if stored else Standing("ok")


async def _fits(number: int, key: str, name: str, cases: Cases, tickets: Inspects) -> bool:
    found = await cases.load(key)
    if found is None:
        return False
    case, playbook = found
    effect = next((e.effect for e in reversed(case.log) if isinstance(e, TicketCreated) and e.id == number), "")
    return is_of_case(case, playbook, name, await tickets.inspect(number, effect))


def held_said(account: str, now: datetime) -> Announcement:
    """Build the operators' message that nothing is written yet; one an hour."""
    line = Line(key=HELD.key, args={"account": account})
    return Announcement(key=f"account/{account}/{now:%Y-%m-%dT%H}", inbox=OPERATORS, lines=(line,))


@dataclass
class CheckedTickets:
    """The `Tickets` port behind the check of the account: until it is `ok` every call is put off."""

    tickets: Tickets
    standing: Standing = field(default_factory=lambda: Standing("unread", "The account was not checked yet."))

    def _require(self) -> Tickets:
        if self.standing.state != "ok":
            raise TryAgain(SYSTEM, self.standing.words.rstrip("."), certain=True)
        return self.tickets

    async def create(self, effect: CreateTicket, attempt: Attempt) -> TicketSeen:
        """Create the ticket."""
        return await self._require().create(effect, attempt)

    async def update(self, effect: UpdateTicket, attempt: Attempt) -> TicketSeen:
        """Change the ticket."""
        return await self._require().update(effect, attempt)

    async def look(self, effect: LookAtTicket) -> TicketSeen:
        return await self._require().look(effect)

    async def many(self, tickets: Sequence[int]) -> Sequence[TicketSeen]:
        return await self._require().many(tickets)

    async def inspect(self, ticket: int, effect: str = "") -> TicketInspected:
        return await self._require().inspect(ticket, effect)

    async def foreign(self, ticket: int, query_types: Sequence[str]) -> TicketFound | None:
        """Read a ticket without a case."""
        return await self._require().foreign(ticket, query_types)

    async def peek(self, ticket: int) -> Writer | None:
        """Return the author of a ticket."""
        return await self._require().peek(ticket)
