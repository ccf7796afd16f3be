"""Buttons on cards and in private messages: execute a command, or open a form.

Success is shown by the card, not by a message.
"""

from desk.case.commands import Command, CompletePart, CompleteStep, ShowPersonal
from desk.case.situation import Situation
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.rules.decide import refused
from desk.service.ports import StoreGone
from desk.values import Line, Person
from desk.workflow.duties import duty_of
from desk.workflow.permissions import why_not
from handlers.slack import case_actions, show_personal
from handlers.slack.door import NOT_KEPT, UNKNOWN_CASE, Json, SlackDoor
from handlers.slack.modal_reply import DONE, NOT_DONE, note
from integrations.slack.codec import wire
from integrations.slack.codec.arrivals import Click, Show, Unreadable
from integrations.slack.codec.commands import command_of
from integrations.slack.codec.meta import FormMeta
from integrations.slack.views.form import hand_view

IT_IS_DONE = Line(key="Done. The card shows it.")


async def on_click(body: object, door: SlackDoor) -> None:
    """Handle a pressed button."""
    click = wire.read_click(body)
    if isinstance(click, Unreadable):
        return await door.not_understood(click)
    return await _act(click, door)


async def _act(click: Click, door: SlackDoor) -> None:
    person = door.person(click.person)
    asked = command_of(click, person, door.engine.clock.now())
    try:
        wrong = await _do(asked, click, person, door)
    except StoreGone:
        wrong = NOT_KEPT
    if click.view_id and not isinstance(asked, Show):
        await _in_the_modal(click, wrong, person, door)
    elif wrong:
        await door.tell(click.where, person, wrong)


async def _in_the_modal(click: Click, wrong: Line | None, person: Person, door: SlackDoor) -> None:
    """Show the result in the modal whose button was pressed."""
    view = note(NOT_DONE if wrong else DONE, wrong or IT_IS_DONE, person, door)
    await door.reply.update(click.view_id, view, click.view_hash)


async def _do(asked: Command | Show | None, click: Click, person: Person, door: SlackDoor) -> Line | None:
    """Accept the command or open the form; return a line when neither was possible."""
    if asked is None:
        return None
    if isinstance(asked, Show) and asked.meta.ask:
        return await case_actions.show(asked.meta, click, person, door)
    if isinstance(asked, Show):
        return await _show(asked.meta, click, person, door)
    if isinstance(asked, ShowPersonal):
        return await show_personal.show_personal(asked, click, person, door)
    answer = await door.engine.accept(asked)
    if answer.refusal and answer.refusal.fields and isinstance(asked, CompleteStep | CompletePart):
        return await _show(_meta_of(asked), click, person, door)
    return answer.refusal.line if answer.refusal else None


def _meta_of(asked: CompleteStep | CompletePart) -> FormMeta:
    """Build the metadata of the form for what a single tap could not give."""
    part = asked.part if isinstance(asked, CompletePart) else None
    outcome = asked.outcome if isinstance(asked, CompleteStep) else None
    return FormMeta(
        case=asked.case,
        step=asked.step,
        part=part,
        occurrence=asked.occurrence,
        outcome=outcome,
        pinned=outcome is not None,
    )


async def _show(meta: FormMeta, click: Click, person: Person, door: SlackDoor) -> Line | None:
    found = await door.engine.look(meta.case)
    if found is None:
        return UNKNOWN_CASE
    wrong = _may_not(meta, *found, person, door)
    if wrong:
        return await door.told_no(meta, click, person, wrong)
    return await door.reply.open(click.trigger, _view(meta, *found, person, door))


def _view(meta: FormMeta, case: Case, playbook: Playbook, person: Person, door: SlackDoor) -> Json:
    if meta.effect:
        return hand_view(meta, door.voice.say, person.language)
    return door.page(case, playbook, meta, person)


def _may_not(meta: FormMeta, case: Case, playbook: Playbook, person: Person, door: SlackDoor) -> Line | None:
    """Return why a form must not open, or None. A dry run of the command; nothing is stored."""
    if meta.effect:
        return None
    situation = Situation(case, playbook, door.engine.clock.now())
    duty = duty_of(situation, meta.step, meta.part) if meta.step in playbook.steps else None
    if duty and duty.occurrence == meta.occurrence and not why_not(person, situation, duty):
        return None
    about = {
        "case": case.id,
        "delivery": "",
        "by": person,
        "step": meta.step,
        "occurrence": meta.occurrence,
    }
    asked = (
        CompletePart(**about, part=meta.part) if meta.part else CompleteStep(**about, outcome=meta.outcome or "done")
    )
    refusal = refused(asked, situation)
    return refusal.line if refusal else None
