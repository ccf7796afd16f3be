"""Periodic tasks of one process, each a handler with its dependencies, and their intervals."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from bot.across import Ticks
from bot.gauges import show_cases, show_people, write_gauges
from bot.running import Bot
from desk.service.ports import StoreGone
from desk.service.ticket_account import held_said
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
from integrations.store.starting import CannotStart
from integrations.store.tickets import OpenTickets

PEOPLE_REFRESH = 300.0
"""Seconds between two readings of the user groups; they repair what Slack's events missed."""
PEOPLE_MEND = 5.0
"""Seconds between two tries to read what could not be read from Slack."""
ROSTER = 2.0
"""Seconds between two looks for what another replica has learnt of people; whoever acts is looked up anyway."""
ACCOUNT = 20.0
"""Seconds between two checks of the ticket system's account while it is not known."""
FIGURES = 30.0
"""Seconds between two counts of the cases at each step."""
RETENTION = 3600.0
"""Seconds between two retention runs; short enough for a bot that is restarted every day."""
HOUSEKEEPING = 6 * 3600.0
"""Seconds between two housekeeping runs."""


def every(bot: Bot, across: Ticks) -> Ticks:
    """Return all ticks by name, with seconds and coroutine; `across` holds those that belong to no one case."""
    chosen = bot.settings
    housekeeping = partial(on_housekeeping, StoredLitter(bot.database), bot.engine.clock)
    reconcile = partial(on_reconcile, bot.engine, OpenTickets(bot.database), bot.tickets.account)
    return {
        "chaser": (chosen.chaser.tick_seconds, partial(on_tick, bot.engine)),
        "people": (PEOPLE_REFRESH, bot.people.refresh),
        "people_unread": (PEOPLE_MEND, partial(_of_people, bot.people.mend)),
        "roster": (ROSTER, partial(_of_people, partial(_roster, bot))),
        "tickets": (chosen.zendesk.reconcile_seconds, reconcile),
        "account": (ACCOUNT, partial(_account, bot)),
        "housekeeping": (HOUSEKEEPING, housekeeping),
        "retention": (RETENTION, partial(on_retention, bot.engine, StoredRetention(bot.database))),
        "watchdog": (2 * chosen.chaser.tick_seconds, partial(on_watch, watchdog(bot))),
        "figures": (FIGURES, partial(_figures, StoredBoard(bot.database))),
        **across,
    }


async def _of_people(work: Callable[[], Awaitable[None]]) -> None:
    """Keep up with the roster; a database that does not answer is the watchdog's to report."""
    with suppress(StoreGone):
        await work()


async def _roster(bot: Bot) -> None:
    await bot.people.catch_up()
    show_people(bot.settings.slack.groups.keys(), bot.people.problems.keys(), len(bot.people.unread))


async def _account(bot: Bot) -> None:
    """Check the ticket system's account again until it is known, and tell the operators meanwhile."""
    if bot.checked.standing.state == "ok":
        return
    with suppress(StoreGone, CannotStart):
        await bot.check_account()
    if bot.checked.standing.state == "ok" or bot.settings.slack.operators is None:
        return
    now = bot.engine.clock.now()
    with suppress(StoreGone):
        await StoredAnnouncements(bot.database).put(held_said(bot.tickets.account, now), now)


async def _figures(board: StoredBoard) -> None:
    """Update the case gauges; a database that does not answer is the watchdog's to report."""
    with suppress(StoreGone):
        show_cases(await board.standing())


def watchdog(bot: Bot) -> Watchdog:
    """Build the watchdog over everything this desk owes."""
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
        write_gauges,
        tells=bot.settings.slack.operators is not None,
        heart=Heartbeat(url.get_secret_value()) if url else None,
    )
