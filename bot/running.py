"""Lifecycle of the running bot: its parts, how it starts and how it stops."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from fastapi import FastAPI

from bot.queueing import Queue
from config.settings import Settings
from desk.playbook.model import Playbook
from desk.service.engine import Engine
from desk.service.on_duty import Rota
from desk.service.ports import GiveUp, TryAgain
from desk.service.ticket_account import CheckedTickets, check
from integrations.backoffice.client import HttpBackOffice
from integrations.google_chat.client import GoogleChat
from integrations.slack.people.directory import SlackPeople
from integrations.slack.web.client import SlackClient
from integrations.slack.web.link import Link
from integrations.store.accounts import StoredAccounts
from integrations.store.alone import alone
from integrations.store.cases import StoredCases
from integrations.store.engine import Database
from integrations.store.rebuild import rebuild_owed
from integrations.store.starting import CannotStart
from integrations.zendesk.client import ZendeskTickets

log = logging.getLogger(__name__)

STOP_WITHIN = 5.0
"""Seconds for running work to finish at shutdown, after three for open requests. Ten in all."""


@dataclass
class Bot:
    """All parts of a running bot. `app` is the ASGI application."""

    settings: Settings
    database: Database
    cases: StoredCases
    engine: Engine
    queue: Queue
    people: SlackPeople
    slack: SlackClient
    tickets: ZendeskTickets
    playbooks: Mapping[str, Playbook]
    rota: Rota
    checked: CheckedTickets
    app: FastAPI | None = None
    worker: "asyncio.Task[None] | None" = None
    greeting: "asyncio.Task[None] | None" = None
    link: Link | None = None

    async def start(self) -> None:
        """Store the playbooks, take up who is known and start the queue; refuses a second process."""
        self.queue.claim()
        if self.checked.standing.state != "ok":
            await self.check_account()
        async with alone(self.database, "start", wait=True):
            books = self.playbooks.items()
            hashes = {name: await self.cases.remember_playbook(book) for name, book in books}
            await rebuild_owed(self.database, self.cases, self.engine.clock.now())
        self.engine.hashes = hashes
        await self.rota.refresh()
        await self.people.warm()
        for role, problem in self.people.problems.items():
            log.error("a role's user group could not be read from Slack: %s", problem, extra={"role": role})
        # The queue comes last: a ticket left over from before names people, who are known only now.
        self.worker = asyncio.create_task(self.queue.run(), name="queue")
        self.greeting = asyncio.create_task(self._greet_zendesk(), name="zendesk")
        if self.link:
            self.link.start()

    async def check_account(self) -> None:
        """Check the ticket system's account against the database, and take it on where it fits.

        Raises CannotStart for another account, and StoreGone. While it is not known, calls are put off.
        """
        store, account = StoredAccounts(self.database), self.tickets.account
        async with alone(self.database, "account", wait=True):
            standing = await check(account, store, self.cases, self.tickets)
            if standing.state == "ok":
                await store.take(account, self.engine.clock.now())
        self.checked.standing = standing
        if standing.state == "wrong":
            raise CannotStart(standing.words)
        if standing.state == "unread":
            log.error("%s", standing.words)

    async def _greet_zendesk(self) -> None:
        """Sign in to Zendesk at start, so that wrong credentials are in the log before the first case."""
        try:
            await self.tickets.whoami()
        except (GiveUp, TryAgain) as wrong:
            log.error("Zendesk does not let the desk in: %s", wrong)  # noqa: TRY400 - the sentence says all

    async def stop(self) -> None:
        """Take no new work, finish or return what is running, and close every connection."""
        if self.link:
            await self.link.stop()
        await self.queue.stop(STOP_WITHIN)
        if self.greeting:
            self.greeting.cancel()
        if self.worker:
            with suppress(asyncio.CancelledError):
                await self.worker
        await self.people.close()
        await self.slack.close()
        self.tickets.close()
        for errand in (self.engine.back_office, self.engine.copies):
            if isinstance(errand, HttpBackOffice | GoogleChat):
                await errand.close()
        await self.database.close()

    def queue_runs(self) -> bool:
        """Return whether the queue is working."""
        return self.worker is not None and not self.worker.done()
