"""`ato doctor`: run every health check and collect the verdicts."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import aiohttp

from bot.clock import OffsetClock, SystemClock
from config.environment import BadSettings
from config.load import PLAYBOOKS, BadPlaybook, load
from config.settings import Settings, settings
from desk.playbook.model import Playbook
from integrations.slack.app.setup import Workspace
from ops.setup import account_checks, bot_checks, machine_checks, people_checks, slack_checks, zendesk_checks
from ops.setup.verdicts import Verdict, broken, good

SETTINGS, PLAYBOOK = "settings", "playbooks"


def examine(environ: Mapping[str, str] | None = None) -> list[Verdict]:
    """Run every check; never raises for a fault of the installation."""
    try:
        found = settings(environ)
    except BadSettings as wrong:
        cure = "See docs/settings.md; `ato provision` writes what it finds in Slack and Zendesk."
        return [broken(SETTINGS, line, cure) for line in wrong.problems]
    verdicts = [good(SETTINGS, "They are complete.")]
    chosen = found.playbooks
    try:
        playbooks = load(chosen.folder or PLAYBOOKS, chosen.names, chosen.values, found.slack.command)
    except BadPlaybook as wrong:
        cure = "`ato playbook check` says it again, and docs/playbooks.md explains the language."
        return verdicts + [broken(PLAYBOOK, line, cure) for line in str(wrong).splitlines()]
    verdicts.append(good(PLAYBOOK, f"{', '.join(playbooks)} can be used."))
    return verdicts + asyncio.run(_outside(found, playbooks))


async def _outside(found: Settings, playbooks: Mapping[str, Playbook]) -> list[Verdict]:
    """Check Slack, Zendesk, the bot and this machine concurrently."""
    file = found.clock.offset_file
    now = (OffsetClock(file) if file else SystemClock()).now()
    (slack, at_slack), (zendesk, at_zendesk), bot, queue, people, database = await asyncio.gather(
        _slack(found, playbooks),
        asyncio.to_thread(zendesk_checks.verdicts, found, playbooks),
        bot_checks.verdicts(found),
        machine_checks.queue(found, now),
        people_checks.verdicts(found, playbooks),
        asyncio.to_thread(machine_checks.database, found),
    )
    account = await account_checks.verdicts(found)
    name = await asyncio.to_thread(machine_checks.desk_name, found)
    clock = machine_checks.clock(found, at_slack or at_zendesk)
    outside = [*slack, *people, *zendesk, *account]
    return [name, *outside, *bot, database, *queue, clock, machine_checks.disk(found)]


async def _slack(found: Settings, playbooks: Mapping[str, Playbook]) -> tuple[list[Verdict], datetime | None]:
    async with aiohttp.ClientSession() as session:
        space = Workspace(found.slack.token.get_secret_value(), found.slack.api_url, session)
        return await slack_checks.verdicts(space, found, playbooks)
