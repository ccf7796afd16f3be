"""Notes and corrections: additions to a case that finish no step. Pure."""

from collections.abc import Iterator
from datetime import datetime

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.effects import Effect, TellPeople, UpdateTicket
from desk.case.lanes import planned, ticket_lane
from desk.fields.check import read_fills
from desk.fields.format import show
from desk.fields.template_values import person
from desk.playbook.model import Playbook
from desk.playbook.parts import Ask
from desk.rules.finish_step import INCOMPLETE
from desk.rules.sheet_requests import reading
from desk.values import Fact, FieldError, Line
from desk.workflow.corrections import may_not
from desk.workflow.flow import Growing
from desk.workflow.messages import message, said
from desk.workflow.permissions import UNKNOWN, outsider, works_here
from desk.workflow.refusals import Verdict, refuse

ERASED = Line(
    key="This case was erased, and what you write would stay. Reopen it first if it goes on. I have not kept anything."
)


def add_note(command: cmd.AddNote, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Record a note, and add it to the case's first ticket as an internal note."""
    if growing.case.opened_at is None:
        return refuse(UNKNOWN)
    if refusal := outsider(command, growing.case, playbook):
        return refusal
    if not command.words.strip():
        return refuse(Line(key="The note is empty."))
    if growing.case.erased:
        return refuse(ERASED)
    growing.add(ev.NoteAdded(at=now, by=command.by.id, words=said(command.words)))
    words = f"{person(command.by.id)}: {command.words.strip()[:3000]}"
    return onto_ticket(growing, f"note/{len(growing.case.notes)}", words, now)


def onto_ticket(growing: Growing, key: str, words: str, now: datetime) -> tuple[Effect, ...]:
    """Plan an internal note on the case's first ticket; nothing without a ticket."""
    ticket = next(iter(growing.case.tickets.items()), None)
    if ticket is None:
        return ()
    name, found = ticket
    effect = UpdateTicket(
        key=f"{growing.case.id}/{key}/0",
        case=growing.case.id,
        lane=ticket_lane(growing.case, name),
        name=name,
        ticket=found.id,
        note=words,
    )
    growing.add(planned(effect, now))
    return (effect,)


def record_facts(command: cmd.RecordFacts, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Record or correct facts. Effects already done outside are not undone."""
    refusal = works_here(command, growing, playbook)
    if refusal:
        return refusal
    unknown = [name for name in command.fills if name not in playbook.fields]
    asks = tuple(Ask(field=name) for name in command.fills if name not in unknown)
    facts, wrong = read_fills(asks, command.fills, growing.case, playbook, now)
    if wrong or unknown:
        return refuse(INCOMPLETE, *wrong)
    wrong_person = may_not(tuple(command.fills), facts, command.by, growing.case, playbook)
    if isinstance(wrong_person, FieldError):
        return refuse(INCOMPLETE, wrong_person)
    if wrong_person:
        return refuse(wrong_person)
    if not facts:
        return ()
    growing.add(ev.FactsRecorded(at=now, by=command.by.id, facts=facts))
    told: list[Effect] = []
    for effect in _corrections(growing, playbook, facts, command.by.id):
        growing.add(planned(effect, now))
        told.append(effect)
    return (*told, *reading(growing, playbook, facts, command.by, now))


def _corrections(growing: Growing, playbook: Playbook, facts: dict[str, Fact], by: str) -> Iterator[TellPeople]:
    """Post corrected items in the escalation's thread; the posted items stay as they were."""
    for name, escalation in growing.case.escalations.items():
        inbox = f"role:{playbook.posts[name].inbox}"
        changed = [one for one in facts if one in escalation.items]
        lines = [_corrected(one, facts[one], playbook, by) for one in changed]
        if lines:
            yield message(growing, inbox, *lines)


def _corrected(name: str, fact: Fact, playbook: Playbook, by: str) -> Line:
    spec = playbook.fields[name]
    words = {one: show(spec, fact, one, playbook.zone) for one in playbook.languages}
    key = "{who} corrected “{what}”. It is now: {value}"
    return Line(key=key, args={"who": person(by), "what": spec.title, "value": words})
