"""Case actions: what people do with a case beside finishing steps. A modal opens if permitted, errors are at its
fields.
"""

import re

from desk.case.commands import Command, Merge, RecordFacts
from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.template_values import display
from desk.playbook.model import Playbook
from desk.rules.action_table import TABLE
from desk.rules.available_actions import Offer, Offers, no_such_case, offers, why_refused
from desk.service.ports import StoreGone
from desk.values import Line, Person, Refusal
from handlers.slack.door import NOT_KEPT_FORM, NOT_UNDERSTOOD, UNKNOWN_CASE, Json, SlackDoor
from handlers.slack.modal_reply import NOT_DONE, note, refused, tell_taken_out, update
from integrations.slack.codec.arrivals import Click, Pick, Submission, Where
from integrations.slack.codec.commands import command_of_action
from integrations.slack.codec.meta import FormMeta
from integrations.slack.views.case_action_inputs import ActionContext
from integrations.slack.views.case_action_modal import case_action_view

_NAME = re.compile(r"\s*([A-Za-z]{2,10})-(\d{1,9})\s*", re.ASCII)


async def show(meta: FormMeta, click: Click, person: Person, door: SlackDoor) -> Line | None:
    """Open the modal, or replace the list it was chosen from; return a line when it may not open."""
    found = await door.engine.look(meta.case)
    if found is None:
        return UNKNOWN_CASE
    view = page(meta, *found, person, door)
    if isinstance(view, Refusal):
        return await door.told_no(meta, click, person, view.line)
    if click.view_id:
        return await door.reply.update(click.view_id, view, click.view_hash)
    return await door.reply.open(click.trigger, view)


def page(meta: FormMeta, case: Case, playbook: Playbook, person: Person, door: SlackDoor) -> Json | Refusal:
    """Render the modal of an action, or return the refusal."""
    situation = Situation(case, playbook, door.engine.clock.now())
    allowed = offers(situation, person)
    meta = _settled(meta, allowed)
    offer = Offer(meta.ask, meta.step, meta.occurrence, meta.attempt)
    choose = not meta.step and any(one.step for one in allowed.of(meta.ask))
    refusal = None if choose else why_refused(offer, situation, person)
    if refusal:
        return refusal
    return case_action_view(ActionContext(meta, case, playbook, allowed, door.voice.ink(person), situation.now))


def _settled(meta: FormMeta, allowed: Offers) -> FormMeta:
    """Fill in the step where none was named; some actions may be opened from another step's menu."""
    action = TABLE.get(meta.ask)
    steps = allowed.of(meta.ask) if action and action.scope == "step" else ()
    named = meta.step and not (action and action.any_step)
    if named or not steps or any(one.step == meta.step for one in steps):
        return meta
    only = steps[0] if len(steps) == 1 else Offer(meta.ask)
    return meta.model_copy(update={"step": only.step, "occurrence": only.occurrence})


async def picked(pick: Pick, person: Person, door: SlackDoor) -> Json | None:
    """Render the question for the chosen fact; None when the case is unknown."""
    meta = pick.meta.model_copy(update={"field": pick.picked})
    return await _again(meta, person, door)


async def _again(meta: FormMeta, person: Person, door: SlackDoor) -> Json | None:
    found = await door.engine.look(meta.case)
    view = page(meta, *found, person, door) if found else None
    return note(NOT_DONE, view.line, person, door) if isinstance(view, Refusal) else view


async def accept(sent: Submission, person: Person, door: SlackDoor) -> Json | None:
    """Accept the submitted action; None closes the modal."""
    command = command_of_action(sent, person, door.person, door.engine.clock.now())
    if command is None:
        return update(note(NOT_DONE, NOT_UNDERSTOOD, person, door))
    try:
        if isinstance(command, RecordFacts) and not sent.meta.field:
            return await _question(sent, person, door)
        wrong = await _refusal(command, sent, person, door)
    except StoreGone:
        wrong = Refusal(line=NOT_KEPT_FORM)
    return refused(wrong, sent, person, door) if wrong else None


async def _refusal(command: Command, sent: Submission, person: Person, door: SlackDoor) -> Refusal | None:
    asked = await _into_open(command, door) if isinstance(command, Merge) else command
    if isinstance(asked, Refusal):
        return asked
    answer = await door.engine.accept(asked)
    tell_taken_out(answer, Where(channel=sent.meta.channel), person, door)
    return answer.refusal


async def _into_open(command: Merge, door: SlackDoor) -> Merge | Refusal:
    """Validate that the target of a merge exists and is open."""
    named = _NAME.fullmatch(command.into)
    if named is None:
        return Refusal(line=no_such_case(command.into))
    key = await door.cases.named(int(named[2]))
    found = await door.engine.look(key) if key else None
    wanted = f"{named[1].upper()}-{int(named[2])}"
    if found and found[0].open and display(*found) == wanted:
        return command.model_copy(update={"into": wanted})
    return Refusal(line=no_such_case(wanted))


async def _question(sent: Submission, person: Person, door: SlackDoor) -> Json | None:
    """Render the question of a fact that was chosen and submitted before its question was on the page."""
    meta = sent.meta.model_copy(update={"field": sent.outcome or ""})
    view = await _again(meta, person, door)
    return update(view) if view else None
