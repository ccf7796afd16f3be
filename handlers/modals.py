"""Modals: a choice that changes the questions, a submission, a modal closed. One modal may run through several steps."""

from desk.case import Case
from desk.duties import duties, duty_of, why_not
from desk.engine import Answer
from desk.forms import display
from desk.playbook import Playbook
from desk.ports import StoreGone
from desk.values import Line, Person, Refusal
from handlers.door import NOT_KEPT_FORM, NOT_UNDERSTOOD, UNKNOWN_CASE, Json, SlackDoor
from integrations.slack import wire
from integrations.slack.arrivals import Closed, Pick, Submission, Unreadable, Where
from integrations.slack.meta import PICK_PLAYBOOK, FormMeta
from integrations.slack.views.form import errors, note_view

KEPT_SO_FAR = Line(key="{case} is kept as far as you got. `/ato mine` goes on with it.")
SENT = Line(key="Done. {case} is with {role} now: {step}.")
ENDED = Line(key="{case} is closed: {ending}.")
KEPT = Line(key="Done. {case} is kept.")
NOT_DONE = Line(key="Not done")
DONE = Line(key="Done")


async def on_pick(body: object, door: SlackDoor) -> None:
    """Draw the questions of the choice, with everything typed so far."""
    pick = wire.read_pick(body)
    if isinstance(pick, Unreadable):
        return await door.not_understood(pick)
    return await _redraw(pick, door)


async def _redraw(pick: Pick, door: SlackDoor) -> None:
    person = door.person(pick.person)
    try:
        view = await _picked_page(pick, person, door)
        wrong = (
            await door.reply.update(pick.view_id, view, pick.view_hash) if view else UNKNOWN_CASE
        )
    except StoreGone:
        wrong = NOT_KEPT_FORM
    if wrong:
        await door.tell(Where(channel=pick.meta.channel), person, wrong)


async def _picked_page(pick: Pick, person: Person, door: SlackDoor) -> Json | None:
    if pick.what == PICK_PLAYBOOK:
        return door.intake_page(pick.picked, pick.meta.case, person)
    meta = pick.meta.model_copy(update={"outcome": pick.picked})
    found = await _case_of(meta, door)
    return door.page(*found, meta, person, pick.fills) if found else None


async def _case_of(meta: FormMeta, door: SlackDoor) -> tuple[Case, Playbook] | None:
    """Give the case a form is for; an intake has none yet."""
    playbook = door.engine.playbooks.get(meta.playbook)
    if meta.new and playbook:
        return Case(id=meta.case), playbook
    return await door.engine.look(meta.case)


async def on_submission(body: object, door: SlackDoor) -> Json | None:
    """Accept a form; the answer is its errors, the next page, a last word, or nothing."""
    sent = wire.read_submission(body)
    if isinstance(sent, Unreadable):
        return _unreadable(sent, door)
    return await _accept(sent, door)


def _unreadable(sent: Unreadable, door: SlackDoor) -> Json:
    person = door.person(sent.person)
    return _note(NOT_DONE, NOT_UNDERSTOOD, person, door)


async def _accept(sent: Submission, door: SlackDoor) -> Json | None:
    person = door.person(sent.person)
    if sent.meta.new and not sent.meta.playbook:
        view = door.intake_page(sent.outcome or "", sent.meta.case, person)
        return _update(view) if view else _note(NOT_DONE, NOT_UNDERSTOOD, person, door)
    try:
        answer = await door.engine.accept(wire.command_sent(sent, person))
    except StoreGone:
        return _refused(Refusal(line=NOT_KEPT_FORM), sent, person, door)
    if answer.refusal and not _done_before(sent, answer.case, person):
        return _redrawn(answer, sent, person, door) or _refused(answer.refusal, sent, person, door)
    return _went_well(sent, answer, person, door)


def _done_before(sent: Submission, case: Case, person: Person) -> bool:
    """Say whether the same person's other submission of the same form was faster: a double click is no mistake."""
    if sent.meta.new:
        return case.opened_at is not None and case.opened_by == person.id
    state = case.step(sent.meta.step)
    done = state.parts.get(sent.meta.part) if sent.meta.part else state.done
    return done is not None and done.by == person.id and state.occurrence == sent.meta.occurrence


def _redrawn(answer: Answer, sent: Submission, person: Person, door: SlackDoor) -> Json | None:
    """Draw the chosen outcome's own questions, when it was sent before they were on the page."""
    asked = [one.field for one in answer.refusal.fields] if answer.refusal else []
    playbook = answer.playbook
    if (
        playbook is None
        or all(field in sent.blocks for field in asked)
        or sent.meta.outcome == sent.outcome
    ):
        return None
    meta = sent.meta.model_copy(update={"outcome": sent.outcome})
    return _update(door.page(answer.case, playbook, meta, person, sent.fills))


def _refused(refusal: Refusal, sent: Submission, person: Person, door: SlackDoor) -> Json:
    said = {one.field: one for one in refusal.fields}
    at_fields = errors(refusal, sent.blocks, lambda line: door.voice.plain(line, person))
    if at_fields:
        return {"response_action": "errors", "errors": at_fields}
    line = next((one.line for one in said.values()), refusal.line)
    return _note(NOT_DONE, line, person, door)


def _went_well(sent: Submission, answer: Answer, person: Person, door: SlackDoor) -> Json | None:
    playbook = answer.playbook
    if playbook is None:
        return None
    step = _next_step(sent, answer, playbook, person)
    if step is None:
        return _last_word(sent, answer.case, playbook, person, door)
    occurrence = max(1, answer.case.step(step).occurrence)
    meta = FormMeta(
        case=answer.case.id, step=step, occurrence=occurrence, flow=True, channel=sent.meta.channel
    )
    return _update(door.page(answer.case, playbook, meta, person))


def _next_step(sent: Submission, answer: Answer, playbook: Playbook, person: Person) -> str | None:
    """Find a whole step that this submission opened and that is the same person's to do."""
    again = answer.repeated or answer.refusal is not None
    opened = tuple(playbook.steps) if again and not sent.meta.part else answer.opened
    return next((step for step in opened if _is_mine(step, answer.case, playbook, person)), None)


def _is_mine(step: str, case: Case, playbook: Playbook, person: Person) -> bool:
    if playbook.steps[step].automatic:
        return False
    duty = duty_of(case, playbook, step, None)
    return duty is not None and why_not(person, case, playbook, duty) is None


def _last_word(
    sent: Submission, case: Case, playbook: Playbook, person: Person, door: SlackDoor
) -> Json | None:
    """Say who has the case now, after a modal of several pages; a single form just closes."""
    if not (sent.meta.flow or sent.meta.new):
        return None
    name = display(case, playbook)
    if case.ending:
        ending = playbook.endings.get(case.ending) or {"en": case.ending}
        return _note(DONE, Line(key=ENDED.key, args={"case": name, "ending": ending}), person, door)
    owed = next(iter(duties(case, playbook)), None)
    if owed is None:
        return _note(DONE, Line(key=KEPT.key, args={"case": name}), person, door)
    role = playbook.roles[owed.owner].title
    line = Line(key=SENT.key, args={"case": name, "role": role, "step": owed.title})
    return _note(DONE, line, person, door)


def _update(view: Json) -> Json:
    return {"response_action": "update", "view": view}


def _note(title: Line, line: Line, person: Person, door: SlackDoor) -> Json:
    words = (door.voice.plain(line, person),)
    heading = door.voice.plain(title, person)
    return _update(note_view(heading, words, door.voice.say, person.language))


async def on_closed(body: object, door: SlackDoor) -> None:
    """Tell somebody who left in the middle of the pages that nothing is lost."""
    closed = wire.read_closed(body)
    if isinstance(closed, Closed) and closed.meta.flow:
        await _kept(closed, door)


async def _kept(closed: Closed, door: SlackDoor) -> None:
    person = door.person(closed.person)
    try:
        found = await door.engine.look(closed.meta.case)
    except StoreGone:
        return
    if found:
        line = Line(key=KEPT_SO_FAR.key, args={"case": display(*found)})
        await door.tell(Where(channel=closed.meta.channel), person, line)
