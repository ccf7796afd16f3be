"""Watchdog tick: checks for overdue work, sets gauges, alerts operators, and sends the heartbeat while healthy."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from desk.service.announcements import Announcements
from desk.service.ports import Cases, Clock, StoreGone
from desk.service.watchdog import (
    Alarm,
    Kind,
    Knows,
    Limits,
    Watch,
    alarm_said,
    alarms,
    over_said,
    watch,
)

log = logging.getLogger(__name__)


class Heart(Protocol):
    """The heartbeat's port."""

    async def beat(self) -> bool:
        """Send the heartbeat; return whether it arrived."""
        ...


@dataclass
class Watchdog:
    """The watchdog's dependencies, and the alarms it has raised."""

    cases: Cases
    store: Knows
    said: Announcements
    clock: Clock
    limits: Limits
    show: Callable[[Watch | None, tuple[Alarm, ...]], None]
    tells: bool = True
    """False where no channel is configured for the operators: then alarms are in gauges and log only."""
    heart: Heart | None = None
    doubted: frozenset[Kind] = frozenset()
    """Alarms of the last check. An alarm must be seen twice: a shifted clock or a revived dead letter clears itself."""
    barked: dict[Kind, str] = field(default_factory=dict)


async def on_watch(dog: Watchdog) -> tuple[Alarm, ...]:
    """Check once and return the alarms seen twice in a row. A database that does not answer is an alarm, too."""
    try:
        seen = await watch(dog.cases, dog.said, dog.store, dog.limits, dog.clock.now())
        late = alarms(seen, dog.limits)
        wrong = tuple(one for one in late if one.kind in dog.doubted)
        dog.doubted = frozenset(one.kind for one in late)
        dog.show(seen, wrong)
        await _tell(dog, seen, wrong)
    except StoreGone:
        dog.show(None, ())
        log.warning("the watchdog cannot read the database; no heartbeat until it can")
        return ()
    if dog.heart is not None and not wrong:
        await dog.heart.beat()
    return wrong


async def _tell(dog: Watchdog, seen: Watch, wrong: tuple[Alarm, ...]) -> None:
    for alarm in wrong:
        log.error(
            "later than it may be",
            extra={"what": alarm.kind, "count": alarm.count, "since": alarm.since.isoformat()},
        )
        one = alarm_said(alarm, seen.now)
        dog.barked[alarm.kind] = one.key
        if dog.tells:
            await dog.said.put(one, seen.now)
    for kind in [kind for kind in dog.barked if kind not in dog.doubted]:
        over = over_said(kind, dog.barked.pop(kind))
        if dog.tells:
            await dog.said.put(over, seen.now)
