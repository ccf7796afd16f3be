"""Form of work done by hand that gives a ticket: the ticket is read and shown, and a person confirms it."""

from desk.case.commands import FinishByHand
from desk.case.situation import Situation
from desk.fields.template_values import display
from desk.rules.decide import refused
from desk.rules.given_ticket import CONFIRM, differences
from desk.service.given_ticket import with_given_ticket
from desk.values import Person
from handlers.slack.door import Json, SlackDoor
from handlers.slack.modal_reply import update
from integrations.slack.codec.arrivals import Submission
from integrations.slack.codec.commands import command_sent
from integrations.slack.views.given_ticket import confirm_view


async def page(sent: Submission, person: Person, door: SlackDoor) -> Json | None:
    """Render the ticket to confirm; None where there is nothing to confirm. Raises StoreGone."""
    command = command_sent(sent, person)
    found = await door.engine.look(sent.meta.case) if isinstance(command, FinishByHand) else None
    if found is None:
        return None
    situation = Situation(*found, door.engine.clock.now())
    situation = await with_given_ticket(command, situation, door.engine.tickets, door.cases, door.engine.account)
    no, ticket = refused(command, situation), situation.related.given.found
    if not isinstance(command, FinishByHand) or ticket is None or no is None or no.line.key != CONFIRM.key:
        return None
    case, playbook = found
    name = case.planned[command.effect].ticket or ""
    view = confirm_view(
        sent.meta,
        ticket,
        display(case, playbook),
        differences(case, playbook, name, ticket),
        lambda line: door.voice.plain(line, person),
        door.voice.say,
        person.language,
    )
    return update(view)
