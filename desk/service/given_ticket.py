"""Reads a ticket that a person gives for one that was not created, and looks up which case has it. Decides nothing."""

import asyncio
from dataclasses import replace

from desk.case.commands import Command, FinishByHand
from desk.case.results import TicketInspected
from desk.case.situation import GivenTicket, Situation
from desk.fields.template_values import display
from desk.rules.given_ticket import number_of
from desk.service.ports import Cases, GiveUp, Tickets, TryAgain
from desk.values import TicketRef

PATIENCE = 2.3
"""Seconds for reading a ticket: Slack waits three for the answer to a form."""


async def with_given_ticket(
    command: Command, situation: Situation, tickets: Tickets, cases: Cases, account: str
) -> Situation:
    """Return the situation with the ticket that a command gives, as it is now. Raises StoreGone."""
    if not isinstance(command, FinishByHand):
        return situation
    planned, number = situation.case.planned.get(command.effect), number_of(command.reference)
    if planned is None or planned.what != "create_ticket" or number is None:
        return situation
    given = await _given(number, command.effect, situation.case.id, tickets, cases, account)
    return replace(situation, related=replace(situation.related, given=given))


async def _given(number: int, effect: str, case: str, tickets: Tickets, cases: Cases, account: str) -> GivenTicket:
    found = await _read(tickets, number, effect)
    if isinstance(found, str):
        return GivenTicket(unread=found)
    key = await cases.of_ticket(TicketRef(account=account, id=number))
    other = await cases.load(key) if key and key != case else None
    return GivenTicket(found, holder=display(*other) if other else "")


async def _read(tickets: Tickets, number: int, effect: str) -> TicketInspected | str:
    """Read a ticket, or return why it cannot be read."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await tickets.inspect(number, effect)
    except TimeoutError:
        return "Zendesk did not answer in time."
    except GiveUp as wrong:
        return wrong.reason
    except TryAgain as later:
        return f"{later}."
