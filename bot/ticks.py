"""What happens by itself and how often: the duties of one process, each a handler with what it needs."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

from bot.across import Ticks
from bot.gauges import show, show_cases
from bot.running import Bot
from desk.service.ports import StoreGone
from desk.service.watchdog import Limits
from handlers.ticks.chaser import on_tick
from handlers.ticks.housekeeping import on_housekeeping
from handlers.ticks.reconciler import on_reconcile
from handlers.ticks.retention import on_retention
from handlers.ticks.watchdog import Watchdog, on_watch
from integrations.heartbeat.client import Heartbeat
from integrations.store.announcements import StoredAnnouncements
from integrations.store.board import StoredBoard
from integrations.store.erasing import StoredRetention
from integrations.store.lateness import StoredLateness
from integrations.store.litter import StoredLitter
from integrations.store.tickets import OpenTickets

PEOPLE_REFRESH = 300.0
"""Seconds between two readings of the user groups; Slack's events come at once, this mends what they missed."""
PEOPLE_MEND = 5.0
"""Seconds between two tries at what could not be read at the start: until then nobody of that group has a role."""
FIGURES = 30.0
"""Seconds between two counts of the cases at each step."""
RETENTION = 3600.0
"""Seconds between two looks for cases whose personal values have to go: a bot that is started anew each day looks, too."""
HOUSEKEEPING = 6 * 3600.0
"""Seconds between two looks for what is old enough to go."""


def every(bot: Bot, across: Ticks) -> Ticks:
    """List the ticks of a bot: name to seconds and coroutine; `across` are those that belong to no one case."""
    chosen = bot.settings
    housekeeping = partial(on_housekeeping, StoredLitter(bot.database), bot.engine.clock)
    reconcile = partial(on_reconcile, bot.engine, OpenTickets(bot.database))
    return {
        "chaser": (chosen.chaser.tick_seconds, partial(on_tick, bot.engine)),
        "people": (PEOPLE_REFRESH, bot.people.refresh),
        "people_unread": (PEOPLE_MEND, bot.people.mend),
        "tickets": (chosen.zendesk.reconcile_seconds, reconcile),
        "housekeeping": (HOUSEKEEPING, housekeeping),
        "retention": (RETENTION, partial(on_retention, bot.engine, StoredRetention(bot.database))),
        "watchdog": (2 * chosen.chaser.tick_seconds, partial(on_watch, watchdog(bot))),
        "figures": (FIGURES, partial(_figures, StoredBoard(bot.database))),
        **across,
    }


async def _figures(board: StoredBoard) -> None:
    """Count the cases at each step; a database that is gone is the watchdog's to tell."""
    with suppress(StoreGone):
        show_cases(await board.standing())


def watchdog(bot: Bot) -> Watchdog:
    """Watch over everything this desk owes."""
    chosen, tick = bot.settings.watchdog, timedelta(seconds=bot.settings.chaser.tick_seconds)
    limits = Limits(
        2 * tick,
        timedelta(seconds=chosen.urgent_seconds),
        timedelta(seconds=chosen.routine_seconds),
    )
    url = chosen.heartbeat_url
    return Watchdog(
        bot.cases,
        StoredLateness(bot.database),
        StoredAnnouncements(bot.database),
        bot.engine.clock,
        limits,
        show,
        tells=bot.settings.slack.operators is not None,
        heart=Heartbeat(url.get_secret_value()) if url else None,
    )
