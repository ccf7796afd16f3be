"""Modals: choices that change the questions, submissions. One modal may run through several steps."""

from collections.abc import Mapping

from desk.case.situation import Situation
from desk.case.state import Case
from desk.fields.template_values import display, spoken
from desk.identity.answer_check import any_by_desk
from desk.playbook.model import Playbook
from desk.playbook.parts import by_desk
from desk.service.answer import Answer
from desk.service.ports import StoreGone
from desk.values import Fill, Line, Person, Refusal, Text, in_language
from desk.workflow.duties import Duty, duties, duty_of
from desk.workflow.permissions import why_not
from handlers.slack import case_actions, case_lookup, given_ticket
from handlers.slack.door import NOT_KEPT_FORM, NOT_UNDERSTOOD, UNKNOWN_CASE, Json, SlackDoor
from handlers.slack.modal_reply import DONE, NOT_DONE, note, refused, tell_taken_out, update
from integrations.slack.codec import wire
from integrations.slack.codec.arrivals import Pick, Submission, Unreadable, Where
from integrations.slack.codec.commands import command_sent
from integrations.slack.codec.meta import PICK_PLAYBOOK, FormMeta
from integrations.slack.views.notes import under_verdict

SENT = Line(key="Done. {case} is with {role} now: {step}.")
ENDED = Line(key="{case} is closed: {ending}.")
KEPT = Line(key="Done. {case} is kept.")
FOLLOWS = Line(key="{verdict}: {rule}")

_NO_ANSWERS: Mapping[str, Fill] = {}


async def on_pick(body: object, door: SlackDoor) -> None:
    """Redraw the form for a choice, with everything typed so far."""
    pick = wire.read_pick(body)
    if isinstance(pick, Unreadable):
        return await door.not_understood(pick)
    return await _redraw(pick, door)


async def _redraw(pick: Pick, door: SlackDoor) -> None:
    person = door.person(pick.person)
    try:
        view = await _picked_page(pick, person, door)
        wrong = await door.reply.update(pick.view_id, view, pick.view_hash) if view else UNKNOWN_CASE
    except StoreGone:
        wrong = NOT_KEPT_FORM
    if wrong:
        await door.tell(Where(channel=pick.meta.channel), person, wrong)


async def _picked_page(pick: Pick, person: Person, door: SlackDoor) -> Json | None:
    if pick.what == PICK_PLAYBOOK:
        return door.intake_page(pick.picked, pick.meta.case, person)
    if pick.meta.ask:
        return await case_actions.picked(pick, person, door)
    meta = pick.meta.model_copy(update={"outcome": pick.picked})
    found = await _case_of(meta, door)
    return _page(*found, meta, person, door, pick.fills) if found else None


async def _case_of(meta: FormMeta, door: SlackDoor) -> tuple[Case, Playbook] | None:
    """Return the case and playbook of a form; an intake form has no case yet."""
    playbook = door.engine.playbooks.get(meta.playbook)
    if meta.new and playbook:
        return Case(id=meta.case), playbook
    return await door.engine.look(meta.case)


async def on_submission(body: object, door: SlackDoor) -> Json | None:
    """Accept a form; the answer is field errors, the next page, a final message, or nothing."""
    sent = wire.read_submission(body)
    if isinstance(sent, Unreadable):
        return _unreadable(sent, door)
    return await _accept(sent, door)


def _unreadable(sent: Unreadable, door: SlackDoor) -> Json:
    person = door.person(sent.person)
    return update(note(NOT_DONE, NOT_UNDERSTOOD, person, door))


async def _accept(sent: Submission, door: SlackDoor) -> Json | None:
    person = door.person(sent.person)
    if sent.meta.ask:
        return await case_actions.accept(sent, person, door)
    if sent.meta.new and not sent.meta.playbook:
        view = door.intake_page(sent.outcome or "", sent.meta.case, person)
        return update(view or note(NOT_DONE, NOT_UNDERSTOOD, person, door))
    try:
        if instead := await _instead(sent, person, door):
            return instead
        answer = await door.engine.accept(command_sent(sent, person))
    except StoreGone:
        return refused(Refusal(line=NOT_KEPT_FORM), sent, person, door)
    tell_taken_out(answer, Where(channel=sent.meta.channel), person, door)
    if answer.refusal:
        return _not_done(answer, answer.refusal, sent, person, door)
    return _went_well(sent, answer, person, door)


async def _instead(sent: Submission, person: Person, door: SlackDoor) -> Json | None:
    """Return what is shown before a form is accepted: a refused look-up, or a ticket to confirm. Raises StoreGone."""
    if many := await _too_many(sent, person, door):
        return refused(Refusal(line=many), sent, person, door)
    return await given_ticket.page(sent, person, door) if sent.meta.effect else None


async def _too_many(sent: Submission, person: Person, door: SlackDoor) -> Line | None:
    """Return why a form that looks a customer up has to wait; raises StoreGone."""
    if sent.meta.new and (many := await case_lookup.too_many("intake", person, door)):
        return many
    return await case_lookup.too_many("answers", person, door) if _looks_up(sent, door) else None


def _not_done(answer: Answer, refusal: Refusal, sent: Submission, person: Person, door: SlackDoor) -> Json | None:
    """Render a refusal; what the same person had done before counts as done."""
    if answer.case.opened_at is None and not refusal.fields:
        door.refused(person, "open a case")
    if _done_before(sent, answer.case, person):
        return _went_well(sent, answer, person, door)
    return _redrawn(answer, sent, person, door) or refused(refusal, sent, person, door)


def _looks_up(sent: Submission, door: SlackDoor) -> bool:
    """Return whether a form may trigger a look-up of an order or profile in Admin."""
    playbook = door.engine.playbooks.get(sent.meta.playbook)
    specs = playbook.fields.values() if playbook else ()
    return any(how.of in sent.fills and not sent.fills[how.of].empty for one in specs if (how := by_desk(one)))


def _done_before(sent: Submission, case: Case, person: Person) -> bool:
    """Return whether the same person has already submitted this form: a double click is no mistake."""
    if sent.meta.new:
        return case.opened_at is not None and case.opened_by == person.id
    state = case.step(sent.meta.step)
    done = state.parts.get(sent.meta.part) if sent.meta.part else state.done
    return done is not None and done.by == person.id and state.occurrence == sent.meta.occurrence


def _redrawn(answer: Answer, sent: Submission, person: Person, door: SlackDoor) -> Json | None:
    """Redraw the form where the outcome was submitted before its own questions were on the page."""
    asked = [one.field for one in answer.refusal.fields] if answer.refusal else []
    playbook = answer.playbook
    if playbook is None or all(field in sent.blocks for field in asked):
        return None
    step = playbook.steps.get(sent.meta.step)
    if sent.meta.outcome == sent.outcome and not (step and any_by_desk(playbook, step)):
        return None
    meta = sent.meta.model_copy(update={"outcome": sent.outcome})
    return update(_page(answer.case, playbook, meta, person, door, sent.fills))


def _went_well(sent: Submission, answer: Answer, person: Person, door: SlackDoor) -> Json | None:
    playbook = answer.playbook
    if playbook is None:
        return None
    said = _said(sent, answer.case, playbook)
    situation = Situation(answer.case, playbook, door.engine.clock.now())
    step = _next_step(sent, answer, situation, person)
    if step is None:
        return _last_word(sent, situation, person, door, said)
    occurrence = max(1, answer.case.step(step).occurrence)
    meta = FormMeta(
        case=answer.case.id,
        step=step,
        occurrence=occurrence,
        flow=True,
        channel=sent.meta.channel,
        said=said,
        after=sent.meta.step if _verdict(sent, answer.case, playbook) else "",
    )
    typed = sent.fills if (step, sent.meta.part) == (sent.meta.step, None) else _NO_ANSWERS
    return update(_page(answer.case, playbook, meta, person, door, typed))


def _page(
    case: Case,
    playbook: Playbook,
    meta: FormMeta,
    person: Person,
    door: SlackDoor,
    typed: Mapping[str, Fill] = _NO_ANSWERS,
) -> Json:
    """Render a step's page, below the verdict of the previous page where there was one."""
    view = door.page(case, playbook, meta, person, typed)
    line = _follows(case, playbook, meta.after)
    if line is None:
        return view
    copy = _texts(_told_at(case, playbook, meta.after, None), case, playbook)
    return under_verdict(view, door.voice.plain(line, person), copy, door.voice.say, person.language)


def _told_at(case: Case, playbook: Playbook, step: str, part: str | None) -> tuple[str, ...]:
    """Return the texts for the customer at a finished step, or at one of its parts."""
    spec = playbook.steps[step]
    if part:
        return spec.parts[part].says
    state = case.step(step)
    outcome = spec.outcome(state.outcome or "") if state.status == "done" else None
    return (*spec.says, *(outcome.says if outcome else ()))


def _said(sent: Submission, case: Case, playbook: Playbook) -> tuple[str, ...]:
    """Return all texts for the customer on the pages of this modal so far."""
    step = playbook.opens_with if sent.meta.new else sent.meta.step
    if step not in playbook.steps:
        return sent.meta.said
    told = _told_at(case, playbook, step, sent.meta.part)
    return tuple(dict.fromkeys((*sent.meta.said, *told)))


def _texts(names: tuple[str, ...], case: Case, playbook: Playbook) -> tuple[Text, ...]:
    return tuple(spoken(playbook.texts[name], case, playbook) for name in names if name in playbook.texts)


def _verdict(sent: Submission, case: Case, playbook: Playbook) -> Line | None:
    """Return the verdict on the answers; None for a step whose outcome was chosen by hand."""
    return None if sent.meta.part else _follows(case, playbook, sent.meta.step)


def _follows(case: Case, playbook: Playbook, step: str) -> Line | None:
    spec = playbook.steps.get(step)
    outcome = spec.outcome(case.step(step).outcome or "") if spec and spec.verdict else None
    if spec is None or outcome is None:
        return None
    rules = _texts((*spec.shows, *outcome.shows), case, playbook)
    rule = {one: " ".join(in_language(text, one) for text in rules) for one in playbook.languages}
    return Line(key=FOLLOWS.key, args={"verdict": outcome.title, "rule": rule})


def _runs_on(sent: Submission, answer: Answer, playbook: Playbook) -> bool:
    """Return whether the person may also continue with a step that was open before."""
    if sent.meta.part:
        return False
    again = answer.repeated or answer.refusal is not None or _goes_on(sent, answer.case, playbook)
    return sent.meta.flow or sent.meta.new or again


def _next_step(sent: Submission, answer: Answer, situation: Situation, person: Person) -> str | None:
    """Return the step to continue with: one that this submission opened, else one that was open beside it.

    A recurring step is not offered again to the person who has just finished it.
    """
    playbook = situation.playbook
    open_now = (*answer.opened, *(playbook.steps if _runs_on(sent, answer, playbook) else ()))
    steps = (step for step in open_now if not playbook.steps[step].recurs)
    return next((step for step in steps if _is_mine(step, situation, person)), None)


def _goes_on(sent: Submission, case: Case, playbook: Playbook) -> bool:
    """Return whether a step's questions are still to come, because its reference values are being looked up."""
    step, state = playbook.steps.get(sent.meta.step), case.step(sent.meta.step)
    still = state.status == "open" and state.occurrence == sent.meta.occurrence
    return still and step is not None and any_by_desk(playbook, step)


def _is_mine(step: str, situation: Situation, person: Person) -> bool:
    if situation.playbook.steps[step].automatic:
        return False
    duty = duty_of(situation, step, None)
    return duty is not None and why_not(person, situation, duty) is None


def _last_word(
    sent: Submission, situation: Situation, person: Person, door: SlackDoor, said: tuple[str, ...]
) -> Json | None:
    """Build the final page: the result, and all texts for the customer to copy; None closes a form without either."""
    case, playbook = situation.case, situation.playbook
    verdict = _verdict(sent, case, playbook)
    if not (sent.meta.flow or sent.meta.new or verdict or (said and not sent.meta.part)):
        return None
    line = verdict or _where_now(situation)
    return update(note(DONE, line, person, door, _texts(said, case, playbook)))


def _where_now(situation: Situation) -> Line:
    case, playbook = situation.case, situation.playbook
    name = display(case, playbook)
    if case.ending:
        ending = playbook.ending(case.ending)
        return Line(key=ENDED.key, args={"case": name, "ending": ending})
    owed = _owed_now(situation)
    if owed is None:
        return Line(key=KEPT.key, args={"case": name})
    role = playbook.roles[owed.owner].title
    return Line(key=SENT.key, args={"case": name, "role": role, "step": owed.title})


def _owed_now(situation: Situation) -> Duty | None:
    """Return the current duty of the case; a recurring one only when there is no other."""
    owed = duties(situation)
    pressing = [duty for duty in owed if not situation.playbook.steps[duty.step].recurs]
    return next(iter((*pressing, *owed)), None)
