"""Related cases: same customer, failed verifications, duplicate refunds, rivals. Queries the store; decides nothing."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desk.case.commands import (
    AdoptTicket,
    Command,
    CompleteStep,
    DecideDispute,
    LookAtClaims,
    OpenCase,
)
from desk.case.state import Case
from desk.fields.template_values import display
from desk.identity import ownership_disputes
from desk.identity.claimants import claimant
from desk.identity.lockout import failures, watched
from desk.playbook.model import Playbook
from desk.rules.decide import decide
from desk.rules.disputes import number_of
from desk.service.ports import Cases
from desk.workflow.inboxes import inbox_of
from desk.workflow.permissions import deciders

IDENTIFYING = ("email", "phone", "customer_id")
"""Fields by which two cases are about one customer."""
MOST = 20


async def with_neighbours(command: Command, case: Case, playbook: Playbook, cases: Cases, now: datetime) -> Command:
    """Add to a command what only other cases know; most commands need no query."""
    if isinstance(command, OpenCase | AdoptTicket) and case.opened_at is None:
        return await _numbered(command, case, playbook, cases, now)
    looks = isinstance(command, LookAtClaims | DecideDispute) or ownership_disputes.asks(command, playbook)
    if looks:
        command = await _with_rivals(command, case, playbook, cases, now)
    if not isinstance(command, CompleteStep):
        return command
    command = await _with_failures(command, case, playbook, cases, now)
    step = playbook.steps.get(command.step)
    if step and step.unique:
        clashes = [
            display(*other)
            async for other in _sharing(case, step.unique, cases, every=True)
            if other[0].step(command.step).status == "done"
        ]
        overridden = case.step(command.step).overridden
        return command.model_copy(update={"clashes": () if overridden else tuple(clashes)})
    return command


async def _with_rivals(command: Command, case: Case, playbook: Playbook, cases: Cases, now: datetime) -> Command:
    """Add the rivals and their openers, from the facts known after the command."""
    tried = decide(command, case, playbook, now)
    spec = playbook.disputes
    if spec is None or (tried.refusal and not isinstance(command, DecideDispute)):
        return command
    named = (command.about,) if isinstance(command, LookAtClaims) else ()
    others = await _claiming(tried.case, (*named, *case.rivals), spec.same, cases)
    if isinstance(command, DecideDispute):
        openers = (other.opened_by for other, book in others if display(other, book) in case.rivals)
        return command.model_copy(update={"openers": tuple(openers)})
    return command.model_copy(update={"rivals": ownership_disputes.rivals(tried.case, playbook, others)})


async def _claiming(case: Case, named: Iterable[str], same: Iterable[str], cases: Cases) -> list[tuple[Case, Playbook]]:
    """Return the cases that may be of the same profile: those that share a value, and the known rivals."""
    others = [other async for other in _sharing(case, same, cases)]
    there = {display(*other) for other in others}
    return [
        *others,
        *[one async for one in _named(set(named) - there, cases) if one[0].id != case.id],
    ]


async def _named(names: Iterable[str], cases: Cases) -> AsyncIterator[tuple[Case, Playbook]]:
    for name in sorted(names):
        key = await cases.named(number_of(name))
        found = await cases.load(key) if key else None
        if found is not None:
            yield found


async def with_claimants(case: Case, playbook: Playbook, inbox: str, cases: Cases) -> Case:
    """Add the claimants to a case, for the deciders' cards only."""
    judges = [inbox_of(case, playbook, role) for role in deciders(playbook)]
    if not case.open or not case.rivals or inbox not in judges:
        return case
    others = [claimant(*one) async for one in _named(case.rivals, cases)]
    return replace(case, claimants=tuple(others))


async def _with_failures(
    command: CompleteStep, case: Case, playbook: Playbook, cases: Cases, now: datetime
) -> CompleteStep:
    """Add the instants of this customer's failed verifications, from the facts known after the command."""
    lockout = watched(playbook, command.step)
    tried = decide(command, case, playbook, now) if lockout else None
    if lockout is None or tried is None or tried.refusal:
        return command
    others = [other async for other in _sharing(tried.case, lockout.same, cases)]
    found = [*failures(case.log, playbook), *_failures(others, playbook)]
    return command.model_copy(update={"failures": tuple(sorted(found))})


def _failures(others: Iterable[tuple[Case, Playbook]], of: Playbook) -> list[datetime]:
    """Return the failures in cases of the same procedure; other brands have other accounts."""
    same = [(other, book) for other, book in others if book.playbook == of.playbook]
    return [at for other, book in same for at in failures(other.log, book)]


async def _numbered(
    command: OpenCase | AdoptTicket, case: Case, playbook: Playbook, cases: Cases, now: datetime
) -> OpenCase | AdoptTicket:
    """Reserve the display number and list open cases of the same customer; a refused intake reserves none."""
    tried = decide(command, case, playbook, now)
    if tried.refusal:
        return command
    others = [other async for other in _sharing(tried.case, IDENTIFYING, cases)]
    twins = tuple(display(*other) for other in others if other[0].open)
    rivals = ownership_disputes.rivals(tried.case, playbook, others) if playbook.disputes else None
    known: dict[str, Any] = {"number": await cases.number(), "twins": twins, "rivals": rivals}
    failed = tuple(sorted(_failures(others, playbook)))
    return command.model_copy(update={**known, "failures": failed})


async def _sharing(
    case: Case, fields: Iterable[str], cases: Cases, *, every: bool = False
) -> AsyncIterator[tuple[Case, Playbook]]:
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


async def with_alike(case: Case, playbook: Playbook, inbox: str, cases: Cases) -> Case:
    """Add the number of similar cases of its day, for cards that show it only."""
    wanted = {field for post in playbook.posts.values() if f"role:{post.inbox}" == inbox for field in post.alike}
    if case.opened_at is None or not wanted:
        return case
    zone = ZoneInfo(playbook.zone)
    day = case.opened_at.astimezone(zone).date()
    since, until = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    found: dict[str, int] = {}
    for field in playbook.fields:
        if field in wanted and (values := _values(case, field)):
            found[field] = len(await cases.sharing(field, values, since, until) - {case.id})
    return replace(case, alike={field: count for field, count in found.items() if count})
