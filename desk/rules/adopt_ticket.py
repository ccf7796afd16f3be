"""Adoption of a ticket: a ticket created by hand becomes a case at its group's step. Pure.

The steps before it count as done; nothing is claimed about them.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.results import TicketFound, TicketSeen
from desk.case.situation import Draft
from desk.case.work_events import TicketCreated
from desk.fields.check import fact
from desk.fields.parse import read
from desk.identity import claimants, lockout, ownership_disputes
from desk.playbook.model import ADOPTED, Playbook
from desk.rules.steps import known_at_once
from desk.values import BOT, Fact, Fill, Line, TicketRef
from desk.workflow.refusals import Verdict

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def case_of(ticket: TicketRef) -> str:
    """Return the case key derived from a ticket, so that it becomes one case only."""
    words = f"ticket {ticket.account} {ticket.id}" if ticket.account else f"ticket {ticket.id}"
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:16])
    return "".join(_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))


def wanted(playbooks: Mapping[str, Playbook]) -> dict[str, str]:
    """Return the query types that make a ticket a case, each with its playbook."""
    return {
        plan.query_type: name
        for name, playbook in playbooks.items()
        if playbook.adopts
        for plan in playbook.ticket_plans
        if plan.name == playbook.adopts.ticket and plan.query_type
    }


def adopt(command: cmd.AdoptTicket, draft: Draft) -> Verdict:
    """Open a case with its existing ticket; idempotent per ticket."""
    adopts, seen = draft.playbook.adopts, command.found.seen
    if draft.case.opened_at is not None or adopts is None:
        return ()
    draft.add(
        ev.CaseOpened(
            at=draft.now,
            by=BOT.id,
            number=draft.related.number,
            playbook=draft.playbook.playbook,
            playbook_hash=draft.case.playbook_hash,
            language=draft.playbook.languages[0],
            author=command.author,
        ),
        ev.FactsRecorded(at=draft.now, by=BOT.id, facts=known_at_once(draft.playbook, draft.now)),
        *(ev.StepCompleted(at=draft.now, by=BOT.id, step=step, outcome=ADOPTED) for step in adopts.done),
        _ticket(draft.case.id, adopts.ticket, seen, draft.now),
    )
    if facts := requester_facts(command.found, draft):
        draft.add(ev.FactsRecorded(at=draft.now, by=BOT.id, facts=facts, confirmed=False))
    if draft.related.twins:
        draft.add(ev.TwinsSeen(at=draft.now, by=BOT.id, cases=draft.related.twins))
    lockout.bar(draft)
    ownership_disputes.flag(draft)
    return ()


def _ticket(case: str, name: str, seen: TicketSeen, now: datetime) -> TicketCreated:
    return TicketCreated(
        at=now,
        by=BOT.id,
        effect=f"{case}/adopted",
        name=name,
        account=seen.account,
        id=seen.id,
        url=seen.url,
        group=seen.group,
        status=seen.status,
        asked_group="",
        stamp=seen.stamp,
        by_hand=True,
    )


def requester_facts(ticket: TicketFound, draft: Draft) -> dict[str, Fact]:
    """Return the requester's facts from the ticket: first word as the name, the rest as the surname."""
    adopts, requester, playbook, now = draft.playbook.adopts, ticket.requester, draft.playbook, draft.now
    if adopts is None or requester is None:
        return {}
    name, _, surname = requester.name.strip().partition(" ")
    given = {"email": requester.email, "name": name, "surname": surname.strip()}
    fields = {"email": adopts.email, "name": adopts.name, "surname": adopts.surname}
    read_as = {
        field: read(playbook.fields[field], Fill(raw=given[part]), now)
        for part, field in fields.items()
        if field and given[part]
    }
    known = {field: fact(playbook, field, value) for field, value in read_as.items() if not isinstance(value, Line)}
    return known | claimants.requester(playbook, requester.model_dump(), now)
