"""Digest planning of a tick: due reminders are grouped into digests before cases are chased.

A digest is stored together with the reminders it covers, before any case is chased; after a crash in between, the
remaining cases see that a digest covers them.
"""

from collections.abc import Sequence
from datetime import datetime

from desk.case.commands import Chase
from desk.case.situation import Situation
from desk.reminders.announcement import Gathered
from desk.reminders.digest import APART, MANY, Plan, Reminder, plan, reminders
from desk.service.announcements import Announcements
from desk.service.ports import Cases


async def gather(due: Sequence[str], cases: Cases, store: Announcements | None, now: datetime) -> list[Chase]:
    """Return the chase commands for these cases, without those whose reminders are all held for a digest."""
    if store is None or not due:
        return [Chase(case=case, delivery="") for case in due]
    said = await store.gathered(due)
    found: list[Reminder] = []
    made = Plan()
    if len(due) > MANY:
        found = [one for case in due for one in await _reminders(case, cases, now)]
        made = await _planned(found, said, store, now)
        for digest, stands_for in made.digests:
            await store.put(digest, now, stands_for)
        said = await store.gathered(due) if made.digests else said
    return _chases(due, found, said, made.held)


async def _reminders(case: str, cases: Cases, now: datetime) -> tuple[Reminder, ...]:
    found = await cases.load(case)
    return reminders(Situation(*found, now)) if found else ()


async def _planned(found: Sequence[Reminder], said: frozenset[Gathered], store: Announcements, now: datetime) -> Plan:
    inboxes = sorted({one.inbox for one in found})
    peace = await store.last(inboxes, now - APART) if inboxes else frozenset()
    return plan(found, said, peace, now)


def _chases(
    due: Sequence[str], found: Sequence[Reminder], said: frozenset[Gathered], held: frozenset[Gathered]
) -> list[Chase]:
    chases = []
    for case in due:
        own = {one.gathered for one in found if one.gathered.case == case}
        if own and own <= held:
            continue
        chases.append(
            Chase(
                case=case,
                delivery="",
                gathered=frozenset(one.mark for one in said if one.case == case),
                held=frozenset(one.mark for one in held if one.case == case),
            )
        )
    return chases
