"""Effect planning: the tickets, notes, cards and messages that follow from events. Pure."""

from collections.abc import Iterator
from datetime import datetime

from desk.cards.timeline import timeline
from desk.case import events as ev
from desk.case.effects import (
    AskBackOffice,
    CopyBrief,
    CreateTicket,
    Effect,
    LookAtTicket,
    Requester,
    TellPeople,
    UpdateTicket,
)
from desk.case.lanes import card_lane, planned, ticket_lane
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.fields.as_sheet import sheet_of
from desk.fields.format import show
from desk.fields.template_values import card_of, values
from desk.fields.templates import fill_one
from desk.playbook.model import ADOPTED, Playbook
from desk.playbook.parts import Act, BackOfficeAsk, Said, TicketChange, TicketPlan
from desk.values import BOT, TicketRef, in_language
from desk.workflow.conditions import holds


def write(lines: tuple[Said, ...], situation: Situation, actor: str) -> str:
    """Render the lines whose condition holds, in the playbook's first language."""
    case, playbook = situation.case, situation.playbook
    language = playbook.languages[0]
    value = values(case, playbook, language, situation.now, actor)
    kept = [one for one in lines if holds(one.when, situation) is True]
    if not card_of(case):
        kept = [one for one in kept if not _names_card(one)]
    return "\n".join(fill_one(in_language(one.text, language), value) for one in kept)


def _names_card(line: Said) -> bool:
    return any("{card}" in words for words in line.text.values())


def late_link(draft: Draft) -> tuple[Effect, ...]:
    """Plan notes with the card's link for tickets that were created before the card."""
    found: list[Effect] = []
    made = (e.ticket for e in draft.case.planned.values() if e.what == "create_ticket")
    for name in dict.fromkeys([*draft.case.tickets, *filter(None, made)]):
        lines = tuple(line for line in _body_of(name, draft.playbook) if _names_card(line))
        if not lines:
            continue
        change = TicketChange(ticket=name, note=lines)
        key = f"{draft.case.id}/link:{name}/1/0"
        effect = _update(draft.situation, key, change, BOT.id, urgent=False)
        draft.add(planned(effect, draft.now))
        found.append(effect)
    return tuple(found)


def _body_of(ticket: str, playbook: Playbook) -> tuple[Said, ...]:
    for step in playbook.steps.values():
        for act in (*step.does, *(act for one in step.outcomes.values() for act in one.does)):
            if act.create_ticket and act.create_ticket.name == ticket:
                return act.create_ticket.body
    return ()


def plan(draft: Draft, actor: str, start: int) -> tuple[Effect, ...]:
    """Plan the effects of the events from `start` on, and record each as planned."""
    effects: list[Effect] = []
    for event in draft.events[start:]:
        effects.extend(_of_event(draft.situation, event, actor))
    ordered = tuple(_after_suspension(effect, effects) for effect in effects)
    for effect in ordered:
        draft.add(planned(effect, draft.now))
    return ordered


def _after_suspension(effect: Effect, effects: list[Effect]) -> Effect:
    """Make a ticket that says "suspended" wait for the back office, or for a person who does it by hand."""
    if not isinstance(effect, CreateTicket):
        return effect
    keys = tuple(e.key for e in effects if isinstance(e, AskBackOffice) and e.ask == "suspend")
    return effect.model_copy(update={"needs": (*effect.needs, *keys)}) if keys else effect


def _of_event(situation: Situation, event: ev.Event, actor: str) -> Iterator[Effect]:
    if isinstance(event, ev.StepCompleted) and event.outcome != ADOPTED:
        step = situation.playbook.steps[event.step]
        chosen = step.outcome(event.outcome)
        prefix = f"{situation.case.id}/{event.step}/{event.occurrence}"
        for index, act in enumerate((*step.does, *(chosen.does if chosen else ()))):
            yield from _act(situation, f"{prefix}/{index}", act, actor, step.urgent)
    elif isinstance(event, ev.Escalated):
        yield from _thread(situation, event)


def _act(situation: Situation, key: str, act: Act, actor: str, urgent: bool) -> Iterator[Effect]:
    case = situation.case
    if act.create_ticket:
        yield _create(situation, key, act.create_ticket, actor, urgent)
    if act.update_ticket:
        yield _update(situation, key, act.update_ticket, actor, urgent)
    if act.back_office and act.back_office.mode == "http":
        yield _ask(case, key, act.back_office, urgent)
    if act.show_card and act.show_card.copied == "on":
        plain = tuple(one for one in act.show_card.brief if one.when is None)
        said = tuple(write(plain, situation, actor).split("\n"))
        yield CopyBrief(key=f"{key}-copy", case=case.id, lane=f"{case.id}:copy", urgent=urgent, said=said)


def _ask(case: Case, key: str, spec: BackOfficeAsk, urgent: bool) -> AskBackOffice:
    """Plan a back-office request about the known customer; the profile is searched by what the caller gave."""
    values = {name: str(case.value(name) or "") for name in ("customer_id", "email", "phone")}
    return AskBackOffice(key=key, case=case.id, lane=f"{case.id}:back_office", urgent=urgent, ask=spec.ask, **values)


def _create(situation: Situation, key: str, spec: TicketPlan, actor: str, urgent: bool) -> CreateTicket:
    case, playbook = situation.case, situation.playbook
    language = playbook.languages[0]
    value = values(case, playbook, language, situation.now, actor)
    linked = case.value(spec.link) if spec.link else None
    return CreateTicket(
        key=key,
        case=case.id,
        lane=ticket_lane(case, spec.name),
        urgent=urgent,
        name=spec.name,
        form=spec.form,
        query_type=spec.query_type,
        group=spec.group,
        status=spec.status,
        subject=fill_one(in_language(spec.subject, language), value),
        body=write(spec.body, situation, actor),
        requester=_requester(situation, spec),
        linked_ticket=str(linked) if linked else None,
    )


def _requester(situation: Situation, spec: TicketPlan) -> Requester | None:
    """Return a contact from before the compromise (readings A17); None means the placeholder."""
    case = situation.case
    for choice in spec.requester:
        email = case.value(choice.field)
        if email and holds(choice.when, situation) is True:
            names = [str(case.value(name) or "") for name in ("name", "surname")]
            return Requester(email=str(email), name=" ".join(filter(None, names)) or str(email))
    return None


def _update(situation: Situation, key: str, spec: TicketChange, actor: str, urgent: bool) -> UpdateTicket:
    case = situation.case
    ticket = case.tickets.get(spec.ticket)
    waiting = tuple(
        e.effect
        for e in case.planned.values()
        if e.what == "create_ticket" and e.ticket == spec.ticket and e.effect not in case.settled
    )
    return UpdateTicket(
        key=key,
        case=case.id,
        lane=ticket_lane(case, spec.ticket),
        needs=waiting,
        urgent=urgent,
        name=spec.ticket,
        ticket=ticket.id if ticket else None,
        account=ticket.account if ticket else "",
        note=write(spec.note, situation, actor) or None,
        group=spec.group,
        status=spec.status,
        sheet=sheet_of(case, situation.playbook, spec.attach),
    )


def _thread(situation: Situation, event: ev.Escalated) -> Iterator[Effect]:
    """Return the long items for the escalation's thread, as recorded at this time (readings A21)."""
    case, playbook = situation.case, situation.playbook
    post = playbook.posts[event.post]
    inbox = f"role:{post.inbox}"
    language = playbook.languages[0]
    for index, name in enumerate(post.thread):
        words = show(playbook.fields[name], event.items.get(name), language, playbook.zone)
        yield TellPeople(
            key=f"{case.id}/{event.step}/1/{event.post}-{index}",
            case=case.id,
            lane=card_lane(case, inbox),
            inbox=inbox,
            title=playbook.fields[name].title,
            pre="\n".join((words, "", *timeline(situation, language))),
        )


MOST_LOOKS = 2
"""Maximum number of waiting reads per ticket: one that may be running, and one that sees later changes."""


def look(case: Case, name: str, ticket: TicketRef, delivery: str, now: datetime) -> LookAtTicket | None:
    """Plan a read of a ticket, unless one is already queued behind the running one."""
    looks = [e for e in case.planned.values() if e.what == "look_at_ticket" and e.ticket == name]
    if sum(e.effect not in case.settled for e in looks) >= MOST_LOOKS:
        return None
    return LookAtTicket(
        key=f"{case.id}/ticket:{name}/{len(looks) + 1}/look",
        case=case.id,
        lane=ticket_lane(case, name),
        name=name,
        ticket=ticket.id,
        account=ticket.account,
    )
