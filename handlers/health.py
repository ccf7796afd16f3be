"""Liveness and readiness as values; the web application turns them into a status."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from desk.service.ports import StoreGone


@dataclass(frozen=True)
class Health:
    """A verdict with one word for each probe."""

    ok: bool
    parts: dict[str, str]


@dataclass(frozen=True)
class Probes:
    """The readiness probes. `store` raises StoreGone when the database does not answer."""

    store: Callable[[], Awaitable[object]]
    queue_runs: Callable[[], bool]


def on_alive() -> Health:
    """Liveness: the process answers."""
    return Health(True, {"process": "ok"})


async def on_ready(probes: Probes) -> Health:
    """Readiness: return whether a click would be stored and its work done.

    People are not part of it: who is not read yet has no role, and everybody else goes on.
    """
    parts = {
        "database": await _database(probes),
        "queue": "ok" if probes.queue_runs() else "not running",
    }
    return Health(all(word == "ok" for word in parts.values()), parts)


async def _database(probes: Probes) -> str:
    try:
        await probes.store()
    except StoreGone:
        return "does not answer"
    return "ok"
