"""What the chaser does before it chases: look at everything that is due, and let one digest say what is too much.

A digest is kept together with the reminders it stands for, before any case is chased. So a process that ends in
between says nothing twice: the cases that are left find that a digest has spoken for them.
"""

from collections.abc import Sequence
from datetime import datetime

from desk.case.commands import Chase
from desk.reminders.announcement import Gathered
from desk.reminders.digest import APART, MANY, Plan, Reminder, plan, reminders
from desk.service.announcements import Announcements
from desk.service.ports import Cases


async def gather(due: Sequence[str], cases: Cases, store: Announcements | None, now: datetime) -> list[Chase]:
    """Give the chases for these cases, less those that have nothing but reminders to hold back."""
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
    return reminders(*found, now) if found else ()


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
