"""Terminal access to the database beside a running bot: dead letters, and CSV export."""

import asyncio
import csv
import getpass
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from bot.clock import OffsetClock, SystemClock
from bot.tickets import tickets_of
from config.settings import Settings
from desk.case.commands import FinishByHand, RetryEffect
from desk.case.results import TicketInspected
from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.template_values import display
from desk.fields.templates import fill_one
from desk.playbook.model import Playbook
from desk.rules.decide import refused
from desk.rules.given_ticket import CONFIRM, NOTHING
from desk.service.answer import Answer
from desk.service.engine import Engine
from desk.service.given_ticket import with_given_ticket
from desk.service.ticket_account import CheckedTickets, check
from desk.values import Person, in_language
from integrations.store.accounts import StoredAccounts
from integrations.store.audit import StoredEvidence
from integrations.store.cases import StoredCases
from integrations.store.current import is_current
from integrations.store.desk_name import check_name
from integrations.store.effects import StoredEffects
from integrations.store.engine import Database, open_database
from integrations.store.starting import CannotStart
from integrations.store.vault import Vault


@dataclass(frozen=True)
class Kept:
    """The opened stores."""

    cases: StoredCases
    effects: StoredEffects
    evidence: StoredEvidence
    engine: Engine
    database: Database


@asynccontextmanager
async def kept(settings: Settings) -> AsyncIterator[Kept]:
    """Open the database. Raises CannotStart when its schema is not current."""
    url = settings.database_url.get_secret_value()
    if not is_current(url):
        raise CannotStart(
            "The database is not there, or not this version's. Nothing was changed. `ato serve` makes it or brings it"
            " up to date."
        )
    database = open_database(url)
    keys = [key.decode() for key in settings.vault.fernet_keys]
    vault = Vault(keys, settings.vault.digest_key.get_secret_value())
    cases, file = StoredCases(database, vault), settings.clock.offset_file
    nothing = cast("Any", None)  # an accepted command asks nothing outside; the running bot does the work
    engine = Engine(
        cases=cases,
        tickets=nothing,
        chat=nothing,
        playbooks={},
        hashes={},
        clock=OffsetClock(file) if file else SystemClock(),
    )
    try:
        yield Kept(cases, StoredEffects(database, vault), StoredEvidence(database, vault), engine, database)
    finally:
        await database.close()


# What was given up --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Letter:
    """A dead letter: its case, the reason, the number of attempts."""

    key: str
    case: str
    kind: str
    tries: int
    since: datetime
    why: str


async def letters(settings: Settings) -> tuple[list[Letter], int]:
    """List dead letters, oldest first, and count pending work."""
    async with kept(settings) as there:
        found = []
        for dead in await there.effects.dead():
            name, why = dead.case, dead.error or ""
            if (loaded := await there.cases.load(dead.case)) is not None:
                case, playbook = loaded
                name, trouble = display(case, playbook), case.troubles.get(dead.key)
                why = f"{trouble.system}: {trouble.reason}" if trouble else why
            found.append(Letter(dead.key, name, dead.kind, dead.attempts, dead.created_at, why))
        return found, await there.effects.pending_count()


async def mend(
    settings: Settings, key: str, reference: str | None, person: str | None, confirmed: str = ""
) -> str | None:
    """Retry a dead letter, or resolve it as done by hand; return the reason when refused.

    A ticket given by hand is read from Zendesk first; `confirmed` is the mark of the ticket as it was shown.
    """
    async with kept(settings) as there, _zendesk(there, settings):
        effect = await there.effects.effect(key)
        loaded = await there.cases.load(effect.case) if effect else None
        if effect is None or loaded is None:
            return f"There is no work {key}."
        _, playbook = loaded
        by = operator(playbook, person)
        about = {"case": effect.case, "delivery": "", "by": by, "effect": key}
        if reference is None:
            return _refusal(await there.engine.accept(RetryEffect(**about)))
        given = FinishByHand(**about, reference=reference, shown=confirmed)
        situation = Situation(*loaded, there.engine.clock.now())
        situation = await with_given_ticket(given, situation, there.engine.tickets, there.cases, there.engine.account)
        no, found = refused(given, situation), situation.related.given.found
        if no and no.line.key == CONFIRM.key and found:
            return _to_confirm(found)
        return _refusal(await there.engine.accept(given))


@asynccontextmanager
async def _zendesk(there: Kept, settings: Settings) -> AsyncIterator[None]:
    """Lend the engine the ticket system, once its account is the database's."""
    desks = check_name(settings.database_url.get_secret_value(), settings.name)
    tickets = tickets_of(settings.zendesk, desks)
    there.engine.account = tickets.account
    there.engine.tickets = CheckedTickets(
        tickets, await check(tickets.account, StoredAccounts(there.database), there.cases, tickets)
    )
    try:
        yield
    finally:
        tickets.close()


def _refusal(answer: Answer) -> str | None:
    line = answer.refusal.line if answer.refusal else None
    return fill_one(line.key, lambda name: str(line.args.get(name, ""))) if line else None


def _to_confirm(found: TicketInspected) -> str:
    """Describe the ticket that is to be confirmed, and say how."""
    seen, who = found.seen, found.requester
    words = {
        "Subject": found.subject,
        "Requester": who.name if who else "",
        "Form": seen.form,
        "Query type": found.query_type,
        "Group": seen.group,
        "Created": f"{found.created_at:%Y-%m-%d %H:%M} UTC" if found.created_at else "",
    }
    lines = [f"{name}: {value or NOTHING}" for name, value in words.items()]
    return "\n".join(
        [
            f"Look whose ticket #{seen.id} is. Nothing was changed yet.",
            *lines,
            f"If it is this case's, say so with --confirmed {found.mark}",
        ]
    )


def operator(playbook: Playbook, person: str | None) -> Person:
    """The operator as an actor with every role: database access stands in for Slack groups."""
    return Person(id=person or f"terminal:{getpass.getuser()}", roles=frozenset(playbook.roles))


# The company's own reporting ----------------------------------------------------------------------

CASES = (
    "case",
    "playbook",
    "playbook_hash",
    "opened_at",
    "opened_by",
    "ended_at",
    "ending",
    "minutes_open",
    "tickets",
    "reminders",
)
STEPS = (
    "case",
    "step",
    "title",
    "sop",
    "status",
    "occurrence",
    "opened_at",
    "done_at",
    "done_by",
    "outcome",
    "minutes",
)


async def export(settings: Settings, folder: Path) -> tuple[int, int]:
    """Write cases.csv and steps.csv, one row per case and per step, without personal values."""
    cases: list[Sequence[Any]] = []
    steps: list[Sequence[Any]] = []
    async with kept(settings) as there:
        for record in await there.evidence.records():
            if (loaded := await there.cases.load(record.id)) is not None:
                cases.append(_case(*loaded))
                steps.extend(_steps(*loaded))
    await asyncio.to_thread(_write, folder, cases, steps)
    return len(cases), len(steps)


def _write(folder: Path, cases: Sequence[Any], steps: Sequence[Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, header, rows in (("cases", CASES, cases), ("steps", STEPS, steps)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])


def _case(case: Case, playbook: Playbook) -> Sequence[Any]:
    tickets = " ".join(str(ticket.id) for ticket in case.tickets.values())
    return (
        display(case, playbook),
        case.playbook,
        case.playbook_hash,
        _at(case.opened_at),
        case.opened_by,
        _at(case.ended_at),
        case.ending or "",
        _minutes(case.opened_at, case.ended_at),
        tickets,
        sum(case.chased.values()),
    )


def _steps(case: Case, playbook: Playbook) -> Iterator[Sequence[Any]]:
    for name, state in case.steps.items():
        step, done = playbook.steps.get(name), state.done
        yield (
            display(case, playbook),
            name,
            in_language(step.title, "en") if step else "",
            (step.sop if step else None) or "",
            state.status,
            state.occurrence,
            _at(state.opened_at),
            _at(done.at if done else None),
            done.by if done else "",
            state.outcome or "",
            _minutes(state.opened_at, done.at if done else None),
        )


def _at(instant: datetime | None) -> str:
    return instant.isoformat(timespec="seconds") if instant else ""


def _minutes(begin: datetime | None, end: datetime | None) -> str:
    return f"{(end - begin).total_seconds() / 60:.1f}" if begin and end else ""
