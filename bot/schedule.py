"""The ticks: APScheduler says when, the database says what is due, a handler does it."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler


def schedule(ticks: dict[str, tuple[float, Callable[[], Awaitable[object]]]]) -> AsyncIOScheduler:
    """Prepare one job per tick: name to seconds and coroutine. Late ticks are run once, never skipped."""
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
