"""Erasure and legal hold of a case, from the terminal: preview, erase, hold, release."""

from dataclasses import dataclass
from datetime import datetime

from config.settings import Settings
from desk.case.commands import Command, Erase, Hold, Release
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.rules.erasure import classes
from integrations.store.erasing import StoredRetention
from ops.keeping import Kept, kept, operator


class NoSuchCase(Exception):
    """No case has this number."""


@dataclass(frozen=True)
class Outlook:
    """Preview of an erasure: what is deleted, and what remains elsewhere."""

    facts: int
    posts: int
    tickets: tuple[str, ...]
    copies: tuple[datetime, ...]
    """When something was copied to Google Chat, whose messages cannot be taken back through a webhook."""
    held: bool
    open: bool


async def outlook(settings: Settings, number: int) -> Outlook:
    """Preview a case's erasure. Raises NoSuchCase."""
    async with kept(settings) as there:
        return looked((await _found(there, number))[0])


def looked(case: Case) -> Outlook:
    """Count a case's personal values and list the places people must redact by hand."""
    said = [event for event in case.log if event.kind == "people_told"]
    told = {event.ts for event in said if event.inbox != "google_chat"}
    return Outlook(
        facts=sum(fact.personal and not fact.erased for fact in case.facts.values()),
        posts=len(told) + sum(bool(card.ts) for card in case.cards.values()),
        tickets=tuple(_tickets(case)),
        held=case.held,
        open=case.open,
        copies=tuple(event.at for event in said if event.inbox == "google_chat"),
    )


def _tickets(case: Case) -> list[str]:
    """List what people must redact in Zendesk by hand; the desk does not redact records of others.

    https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
    """
    return [
        f"{ticket.url or f'ticket {ticket.id}'}: the subject, the first comment, {_notes(case, name)} internal notes"
        " with their files, and the requester"
        for name, ticket in case.tickets.items()
    ]


def _notes(case: Case, ticket: str) -> int:
    return sum(one.what == "update_ticket" and one.ticket == ticket for one in case.planned.values())


async def erase(settings: Settings, number: int, person: str | None) -> str | None:
    """Destroy a case's keys and queue the redaction of its posts; return the reason when refused."""
    async with kept(settings) as there:
        case, playbook = await _found(there, number)
        command = Erase(case=case.id, delivery="", by=operator(playbook, person), keep=classes(playbook))
        refused = await _done(there, command)
        if refused is None:
            await StoredRetention(there.database).settle()
        return refused


async def hold(settings: Settings, number: int, reason: str | None, person: str | None) -> str | None:
    """Put a case on legal hold, or release it when no reason is given; return the reason when refused."""
    async with kept(settings) as there:
        case, playbook = await _found(there, number)
        about = {"case": case.id, "delivery": "", "by": operator(playbook, person)}
        return await _done(there, Release(**about) if reason is None else Hold(**about, reason=reason))


async def _found(there: Kept, number: int) -> tuple[Case, Playbook]:
    name = await there.cases.named(number)
    found = await there.cases.load(name) if name else None
    if found is None:
        raise NoSuchCase(number)
    return found


async def _done(there: Kept, command: Command) -> str | None:
    answer = await there.engine.accept(command)
    return answer.refusal.line.key if answer.refusal else None
