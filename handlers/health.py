"""Whether the process lives, and whether it can do its work, as values; the web shell gives them a status."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from desk.service.ports import StoreGone


@dataclass(frozen=True)
class Health:
    """A verdict with a word for each thing that was looked at."""

    ok: bool
    parts: dict[str, str]


@dataclass(frozen=True)
class Probes:
    """What is asked. `store` raises StoreGone when the database does not answer."""

    store: Callable[[], Awaitable[object]]
    people_known: Callable[[], bool]
    queue_runs: Callable[[], bool]


def on_alive() -> Health:
    """Say that the process answers."""
    return Health(True, {"process": "ok"})


async def on_ready(probes: Probes) -> Health:
    """Say whether a click would be kept and its work done."""
    parts = {
        "database": await _database(probes),
        "people": "ok" if probes.people_known() else "not read from Slack yet",
        "queue": "ok" if probes.queue_runs() else "not running",
    }
    return Health(all(word == "ok" for word in parts.values()), parts)


async def _database(probes: Probes) -> str:
    try:
        await probes.store()
    except StoreGone:
        return "does not answer"
    return "ok"
