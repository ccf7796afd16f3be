"""Leavers tick: whoever has a role no more leaves nothing open behind. It does not matter when or how that was learnt.

It compares what people hold in open cases with the roles they have. What was not read from Slack yet has not ended.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from desk.case.commands import PersonLeft
from desk.case.situation import Situation
from desk.playbook.model import Playbook
from desk.reminders.leaving_notice import Behind, notices
from desk.service.announcements import Announcements
from desk.service.engine import Engine
from desk.service.ports import StoreGone
from desk.workflow.leaving import direct_role, left_behind

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Cases per query, and per message."""


class Holdings(Protocol):
    """The store's port for leavers; every method raises StoreGone."""

    async def holders(self) -> Sequence[tuple[str, str]]:
        """Return each person who has a duty of open cases, with the role of the duty."""
        ...

    async def held(self, person: str, role: str, after: str, limit: int) -> Sequence[str]:
        """Return open cases in which this person has a duty of this role, in order, from the one after `after`."""
        ...

    async def openers(self) -> Sequence[str]:
        """Return everybody who opened a case that is open."""
        ...

    async def opened(self, person: str, playbooks: Collection[str], after: str, limit: int) -> Sequence[str]:
        """Return open cases of these playbooks that this person opened, in order, from the one after `after`."""
        ...


class Ended(Protocol):
    """The directory's port: whose roles have certainly ended."""

    def ended(self, person_id: str, role: str) -> bool:
        """Return whether it is certain that somebody does not have a role."""
        ...


@dataclass
class Leavers:
    """Dependencies of the tick. `walked` holds whose opened cases were looked through, and for which playbooks."""

    engine: Engine
    people: Ended
    holdings: Holdings
    announcements: Announcements
    walked: dict[str, frozenset[str]] = field(default_factory=dict)


async def on_leavers(desk: Leavers) -> int:
    """Pass on what people left behind and return the number of cases; failures are retried at the next tick."""
    try:
        return await _opened(desk) + await _held(desk)
    except StoreGone:
        log.warning("what people left behind could not be passed on; it is tried again at the next tick")
        return 0


async def _held(desk: Leavers) -> int:
    count = 0
    for person, role in await desk.holdings.holders():
        after = ""
        while desk.people.ended(person, role):
            cases = await desk.holdings.held(person, role, after, AT_ONCE)
            if not cases:
                break
            count += await _pass_on(desk, person, cases)
            after = cases[-1]
    return count


async def _opened(desk: Leavers) -> int:
    """Look through the cases of each opener who left, once: also where they owe nothing now, they may later."""
    count, directs = 0, _direct(desk.engine.playbooks)
    for person in await desk.holdings.openers():
        books = frozenset(book for book, role in directs.items() if desk.people.ended(person, role))
        after = ""
        while books - desk.walked.get(person, frozenset()):
            cases = await desk.holdings.opened(person, books, after, AT_ONCE)
            count += await _pass_on(desk, person, cases)
            if len(cases) < AT_ONCE:
                break
            after = cases[-1]
        desk.walked[person] = books
    return count


def _direct(playbooks: Mapping[str, Playbook]) -> dict[str, str]:
    found = {name: direct_role(book) for name, book in playbooks.items()}
    return {name: role for name, role in found.items() if role}


async def _pass_on(desk: Leavers, person: str, cases: Sequence[str]) -> int:
    """Store who is told first: after a crash in between the same message has the same key."""
    found: list[tuple[Behind, frozenset[str]]] = []
    for case in cases:
        known = await desk.engine.look(case)
        if known is None:
            continue
        ended = frozenset(role for role in known[1].roles if desk.people.ended(person, role))
        situation = Situation(*known, desk.engine.clock.now())
        if left := left_behind(situation, person, ended):
            found.append((Behind(situation, left), ended))
    for notice in notices(person, [one for one, _ in found]):
        await desk.announcements.put(notice, desk.engine.clock.now())
    for one, ended in found:
        await desk.engine.accept(PersonLeft(case=one.situation.case.id, delivery="", person=person, ended=ended))
    return len(found)
