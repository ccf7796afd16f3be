"""Related cases: reads from the store what a command or a card needs to know of other cases. It decides nothing."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.case.commands import Command
from desk.case.situation import Related, Situation
from desk.case.state import Case, Claimant
from desk.fields.template_values import display
from desk.identity import ownership_disputes
from desk.identity.claimants import claimant
from desk.identity.lockout import failures
from desk.playbook.model import Playbook
from desk.rules.disputes import number_of
from desk.rules.lookups import Lookups, lookups
from desk.service.ports import Cases
from desk.workflow.inboxes import inbox_of
from desk.workflow.permissions import deciders

MOST = 20
"""Maximum number of other cases that are read for one question."""

Other = tuple[Case, Playbook]


async def with_related(command: Command, situation: Situation, cases: Cases) -> Situation:
    """Return the situation with what other cases say of a command; most commands need no query. Raises StoreGone."""
    asked = lookups(command, situation)
    if asked is None:
        return situation
    known, playbook = asked.case, situation.playbook
    twins = [display(*other) async for other in _sharing(known, asked.twins, cases) if other[0].open]
    claiming = None if asked.claims is None else await _claiming(asked, playbook, cases)
    found = Related(
        number=await cases.number() if asked.number else 0,
        twins=tuple(twins),
        rivals=None if claiming is None else ownership_disputes.rivals(known, playbook, claiming),
        openers=_openers(known, claiming or []),
        clashes=await _clashes(asked, cases),
        failures=await _failures(asked, situation, cases),
        answers=situation.related.answers,
    )
    return replace(situation, related=found)


async def _claiming(asked: Lookups, playbook: Playbook, cases: Cases) -> list[Other]:
    """Return the cases that may be of the same profile: those that share a value, and the named ones."""
    same = playbook.disputes.same if playbook.disputes else ()
    others = [other async for other in _sharing(asked.case, same, cases)]
    there = {display(*other) for other in others}
    named = [one async for one in _named(set(asked.claims or ()) - there, cases) if one[0].id != asked.case.id]
    return [*others, *named]


def _openers(case: Case, claiming: Iterable[Other]) -> tuple[str, ...]:
    """Return who opened the rivals' cases."""
    return tuple(other.opener for other, book in claiming if display(other, book) in case.rivals)


async def _clashes(asked: Lookups, cases: Cases) -> tuple[str, ...]:
    """Return the cases that finished the step for the same orders."""
    same = _sharing(asked.case, asked.unique, cases, every=True)
    return tuple([display(*other) async for other in same if other[0].step(asked.step).status == "done"])


async def _failures(asked: Lookups, situation: Situation, cases: Cases) -> tuple[datetime, ...]:
    """Return when this customer's verification failed, in this case and in others of the same procedure."""
    if not asked.failures:
        return ()
    playbook = situation.playbook
    same = [other async for other in _sharing(asked.case, asked.failures, cases)]
    books = [(case, book) for case, book in same if book.playbook == playbook.playbook]
    theirs = [at for case, book in books for at in failures(case.log, book)]
    return tuple(sorted([*failures(situation.case.log, playbook), *theirs]))


async def _named(names: Iterable[str], cases: Cases) -> AsyncIterator[Other]:
    for name in sorted(names):
        key = await cases.named(number_of(name))
        found = await cases.load(key) if key else None
        if found is not None:
            yield found


async def for_card(situation: Situation, inbox: str, cases: Cases) -> Situation:
    """Return the situation with what a card in this inbox shows of other cases. Raises StoreGone."""
    found = Related(
        claimants=await _claimants(situation, inbox, cases),
        alike=await _alike(situation, inbox, cases),
    )
    return replace(situation, related=found)


async def _claimants(situation: Situation, inbox: str, cases: Cases) -> tuple[Claimant, ...]:
    """Return the claimants of the rivals' cases, for the deciders' cards only."""
    case, playbook = situation.case, situation.playbook
    judges = [inbox_of(situation, role) for role in deciders(playbook)]
    if not case.open or not case.rivals or inbox not in judges:
        return ()
    return tuple([claimant(*one) async for one in _named(case.rivals, cases)])


async def _alike(situation: Situation, inbox: str, cases: Cases) -> dict[str, int]:
    """Return the number of cases of the same day by shared field, for cards that show it only."""
    case, playbook = situation.case, situation.playbook
    wanted = _compared(playbook, inbox)
    if case.opened_at is None or not wanted:
        return {}
    since, until = _day(case.opened_at, ZoneInfo(playbook.zone))
    values = {field: _values(case, field) for field in playbook.fields if field in wanted}
    found = {name: await cases.sharing(name, them, since, until) - {case.id} for name, them in values.items() if them}
    return {field: len(others) for field, others in found.items() if others}


def _compared(playbook: Playbook, inbox: str) -> set[str]:
    """Return the fields by which the posts to an inbox count alike cases."""
    return {field for post in playbook.posts.values() if f"role:{post.inbox}" == inbox for field in post.alike}


def _day(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the beginning and the end of the local day of an instant."""
    day = at.astimezone(zone).date()
    since, until = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    return since, until


async def _sharing(case: Case, fields: Iterable[str], cases: Cases, *, every: bool = False) -> AsyncIterator[Other]:
    """Yield the other cases that share a value of any of these fields, or of every one."""
    found = [set(await _with_value(case, field, cases)) for field in fields if case.value(field)]
    shared = (set.intersection(*found) if every else set.union(*found)) if found else set()
    for key in sorted(shared - {case.id}, reverse=True)[:MOST]:
        other = await cases.load(key)
        if other is not None:
            yield other


async def _with_value(case: Case, field: str, cases: Cases) -> list[str]:
    return [key for one in _values(case, field) for key in await cases.find(field, one)]


def _values(case: Case, field: str) -> list[str]:
    value = case.value(field)
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one]
