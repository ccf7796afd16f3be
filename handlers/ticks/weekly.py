"""Weekly report tick: counts each playbook's last week and stores the message for its team leads, once per week."""

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from desk.playbook.model import Playbook
from desk.reminders.weekly_report import Span, count, last_week, leads, message
from desk.service.announcements import Announcements
from desk.service.engine import Engine
from desk.service.ports import Cases, StoreGone

log = logging.getLogger(__name__)

LATEST = timedelta(days=1)
"""A report later than this is dropped: old figures help nobody."""
MOST_LATE = 200


@dataclass
class Weekly:
    """Dependencies of the weekly report. `told` caches the weeks already reported."""

    engine: Engine
    cases: Cases
    announcements: Announcements
    told: set[tuple[str, str]] = field(default_factory=set)


async def on_week(desk: Weekly) -> None:
    """Store each playbook's weekly report when it is due and was not reported yet."""
    now = desk.engine.clock.now()
    for playbook in desk.engine.playbooks.values():
        span = last_week(now, playbook.zone)
        if (playbook.playbook, span.name) in desk.told or now - span.told_at > LATEST:
            continue
        try:
            await _tell(playbook, span, desk)
        except StoreGone:
            log.warning("the week could not be counted; it is tried again at the next tick")
            return
        desk.told.add((playbook.playbook, span.name))


async def _tell(playbook: Playbook, span: Span, desk: Weekly) -> None:
    now = desk.engine.clock.now()
    keys = await desk.cases.of_days(playbook.playbook, span.start, span.end)
    found = [one[0] for key in keys if (one := await desk.engine.look(key))]
    late = await desk.cases.owed_by_role(playbook.roles.keys(), MOST_LATE)
    week = count(found, late, playbook, span, now)
    if week.empty:
        return
    for role in leads(playbook):
        await desk.announcements.put(message(week, playbook, span, role), now)
