"""The pretend Zendesk on a socket of its own, seen by tests as an admin sees an account."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from desk.case.effects import CreateTicket, LookAtTicket, Requester, UpdateTicket
from desk.service.ports import TryAgain
from integrations.zendesk.client import ZendeskTickets
from integrations.zendesk.scopes import SERVE
from integrations.zendesk.sign_in import Client, ClientCredentials
from sandbox import seeds
from sandbox.serving import Serving
from sandbox.world import World
from sandbox.zendesk import acts, overview, switches
from sandbox.zendesk.app import Zendesk

KEY = "01JCASE00000000000000000A/suspend/1/0"
PATH = "Mr D Food* - Blacklisting>Blacklisted>Suspected Account Takeover"
CREATE = CreateTicket(
    key=KEY,
    case="01JCASE00000000000000000A",
    lane="01JCASE00000000000000000A:ticket:escalation",
    name="escalation",
    form="Customer Query",
    query_type=PATH,
    group="CS Data Compliance",
    status="open",
    subject="Suspected account takeover",
    body="Profile: 2048811\nClaimed by the MOD.",
    requester=Requester(email="naledi.mahlangu@example.com", name="Naledi Mahlangu"),
    linked_ticket="48001",
)


IMPATIENT = (2.0, 0.8)
"""Seconds for a test in which an answer never comes. Where one does come, a busy machine may take longer for it."""


def note(ticket: int | None, **changes: object) -> UpdateTicket:
    """The refund note of step 10."""
    given: dict[str, object] = {
        "key": "01JCASE00000000000000000A/refund/1/0",
        "case": CREATE.case,
        "lane": CREATE.lane,
        "name": "escalation",
        "ticket": ticket,
        "note": "Please refund 1399.00 to the wallet.",
        "group": "Food Management Group",
        "status": "open",
    }
    return UpdateTicket.model_validate(given | changes)


def look(ticket: int) -> LookAtTicket:
    return LookAtTicket(key="k", case=CREATE.case, lane=CREATE.lane, name="escalation", ticket=ticket)


@dataclass
class Try:
    """One try after another at an effect, as the queue keeps them."""

    before: bool = False
    number: int = 1
    first_at: datetime | None = None
    prepared: bytes | None = None
    kept: list[bytes] = field(default_factory=list)

    async def prepare(self, body: bytes = b"", lands: timedelta = timedelta()) -> None:
        """Keep the body; from now on something may have been done."""
        self.prepared, self.first_at = body, self.first_at or datetime.now(UTC)
        self.kept.append(body)

    def failed(self, error: TryAgain | None = None) -> None:
        """Go on to the next try."""
        self.number += 1
        self.before = self.before or bool(self.kept and not (error and error.certain))


@dataclass
class Account:
    """A running pretend account."""

    zendesk: Zendesk
    world: World
    url: str

    def client(self, **settings: object) -> ZendeskTickets:
        """The real client, as patient as it is served; IMPATIENT is for whom nobody answers."""
        given: dict[str, object] = {
            "sign_in": self.sign_in(),
        } | settings
        return ZendeskTickets(
            self.url,
            given.pop("sign_in"),  # type: ignore[arg-type]
            Requester(email=seeds.ZENDESK_PLACEHOLDER_EMAIL, name=seeds.ZENDESK_PLACEHOLDER_NAME),
            **given,  # type: ignore[arg-type]
        )

    def sign_in(self, scope: str = SERVE, **changed: object) -> ClientCredentials:
        """The bot's sign-in to this account."""
        client = Client(seeds.ZENDESK_CLIENT_ID, seeds.ZENDESK_CLIENT_SECRET)
        given: dict[str, object] = {"clients": (client,)} | changed
        return ClientCredentials(self.url, given.pop("clients"), scope, **given)  # type: ignore[arg-type]

    def oauth(self, **wanted: object) -> None:
        """Change what the account does to whoever signs in."""
        self.switch(sign_in=wanted)

    def minted(self) -> int:
        return self.zendesk.helpdesk.oauth.minted

    def tickets(self) -> list[dict[str, object]]:
        account = self.zendesk.helpdesk.account
        return [overview.ticket(account, ticket) for ticket in account.tickets.values()]

    def comments(self, ticket: int) -> list[dict[str, object]]:
        account = self.zendesk.helpdesk.account
        return list(overview.whole_ticket(account, account.tickets[ticket])["comments"])

    def mails(self) -> int:
        return len(self.zendesk.helpdesk.account.mails)

    def switch(self, **wanted: object) -> None:
        switches.switch(self.zendesk.helpdesk, switches.Switches.model_validate(wanted))

    def move(self, ticket: int, **wanted: str) -> None:
        act = acts.Move.model_validate({"by": "Priya Naidoo", **wanted})
        acts.move_by_hand(self.zendesk.helpdesk, ticket, act)

    def attached(self, ticket: int) -> list[bytes]:
        found = self.zendesk.helpdesk.account.tickets[ticket]
        return [file.content for comment in found.comments for file in comment.attachments]

    def reply(self, ticket: int) -> None:
        said = acts.Said(by="naledi.mahlangu@example.com", body="Is there any news?")
        acts.comment_by_hand(self.zendesk.helpdesk, ticket, said)

    def make(self, group: str, query_type: str | None, requester: Requester | None = None) -> int:
        """Make a ticket by hand, as the MOD would."""
        act = acts.NewTicket(
            by="Lerato Mokoena",
            comment="Suspected takeover",
            public=False,
            form="Customer Query",
            query_type=query_type and query_type.replace(">", "::"),
            group=group,
            status="open",
            requester=requester.model_dump() if requester else None,
        )
        return int(str(acts.make_by_hand(self.zendesk.helpdesk, act)["id"]))

    def put(self, ticket: int, body: bytes) -> None:
        """Let an update land that the bot sent earlier."""
        desk = self.zendesk.helpdesk
        bot = desk.account.users[seeds.ZENDESK_BOT_ID]
        desk.update(desk.account.tickets[ticket], json.loads(body)["ticket"], bot, self.url)

    def asked(self, call: str) -> int:
        return len(self.world.asked("zendesk", call))


@asynccontextmanager
async def account() -> AsyncIterator[Account]:
    """Start the pretend account on a free port."""
    world = World()
    zendesk = Zendesk(world)
    world.on_reset(zendesk.reset)
    serving = Serving(zendesk.app, world, "zendesk", "127.0.0.1", 0)
    await serving.start()
    try:
        yield Account(zendesk, world, serving.url)
    finally:
        await zendesk.close()
        await serving.stop()
