"""Composition root: settings to ports to engine to Slack, web and ticks.

Importing any other module builds nothing.
"""

import gc
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from ulid import ULID

from bot import across, slack_app, socket_mode, web_app
from bot.clock import OffsetClock, SystemClock
from bot.guards import Pace
from bot.measuring import MeasuredCases, measured
from bot.naming import NamedTickets
from bot.queueing import jobs_of, once, queue_of
from bot.running import Bot
from bot.schedule import schedule
from bot.sheets import SheetReader
from bot.speech import speech
from bot.tickets import tickets_of
from bot.ticks import every
from config.load import PLAYBOOKS, load
from config.locales import FOLDER, Catalogue
from config.settings import Settings
from desk.playbook.model import Playbook
from desk.rules.adopt_ticket import wanted
from desk.service.back_office_port import BackOffice
from desk.service.engine import Engine
from desk.service.on_duty import Rota
from desk.service.ports import Clock, Turns
from desk.service.ticket_account import CheckedTickets
from handlers.health import Probes
from handlers.slack.door import SlackDoor
from handlers.zendesk.webhook import ZendeskDoor
from integrations.backoffice.by_hand import ByHand
from integrations.backoffice.client import HttpBackOffice
from integrations.google_chat.client import GoogleChat
from integrations.slack.people.directory import SlackPeople
from integrations.slack.people.voice import Voice
from integrations.slack.posting.chat import SlackChat
from integrations.slack.posting.reply import SlackReply
from integrations.slack.views.form import Forms
from integrations.slack.web.client import SlackClient
from integrations.store.announcements import StoredAnnouncements
from integrations.store.current import bring_up
from integrations.store.desk_name import take_name
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database
from integrations.store.pace import MemoryPace, StoredPace
from integrations.store.roster import StoredRoster
from integrations.store.shifts import StoredSearches
from integrations.store.vault import Vault
from integrations.zendesk.client import ZendeskTickets
from integrations.zendesk.turns import ChangeTurns

log = logging.getLogger(__name__)

COLLECT_AFTER = 10_000
"""Threshold of the garbage collector's first generation, in objects.

A click allocates some thousands, almost none of them in reference cycles.
"""


def clock_of(settings: Settings) -> Clock:
    """Return the clock: the system's, or one that a demonstration may shift."""
    file = settings.clock.offset_file
    return OffsetClock(file) if file else SystemClock()


def assemble(settings: Settings, clock: Clock | None = None) -> Bot:
    """Build the bot without starting it. Call it inside the event loop."""
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    chosen = settings.playbooks
    playbooks = load(chosen.folder or PLAYBOOKS, chosen.names, chosen.values, settings.slack.command)
    say = Catalogue(settings.locales.folder or FOLDER)
    clock = clock or clock_of(settings)
    url = settings.database_url.get_secret_value()
    desks = _brought_up(url, settings.name)
    database = open_database(url)
    vault = _vault(settings)
    jobs = jobs_of(url)
    cases = MeasuredCases(database, vault, jobs)
    pace: Turns = MemoryPace() if jobs is None else StoredPace(database)
    slack = SlackClient(settings.slack.token.get_secret_value(), settings.slack.api_url, pace=pace, desks=desks)
    people = _people(settings, slack, playbooks, database, vault)
    rota = across.rota(database, people, playbooks)
    tickets = _tickets(settings, pace, desks)
    checked = CheckedTickets(NamedTickets(tickets, lambda person: people.person(person).name))
    engine = Engine(
        cases=cases,
        tickets=checked,
        account=tickets.account,
        chat=_chat(settings, slack, people, playbooks, say, rota),
        clock=clock,
        playbooks=playbooks,
        hashes={},
        sheets=SheetReader(),
        digests=vault,
        people=people,
    )
    engine.back_office = _back_office(settings)
    engine.copies = _copies(settings)
    effects = StoredEffects(database, vault)
    queue = queue_of(url, jobs, effects, clock, measured(engine.perform))
    engine.queue = queue
    engine.announcements = StoredAnnouncements(database)
    bot = Bot(settings, database, cases, engine, queue, people, slack, tickets, playbooks, rota, checked)
    bot.app = _web(bot, clock, say)
    return bot


def _brought_up(url: str, name: str) -> tuple[str, ...]:
    """Bring the tables to this version, and return the desk's names, the present one first."""
    if copied := bring_up(url):
        log.warning("the tables were brought to this version; a copy from before is %s", copied)
    return take_name(url, name)


def _vault(settings: Settings) -> Vault:
    keys = [key.decode() for key in settings.vault.fernet_keys]
    return Vault(keys, settings.vault.digest_key.get_secret_value())


def _people(
    settings: Settings, slack: SlackClient, playbooks: Mapping[str, Playbook], database: Database, vault: Vault
) -> SlackPeople:
    zone = next(iter(playbooks.values())).zone

    def agent(email: str) -> str:
        return f"agent:{vault.digest('agent', email.strip().lower())[:32]}"

    store = StoredRoster(database)
    return SlackPeople(slack, settings.slack.groups, settings.slack.people, store, zone=zone, agent=agent)


def _chat(
    settings: Settings,
    slack: SlackClient,
    people: SlackPeople,
    playbooks: Mapping[str, Playbook],
    say: Catalogue,
    rota: Rota,
) -> SlackChat:
    ticket_url = f"{settings.zendesk.url}/agent/tickets/{{id}}"
    return SlackChat(
        slack,
        settings.slack.inboxes,
        people,
        say,
        speech=speech(playbooks),
        zendesk_ticket_url=ticket_url,
        on_duty=rota.on_duty,
    )


def _back_office(settings: Settings) -> BackOffice:
    """Connect to the company's Admin API, or fall back to work by hand."""
    chosen = settings.backoffice
    template = chosen.admin_url_template or ""
    if chosen.url is None or chosen.token is None:
        return ByHand(template)
    return HttpBackOffice(chosen.url, chosen.token.get_secret_value(), admin_url_template=template)


def _copies(settings: Settings) -> GoogleChat | None:
    chosen = settings.google_chat
    if chosen.webhook_url is None:
        return None
    return GoogleChat(chosen.webhook_url.get_secret_value(), test_host=chosen.test_host)


def _tickets(settings: Settings, pace: Turns, desks: Sequence[str]) -> ZendeskTickets:
    tickets = tickets_of(settings.zendesk, desks)
    tickets.keep_to(ChangeTurns(pace, settings.zendesk.changes_per_minute))
    return tickets


def _web(bot: Bot, clock: Clock, say: Catalogue) -> FastAPI:
    settings = bot.settings
    client, command = bot.slack.web, settings.slack.command
    door = SlackDoor(
        engine=bot.engine,
        cases=bot.cases,
        people=bot.people,
        reply=SlackReply(client),
        forms=Forms(say),
        voice=Voice(say, clock, lambda person: bot.people.person(person).name, bot.rota.on_duty, command),
        new_id=lambda: str(ULID()),
        rota=bot.rota,
        searches=StoredSearches(bot.database),
        peek=bot.checked.peek,
        look_ups=settings.web.look_ups_per_minute,
    )
    probes = Probes(
        store=lambda: bot.cases.seen("readyz"),
        queue_runs=bot.queue_runs,
    )
    side = _slack_side(bot, door)
    if token := settings.slack.app_token:
        bot.link = socket_mode.link(side, bot.slack, token.get_secret_value())
    return web_app.build(side, _zendesk_side(bot), _watching(settings, probes), _lifespan(bot, say))


def _slack_side(bot: Bot, door: SlackDoor) -> web_app.SlackSide:
    web, secret = bot.settings.web, bot.settings.slack.signing_secret.get_secret_value()
    return web_app.SlackSide(
        slack_app.build(door, secret, bot.slack.web),
        secret,
        slack_app.too_fast(door, web.person_per_minute),
        person=Pace(web.person_per_minute),
        door=Pace(web.door_per_minute),
    )


def _zendesk_side(bot: Bot) -> web_app.ZendeskSide:
    door = ZendeskDoor(
        bot.engine,
        bot.settings.zendesk.webhook_secret.get_secret_value(),
        tickets=bot.checked,
        account=bot.tickets.account,
        opener=bot.people.of_email,
        adopts=wanted(bot.playbooks),
    )
    return web_app.ZendeskSide(door, Pace(bot.settings.web.door_per_minute))


def _watching(settings: Settings, probes: Probes) -> web_app.Watching:
    token = settings.web.metrics_token
    here = settings.web.host in {"127.0.0.1", "::1", "localhost"}
    return web_app.Watching(probes, token.get_secret_value() if token else "", loopback=here)


def _across(bot: Bot, say: Catalogue) -> across.Ticks:
    announcer = across.announcer(bot.settings, bot.slack, bot.people, say, bot.engine, bot.rota)
    seconds = bot.settings.chaser.tick_seconds
    return across.ticks(seconds, bot.database, bot.engine, bot.rota, announcer, bot.people)


def _lifespan(bot: Bot, say: Catalogue) -> web_app.Lifespan:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        ticks = schedule(once(bot.database, every(bot, _across(bot, say))))
        await bot.start()
        ticks.start()
        try:
            yield
        finally:
            ticks.shutdown(wait=False)
            await bot.stop()

    return lifespan
