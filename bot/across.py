"""Composition of what works across cases: the duty rota, announcements and their ticks."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.speech import speech
from config.settings import Settings
from desk.fields.templates import Say
from desk.playbook.model import Playbook
from desk.service.engine import Engine
from desk.service.on_duty import Rota
from desk.service.ports import StoreGone
from handlers.ticks.announce import Announcing, on_announcements
from handlers.ticks.leavers import Leavers, on_leavers
from handlers.ticks.weekly import Weekly, on_week
from integrations.slack.people.directory import SlackPeople
from integrations.slack.posting.announcer import SlackAnnouncer
from integrations.slack.web.client import SlackClient
from integrations.store.announcements import StoredAnnouncements
from integrations.store.engine import Database
from integrations.store.holdings import StoredHoldings
from integrations.store.shifts import StoredShifts

log = logging.getLogger(__name__)

ROTA_REFRESH = 60.0
"""Seconds between two readings of who is on duty: another process may have changed it."""

Ticks = dict[str, tuple[float, Callable[[], Awaitable[object]]]]


def rota(database: Database, people: SlackPeople, playbooks: Mapping[str, Playbook]) -> Rota:
    """Build the rota. An uncovered role falls back to its `next`, from the first playbook that names one."""
    covers: dict[str, str] = {}
    for book in playbooks.values():
        for name, role in book.roles.items():
            if role.next:
                covers.setdefault(name, role.next)
    return Rota(StoredShifts(database), people.members, covers)


def announcer(
    settings: Settings, slack: SlackClient, people: SlackPeople, say: Say, engine: Engine, rota: Rota
) -> SlackAnnouncer:
    """Build the announcer, which posts into the roles' inboxes."""
    titles = {name: role.title for book in engine.playbooks.values() for name, role in book.roles.items()}
    operators = {"operators": settings.slack.operators} if settings.slack.operators else {}
    return SlackAnnouncer(
        slack,
        settings.slack.inboxes | operators,
        people,
        say,
        speech=speech(engine.playbooks),
        titles=titles,
        on_duty=rota.on_duty,
    )


def ticks(
    seconds: float, database: Database, engine: Engine, rota: Rota, announcer: SlackAnnouncer, people: SlackPeople
) -> Ticks:
    """Return the ticks by name: those for all inboxes and people at the chaser's interval, the rota at its own."""
    store = StoredAnnouncements(database)
    saying = Announcing(store, announcer, engine.clock)
    leavers = Leavers(engine, people, StoredHoldings(database), store)
    return {
        "leavers": (seconds, partial(on_leavers, leavers)),
        "announcements": (seconds, partial(on_announcements, saying)),
        "weekly": (seconds, partial(on_week, Weekly(engine, engine.cases, store))),
        "rota": (ROTA_REFRESH, partial(_refresh, rota)),
    }


async def _refresh(rota: Rota) -> None:
    try:
        await rota.refresh()
    except StoreGone:
        log.warning("who is on duty could not be read; what was known stays")
