"""The watchdog's tick: look whether anybody is let down, show it, tell the operators, and beat while all is well."""

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
    """Whoever listens outside."""

    async def beat(self) -> bool:
        """Say that all is well."""
        ...


@dataclass
class Watchdog:
    """What is watched and who is told. It remembers what it barked at, and no more."""

    cases: Cases
    store: Knows
    said: Announcements
    clock: Clock
    limits: Limits
    show: Callable[[Watch | None, tuple[Alarm, ...]], None]
    tells: bool = True
    """False where no channel is set for the operators: then only the figures and the log say it."""
    heart: Heart | None = None
    doubted: frozenset[Kind] = frozenset()
    """What was too late at the last look. It has to be so twice: a clock that was moved, or a letter that was revived, is not."""
    barked: dict[Kind, str] = field(default_factory=dict)


async def on_watch(dog: Watchdog) -> tuple[Alarm, ...]:
    """Look once, and give what is wrong for the second time in a row. A database that is gone is wrong, too."""
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
