"""`ato doctor`'s checks of the machine: database, queue, clock, disk."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import OffsetClock, SystemClock
from config.settings import Settings
from desk.service.ports import StoreGone
from integrations.store.current import is_current
from integrations.store.desk_name import Renamed, check_name
from integrations.store.effects import StoredEffects
from integrations.store.engine import database_file, open_database
from integrations.store.probing import why_not_writable
from integrations.store.starting import CannotStart
from integrations.store.vault import Vault
from ops.setup.verdicts import Verdict, broken, good, unknown

NAME, DATABASE, QUEUE, CLOCK, DISK = "desk", "database", "queue", "clock", "disk"
SKEW = timedelta(seconds=60)
"""How far the clock may be off. At five minutes every signature is refused."""
_LATE = timedelta(minutes=5)
"""How long an effect may be due without being tried."""
ROOM = 500_000_000
"""Bytes that must be free where the database is."""


def database(settings: Settings) -> Verdict:
    """Check that the database accepts writes."""
    url = settings.database_url.get_secret_value()
    file = database_file(url)
    if file is not None and not file.exists():
        return unknown(DATABASE, f"{file} is not there yet.", "The first start of `ato serve` makes it.")
    if reason := why_not_writable(url):
        return broken(
            DATABASE,
            f"Nothing can be kept: {reason}.",
            "Let the bot's user write the database's file and folder, and see that its disk is mounted for writing.",
        )
    if not is_current(url):
        return broken(
            DATABASE,
            "Its tables are of another version of the desk.",
            "Start `ato serve` of this version, which brings them up to date.",
        )
    return good(DATABASE, "It can be written, and its tables are of this version.")


def desk_name(settings: Settings) -> Verdict:
    """Check that the database belongs to the desk of this name."""
    url = settings.database_url.get_secret_value()
    file = database_file(url)
    if (file is not None and not file.exists()) or not is_current(url):
        return good(NAME, f"This is the desk “{settings.name}”.")
    try:
        names = check_name(url, settings.name)
    except Renamed as refused:
        return broken(NAME, str(refused), "Put it right before the bot is started again: it will not start.")
    except CannotStart as wrong:
        return unknown(NAME, str(wrong), "See the line about the database.")
    before = f" It was called {', '.join(f'“{one}”' for one in names[1:])} before." if names[1:] else ""
    return good(NAME, f"This is the desk “{names[0]}”.{before}")


async def queue(settings: Settings, now: datetime) -> list[Verdict]:
    """Check that pending work is attempted and nothing is dead."""
    url = settings.database_url.get_secret_value()
    file = database_file(url)
    if (file is not None and not file.exists()) or not is_current(url):
        return []
    engine = open_database(url)
    keys = [key.decode() for key in settings.vault.fernet_keys]
    kept = StoredEffects(engine, Vault(keys, settings.vault.digest_key.get_secret_value()))
    try:
        since, waiting = await kept.oldest_due_at(now), await kept.pending_count()
        return [_lag(since, waiting, now), _dead(len(await kept.dead()))]
    except StoreGone as gone:
        return [broken(QUEUE, f"It cannot be read: {gone}.", "See the line about the database.")]
    finally:
        await engine.close()


def _lag(since: datetime | None, waiting: int, now: datetime) -> Verdict:
    if since is not None and now - since > _LATE:
        minutes = int((now - since).total_seconds() // 60)
        return broken(
            QUEUE,
            f"{waiting} effects wait, the first of them for {minutes} minutes.",
            "Start `ato serve`; if it runs, its log says what it cannot reach.",
        )
    return good(QUEUE, f"{waiting} effects wait, none for long.")


def _dead(count: int) -> Verdict:
    if count:
        return broken(
            QUEUE,
            f"{count} effects were given up and wait for a person.",
            "`ato effects list` says which and why; press Retry on the card, or `ato effects retry`.",
        )
    return good(QUEUE, "No effect was given up.")


def clock(settings: Settings, there: datetime | None) -> Verdict:
    """Compare the clock with Slack's or Zendesk's."""
    file = settings.clock.offset_file
    if there is None:
        return unknown(CLOCK, "Neither Slack nor Zendesk said what time it is.", "")
    off = (OffsetClock(file) if file else SystemClock()).now() - there
    seconds = round(off.total_seconds())
    if abs(off) <= SKEW:
        return good(CLOCK, f"It is {abs(seconds)} s off from theirs.")
    ahead = "ahead of" if seconds > 0 else "behind"
    cure = (
        f"Take ATO_CLOCK__OFFSET_FILE ({file}) out of the settings: it is for demonstrations."
        if file and abs(datetime.now(UTC) - there) <= SKEW
        else "Let the machine keep its time with NTP (timedatectl set-ntp true)."
    )
    return broken(
        CLOCK,
        f"It is {abs(seconds)} s {ahead} theirs; from 300 s on every signature is refused, and reminders come at the"
        " wrong time.",
        cure,
    )


def disk(settings: Settings) -> Verdict:
    """Check the free space for the database."""
    file = database_file(settings.database_url.get_secret_value())
    folder = next(one for one in (file or Path.cwd()).absolute().parents if one.exists())
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        return broken(
            DISK,
            f"{free // 1_000_000} MB are left at {folder}.",
            "Make room: from a full disk on nothing is kept.",
        )
    return good(DISK, f"{free // 1_000_000_000} GB are left at {folder}.")
