"""The composition root: settings to ports to engine to Slack, web and ticks. Importing any other module builds nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI
from ulid import ULID

from bot import slack_app, web_app
from bot.clock import OffsetClock, SystemClock
from bot.naming import NamedTickets
from bot.schedule import schedule
from config.load import PLAYBOOKS, load
from config.locales import Catalogue
from config.settings import Settings
from desk.engine import Engine
from desk.playbook import Playbook
from desk.ports import Clock
from handlers.chaser import on_tick
from handlers.door import SlackDoor
from handlers.health import Probes
from handlers.zendesk_events import ZendeskDoor
from integrations.queue.embedded import EmbeddedQueue
from integrations.slack.chat import SlackChat
from integrations.slack.client import SlackClient
from integrations.slack.people import SlackPeople
from integrations.slack.reply import SlackReply
from integrations.slack.views.form import Forms
from integrations.slack.voice import Voice
from integrations.store.cases import StoredCases
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database, worker_lock
from integrations.store.upgrade import upgrade
from integrations.store.vault import Vault
from integrations.zendesk.client import ZendeskTickets

log = logging.getLogger(__name__)

PEOPLE_REFRESH = 300.0
"""Seconds between two readings of the user groups; Slack's events come at once, this mends what they missed."""
STOP_WITHIN = 8.0
"""Seconds for running work to finish when the process is asked to stop."""


@dataclass
class Bot:
    """Everything that runs, plugged together. `app` is what a web server serves."""

    settings: Settings
    database: Database
    cases: StoredCases
    engine: Engine
    queue: EmbeddedQueue
    people: SlackPeople
    slack: SlackClient
    tickets: ZendeskTickets
    playbooks: Mapping[str, Playbook]
    app: FastAPI | None = None
    worker: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Remember the playbooks, warm the table of people and start the queue; refuses a second process."""
        self.queue.claim()
        hashes = {
            name: await self.cases.remember_playbook(book) for name, book in self.playbooks.items()
        }
        self.engine.hashes = hashes
        await self.people.warm()
        if self.people.problem:
            log.error("people could not be read from Slack: %s", self.people.problem)
        # The queue comes last: a ticket left over from before names people, who are known only now.
        self.worker = asyncio.create_task(self.queue.run(), name="queue")

    async def stop(self) -> None:
        """Take nothing more, finish or give back what is running, and close every connection."""
        await self.queue.stop(STOP_WITHIN)
        if self.worker:
            with suppress(asyncio.CancelledError):
                await self.worker
        await self.slack.close()
        self.tickets.close()
        await self.database.dispose()

    def queue_runs(self) -> bool:
        """Say whether effects are being done."""
        return self.worker is not None and not self.worker.done()


def clock_of(settings: Settings) -> Clock:
    """Choose the clock: the machine's, or one that a demonstration may move."""
    file = settings.clock.offset_file
    return OffsetClock(file) if file else SystemClock()


def assemble(settings: Settings, clock: Clock | None = None) -> Bot:
    """Plug everything together without starting it. Call it inside the event loop."""
    playbooks = load(settings.playbooks.folder or PLAYBOOKS, settings.playbooks.names)
    clock = clock or clock_of(settings)
    url = settings.database_url.get_secret_value()
    upgrade(url)
    database = open_database(url)
    vault = _vault(settings)
    cases = StoredCases(database, vault)
    slack = SlackClient(settings.slack.token.get_secret_value(), settings.slack.api_url)
    people = _people(settings, slack, playbooks)
    tickets = _tickets(settings)
    engine = Engine(
        cases=cases,
        tickets=NamedTickets(tickets, lambda person: people.person(person).name),
        chat=_chat(settings, slack, people, playbooks),
        clock=clock,
        playbooks=playbooks,
        hashes={},
    )
    queue = EmbeddedQueue(
        StoredEffects(database, vault), clock, engine.perform, lock_path=worker_lock(url)
    )
    engine.queue = queue
    bot = Bot(settings, database, cases, engine, queue, people, slack, tickets, playbooks)
    bot.app = _web(bot, clock)
    return bot


def _vault(settings: Settings) -> Vault:
    keys = [key.decode() for key in settings.vault.fernet_keys]
    return Vault(keys, settings.vault.digest_key.get_secret_value())


def _people(
    settings: Settings, slack: SlackClient, playbooks: Mapping[str, Playbook]
) -> SlackPeople:
    zone = next(iter(playbooks.values())).zone
    return SlackPeople(slack, settings.slack.groups, settings.slack.people, zone=zone)


def _chat(
    settings: Settings, slack: SlackClient, people: SlackPeople, playbooks: Mapping[str, Playbook]
) -> SlackChat:
    zone = next(iter(playbooks.values())).zone
    ticket_url = f"{settings.zendesk.url}/agent/tickets/{{id}}"
    return SlackChat(
        slack, settings.slack.inboxes, people, Catalogue(), zone=zone, zendesk_ticket_url=ticket_url
    )


def _tickets(settings: Settings) -> ZendeskTickets:
    zendesk = settings.zendesk
    return ZendeskTickets(
        zendesk.url,
        zendesk.email,
        zendesk.token.get_secret_value(),
        zendesk.placeholder_email,
        zendesk.placeholder_name,
        query_type=zendesk.query_type_field,
    )


def _web(bot: Bot, clock: Clock) -> FastAPI:
    settings = bot.settings
    say = Catalogue()
    client = bot.slack.web
    door = SlackDoor(
        engine=bot.engine,
        cases=bot.cases,
        people=bot.people,
        reply=SlackReply(client),
        forms=Forms(say),
        voice=Voice(say, clock, lambda person: bot.people.person(person).name, bot.people.members),
        new_id=lambda: str(ULID()),
    )
    slack = slack_app.build(door, settings.slack.signing_secret.get_secret_value(), client)
    zendesk = ZendeskDoor(bot.engine, bot.cases, settings.zendesk.webhook_secret.get_secret_value())
    probes = Probes(
        store=lambda: bot.cases.seen("readyz"),
        people_known=lambda: bot.people.ready,
        queue_runs=bot.queue_runs,
    )
    return web_app.build(slack, zendesk, probes, _lifespan(bot))


def _lifespan(bot: Bot) -> web_app.Lifespan:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        ticks = schedule(
            {
                "chaser": (bot.settings.chaser.tick_seconds, partial(on_tick, bot.engine)),
                "people": (PEOPLE_REFRESH, bot.people.refresh),
            }
        )
        await bot.start()
        ticks.start()
        try:
            yield
        finally:
            ticks.shutdown(wait=False)
            await bot.stop()

    return lifespan
