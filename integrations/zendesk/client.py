"""The `Tickets` port on Zendesk: each effect once, however often it is retried. Formats: `wire`; calls: `account`."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from desk.case.effects import CreateTicket, LookAtTicket, Requester, Sheet, UpdateTicket, Writer
from desk.case.results import TicketFound, TicketInspected, TicketSeen
from desk.service.ports import Attempt, GiveUp
from desk.values import UNNAMED
from integrations.zendesk.account import Account
from integrations.zendesk.desk_marks import carried, external_id, is_anothers, made_by_a_desk
from integrations.zendesk.inspecting import inspected
from integrations.zendesk.names import SYSTEM, Ids, Names, account_of
from integrations.zendesk.precedence import Precedence
from integrations.zendesk.refusals import Rejected, closed
from integrations.zendesk.shapes import RawTicket
from integrations.zendesk.sign_in import SignIn
from integrations.zendesk.turns import ChangeTurns
from integrations.zendesk.users import PERSON, Users, customer
from integrations.zendesk.wire import (
    find_ids,
    meant,
    read_history,
    read_ticket,
    sent_under,
    write_ticket,
    write_update,
)

log = structlog.get_logger()
FRESH = timedelta(minutes=10)
"""Maximum age of the cached names. A name that is not found is looked up in fresh ones first, and after anything
refused or not kept they are reloaded, so an admin's change takes effect at once where it matters.
"""


MANY = 100
"""Maximum ids of one request.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#show-multiple-tickets
"""


def no_sheets(sheet: Sheet) -> bytes:
    """Return no content: the default where no spreadsheet writer is configured."""
    raise GiveUp(SYSTEM, f"No sheet can be written here. Attach {sheet.name} by hand, then choose By hand.")


class ZendeskTickets:
    """The `Tickets` port on a Zendesk account.

    Creating: the ticket's external id and the Idempotency-Key are derived from the effect's key, and the body is stored
    before it is sent. A retry first lists the tickets with that external id and takes the lowest; if there is none it
    sends the same bytes under the same key, which Zendesk honours for two hours.

    Updating: a note carries a marker, and the ticket's `updated_stamp` is sent with it; see `update`.
    """

    def __init__(
        self,
        url: str,
        sign_in: SignIn,
        placeholder: Requester,
        timeout: tuple[float, float] = (3.05, 20),
        *,
        query_type: str = "Query type",
        write_sheet: Callable[[Sheet], bytes] = no_sheets,
        desks: Sequence[str] = (UNNAMED,),
    ) -> None:
        """`placeholder` is the requester of tickets without a safe contact, `desks` are this desk's name and former
        ones.
        """
        self._desks = desks
        self._turns: ChangeTurns | None = None
        self._write_sheet = write_sheet
        self._url, self._title = url.rstrip("/"), query_type
        self.account = account_of(url)
        self._placeholder = placeholder
        self._account = Account(self._url, sign_in, timeout)
        self._precedence = Precedence(self._account, desks)
        self._users = Users(self._account, sign_in)
        self._names: Names | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    def keep_to(self, turns: ChangeTurns) -> None:
        """Set the rate limiter of ticket changes."""
        self._turns = turns

    async def whoami(self) -> int:
        """Return the bot's user id; raises GiveUp when Zendesk does not know the bot."""
        return await self._users.whoami()

    def close(self) -> None:
        self._account.close()

    async def create(self, effect: CreateTicket, attempt: Attempt) -> TicketSeen:
        """Create the ticket once and read it back."""
        ticket = await self._existing(effect) if attempt.before else None
        if ticket is None:
            ticket = await self._send_new(effect, attempt)
        return await self._seen(await self._ticket(ticket), effect)

    async def update(self, effect: UpdateTicket, attempt: Attempt) -> TicketSeen:
        """Add the note once, change the ticket and read it back.

        The ticket's stamp is read before its comments: if an earlier attempt's note arrives after that read, it changes
        the stamp and ours is refused with 409; if it arrived before, it is seen.
        """
        if effect.ticket is None:
            raise GiveUp(
                SYSTEM,
                "The ticket to change is not known: it was never created. Create it, then press Retry.",
            )
        self._require(effect.account)
        ticket = await self._ticket(effect.ticket)
        if not (attempt.before and await self._noted(effect, ticket.id)):
            await self._send_update(effect, ticket, attempt)
        return await self._seen(await self._ticket(ticket.id), effect)

    async def look(self, effect: LookAtTicket) -> TicketSeen:
        self._require(effect.account)
        seen = await self._seen(await self._ticket(effect.ticket), None)
        audits = await asyncio.to_thread(self._account.audits, effect.ticket)
        history = read_history(audits, await self._users.me())
        mover = await self._users.read(history.mover) if history.mover else None
        return seen.model_copy(
            update={
                "replies": history.replies,
                "replied_at": history.replied_at,
                "moved_by": mover.name if mover and mover.role != PERSON else None,
            }
        )

    def _require(self, account: str) -> None:
        """Raise GiveUp for a ticket of another account: a ticket with this number may be there, and is another one."""
        if account not in {"", self.account}:
            raise GiveUp(
                SYSTEM,
                f"The ticket is on {account}, and the settings name {self.account}. Nothing was written. Correct"
                " ATO_ZENDESK__URL, then press Retry.",
            )

    async def many(self, tickets: Sequence[int]) -> Sequence[TicketSeen]:
        """Read many tickets, a hundred at a time."""
        found: list[TicketSeen] = []
        for start in range(0, len(tickets), MANY):
            some = await asyncio.to_thread(self._account.many, tickets[start : start + MANY])
            found.extend([await self._seen(ticket, None) for ticket in some])
        return found

    async def inspect(self, ticket: int, effect: str = "") -> TicketInspected:
        """Read a ticket before the first write to it, with its requester, customer or agent."""
        raw = await self._ticket(ticket)
        seen = await self._seen(raw, None)
        user = await self._users.read(raw.requester_id) if raw.requester_id else None
        found = inspected(raw, seen, await self._known(), self._title, effect, self._desks)
        email, name = (user.email or "", user.name or "") if user else ("", "")
        requester = Requester(email=email, name=name or email) if user else None
        return found.model_copy(update={"requester": requester})

    async def foreign(self, ticket: int, query_types: Sequence[str]) -> TicketFound | None:
        """Read a ticket that belongs to no case. A solved one and another desk's are ignored."""
        raw = await self._ticket(ticket)
        if made_by_a_desk(raw) or is_anothers(raw, self._desks) or raw.status in {"solved", "closed"}:
            return None
        seen = await self._seen(raw, None)
        query_type = meant(raw, await self._known(), query_types, self._title)
        if query_type is None or not await self._precedence.adopts(raw, query_type):
            return None
        user = await self._users.read(raw.requester_id) if raw.requester_id else None
        author = await self._users.author(await asyncio.to_thread(self._account.audits, ticket))
        return TicketFound(seen=seen, query_type=query_type, requester=customer(user), author=author)

    async def peek(self, ticket: int) -> Writer | None:
        """Return the requester of a ticket; None where that is an agent, or nobody."""
        raw = await self._ticket(ticket)
        return customer(await self._users.read(raw.requester_id) if raw.requester_id else None)

    async def _send_new(self, effect: CreateTicket, attempt: Attempt) -> int:
        """Send the body stored by an earlier attempt, or a new one that is stored first."""
        kept = attempt.prepared if attempt.before else None
        body = kept or await self._new_body(effect)
        await attempt.prepare(body)
        try:
            return await self._post(body, attempt)
        except Rejected as rejected:
            return await self._send_again(effect, body, attempt, rejected)

    async def _send_again(self, effect: CreateTicket, body: bytes, attempt: Attempt, rejected: Rejected) -> int:
        """Retry a refused body: it may refer to deleted ids, so look them up anew and send it if it differs."""
        if rejected.key_used:
            return await self._taken(effect)
        self._forget()
        fresh = await self._new_body(effect)
        if fresh == body:
            raise rejected
        await attempt.prepare(fresh)
        return await self._post(fresh, attempt)

    async def _taken(self, effect: CreateTicket) -> int:
        """Recover from an idempotency key that was used with another body: a ticket may exist."""
        found = await self._existing(effect)
        if found is None:
            raise GiveUp(
                SYSTEM,
                "Zendesk remembers an earlier, different request for this ticket but shows no ticket. Look for it in "
                "Zendesk and give its number with By hand; or press Retry after two hours, when Zendesk has forgotten.",
            )
        return found

    async def _post(self, body: bytes, attempt: Attempt) -> int:
        key, first = sent_under(body), not attempt.before
        return await asyncio.to_thread(self._account.post, body, key, sending=first)

    async def _existing(self, effect: CreateTicket) -> int | None:
        """Return the ticket an earlier attempt created; of several the oldest, with an alert."""
        named = [await asyncio.to_thread(self._account.named, external_id(effect.key, desk)) for desk in self._desks]
        found = sorted(ticket.id for tickets in named for ticket in tickets)
        if len(found) > 1:
            log.warning("zendesk_tickets_doubled", effect=effect.key, kept=found[0], others=found[1:])
        return found[0] if found else None

    async def _new_body(self, effect: CreateTicket) -> bytes:
        return write_ticket(effect, await self._ids(effect), self._placeholder, self._desks[0])

    async def _noted(self, effect: UpdateTicket, ticket: int) -> bool:
        """Return whether an earlier attempt's note exists; without a note an update may simply be repeated."""
        if not (effect.note or effect.sheet):
            return False
        comments = await asyncio.to_thread(self._account.comments, ticket)
        return carried([one.body or "" for one in comments], effect.key, self._desks)

    async def _send_update(self, effect: UpdateTicket, ticket: RawTicket, attempt: Attempt) -> None:
        """Send note and changes, guarded by the stamp: valid only while nobody else has changed the ticket."""
        if ticket.status == "closed":
            raise GiveUp(SYSTEM, closed(ticket.id))
        ids, uploads = await self._ids(effect), await self._uploaded(effect)
        body = write_update(effect, ids, ticket.updated_at, uploads, self._desks[0])
        if self._turns:
            await self._turns.take(ticket.id)
        await attempt.prepare(body)
        try:
            await asyncio.to_thread(self._account.put, ticket.id, body, sending=not attempt.before)
        except GiveUp:
            self._forget()
            raise

    async def _uploaded(self, effect: UpdateTicket) -> Sequence[str]:
        """Upload the attachment. An unused upload expires after an hour, so a repeat does no harm."""
        if effect.sheet is None:
            return ()
        name, content = f"{effect.sheet.name}.csv", self._write_sheet(effect.sheet)
        return (await asyncio.to_thread(self._account.upload, name, content),)

    async def _ticket(self, ticket: int) -> RawTicket:
        return await asyncio.to_thread(self._account.ticket, ticket)

    async def _seen(self, ticket: RawTicket, asked: CreateTicket | UpdateTicket | None) -> TicketSeen:
        """Convert a ticket with names for ids; an unknown group or form reloads the names."""
        names = await self._known()
        if not names.lists(ticket.group_id, ticket.ticket_form_id):
            self._forget()
            names = await self._known()
        seen = read_ticket(ticket, names, self._url, asked, self._title)
        if seen.lost:
            self._forget()
        return seen

    async def _ids(self, effect: CreateTicket | UpdateTicket) -> Ids:
        """Look up ids by name in the cache, and after a failure in fresh names."""
        try:
            return find_ids(await self._known(), effect, self._title)
        except GiveUp:
            self._forget()
            return find_ids(await self._known(), effect, self._title)

    async def _known(self) -> Names:
        """Return the account's names, at most FRESH old; one lane loads them while the others wait."""
        async with self._reading:
            if self._names is None or time.monotonic() - self._read_at > FRESH.total_seconds():
                self._names = await asyncio.to_thread(self._account.names)
                self._read_at = time.monotonic()
            return self._names

    def _forget(self) -> None:
        self._names = None
