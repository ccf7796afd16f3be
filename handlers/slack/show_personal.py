"""The Show button of a masked card: shows the values to the person who pressed it and records the disclosure."""

from dataclasses import replace

from desk.cards.case_card import face
from desk.case.commands import ShowPersonal
from desk.case.situation import Situation
from desk.service.related_cases import for_card
from desk.values import Line, Person
from desk.workflow.permissions import deciders
from handlers.slack.case_lookup import too_many
from handlers.slack.door import SlackDoor
from integrations.slack.codec.arrivals import Click
from integrations.slack.views.shown import shown_view


async def show_personal(asked: ShowPersonal, click: Click, person: Person, door: SlackDoor) -> Line | None:
    """Show the masked values to whoever may see them; return a line when refused. Raises StoreGone."""
    if why := await too_many("card", person, door):
        await door.engine.refuse(asked, f"ShowPersonal {asked.inbox}", why)
        return why
    answer = await door.engine.accept(asked)
    if answer.refusal:
        return answer.refusal.line
    if answer.repeated or answer.playbook is None:
        return None  # what the first delivery was answered stands: it may have been a refusal
    ink = replace(door.ink(person), opener=answer.case.opened_by)
    situation = Situation(answer.case, answer.playbook, door.engine.clock.now())
    if not person.roles.isdisjoint(deciders(answer.playbook)):
        situation = await for_card(situation, asked.inbox, door.cases)
    seen = face(situation, asked.inbox)
    view = shown_view(seen, answer.playbook, ink)
    return await door.reply.open(click.trigger, view)
