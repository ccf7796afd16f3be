"""Scheduler of the ticks (APScheduler). The database knows what is due, a handler does it."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler


def schedule(ticks: dict[str, tuple[float, Callable[[], Awaitable[object]]]]) -> AsyncIOScheduler:
    """Build one job per tick (name to seconds and coroutine). Late ticks run once, never skipped."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for name, (seconds, job) in ticks.items():
        scheduler.add_job(
            job,
            "interval",
            seconds=seconds,
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler
