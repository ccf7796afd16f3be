"""Notes and corrections: additions to a case that finish no step. Pure."""

from collections.abc import Iterator

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.effects import Effect, TellPeople, UpdateTicket
from desk.case.lanes import planned, ticket_lane
from desk.case.situation import Draft
from desk.fields.check import read_fills
from desk.fields.format import show
from desk.fields.template_values import person
from desk.playbook.model import Playbook
from desk.playbook.parts import Ask
from desk.rules.finish_step import INCOMPLETE
from desk.rules.sheet_requests import reading
from desk.values import Fact, FieldError, Line
from desk.workflow.corrections import may_not
from desk.workflow.messages import message, said
from desk.workflow.permissions import UNKNOWN, outsider, works_here
from desk.workflow.refusals import Verdict, refuse

ERASED = Line(
    key="This case was erased, and what you write would stay. Reopen it first if it goes on. I have not kept anything."
)


def add_note(command: cmd.AddNote, draft: Draft) -> Verdict:
    """Record a note, and add it to the case's first ticket as an internal note."""
    if draft.case.opened_at is None:
        return refuse(UNKNOWN)
    if refusal := outsider(command, draft.situation):
        return refusal
    if not command.words.strip():
        return refuse(Line(key="The note is empty."))
    if draft.case.erased:
        return refuse(ERASED)
    draft.add(ev.NoteAdded(at=draft.now, by=command.by.id, words=said(command.words)))
    words = f"{person(command.by.id)}: {command.words.strip()[:3000]}"
    return onto_ticket(draft, f"note/{len(draft.case.notes)}", words)


def onto_ticket(draft: Draft, key: str, words: str) -> tuple[Effect, ...]:
    """Plan an internal note on the case's first ticket; nothing without a ticket."""
    ticket = next(iter(draft.case.tickets.items()), None)
    if ticket is None:
        return ()
    name, found = ticket
    effect = UpdateTicket(
        key=f"{draft.case.id}/{key}/0",
        case=draft.case.id,
        lane=ticket_lane(draft.case, name),
        name=name,
        ticket=found.id,
        account=found.account,
        note=words,
    )
    draft.add(planned(effect, draft.now))
    return (effect,)


def record_facts(command: cmd.RecordFacts, draft: Draft) -> Verdict:
    """Record or correct facts. Effects already done outside are not undone."""
    refusal = works_here(command, draft)
    if refusal:
        return refusal
    unknown = [name for name in command.fills if name not in draft.playbook.fields]
    asks = tuple(Ask(field=name) for name in command.fills if name not in unknown)
    facts, wrong = read_fills(asks, command.fills, draft.situation)
    if wrong or unknown:
        return refuse(INCOMPLETE, *wrong)
    wrong_person = may_not(tuple(command.fills), facts, command.by, draft.situation)
    if isinstance(wrong_person, FieldError):
        return refuse(INCOMPLETE, wrong_person)
    if wrong_person:
        return refuse(wrong_person)
    if not facts:
        return ()
    draft.add(ev.FactsRecorded(at=draft.now, by=command.by.id, facts=facts))
    told: list[Effect] = []
    for effect in _corrections(draft, facts, command.by.id):
        draft.add(planned(effect, draft.now))
        told.append(effect)
    return (*told, *reading(draft, facts, command.by))


def _corrections(draft: Draft, facts: dict[str, Fact], by: str) -> Iterator[TellPeople]:
    """Post corrected items in the escalation's thread; the posted items stay as they were."""
    for name, escalation in draft.case.escalations.items():
        inbox = f"role:{draft.playbook.posts[name].inbox}"
        changed = [one for one in facts if one in escalation.items]
        lines = [_corrected(one, facts[one], draft.playbook, by) for one in changed]
        if lines:
            yield message(draft, inbox, *lines)


def _corrected(name: str, fact: Fact, playbook: Playbook, by: str) -> Line:
    spec = playbook.fields[name]
    words = {one: show(spec, fact, one, playbook.zone) for one in playbook.languages}
    key = "{who} corrected “{what}”. It is now: {value}"
    return Line(key=key, args={"who": person(by), "what": spec.title, "value": words})
