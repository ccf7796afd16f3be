"""View model of a case card: what one inbox sees. A card is redrawn when its view model changes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from desk.cards.buttons import Button, buttons
from desk.cards.step_status import Standing, standings
from desk.case import events as ev
from desk.case.situation import Situation
from desk.case.state import Case, Claimant, Done, Escalation, Ticket, Trouble
from desk.fields.template_values import display, spoken
from desk.identity import lockout, ownership_disputes
from desk.identity.claimants import both
from desk.playbook.model import ADOPTED, Outcome, Playbook, Step
from desk.playbook.parts import Act
from desk.values import Fact, Line, Text
from desk.workflow.conditions import holds
from desk.workflow.duties import Duty, doers, duties
from desk.workflow.inboxes import inbox_of, role_of


@dataclass(frozen=True)
class OpenDuty:
    """Duty with its buttons."""

    duty: Duty
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Finished:
    """Finished step or part: what, how, by whom, when."""

    title: Text
    outcome: Text
    by: str
    at: datetime
    sop: bool = True


@dataclass(frozen=True)
class Shown:
    """Labelled fact."""

    label: Text
    name: str
    fact: Fact


@dataclass(frozen=True)
class Face:
    """View model of a case for one inbox."""

    case: str
    display: str
    title: Text
    inbox: str
    opened_at: datetime | None
    position: tuple[int, int]
    brief: tuple[Text, ...]
    facts: tuple[Shown, ...]
    mine: tuple[OpenDuty, ...]
    others: tuple[Duty, ...]
    finished: tuple[Finished, ...]
    tickets: tuple[tuple[str, Ticket], ...]
    troubles: tuple[Trouble, ...]
    escalation: Escalation | None
    post: str | None
    promises: tuple[tuple[Text, str], ...]
    next_contact_at: datetime | None
    ending: Text | None
    ended_at: datetime | None
    warnings: tuple[Line, ...]
    standing: tuple[Standing, ...] = ()
    waiting_since: datetime | None = None
    notes: int = 0
    twins: tuple[str, ...] = ()
    merged_into: str | None = None
    claimants: tuple[Claimant, ...] = ()
    alike: tuple[tuple[Text, int], ...] = ()
    """Titles of fields, and how many other cases of the same day share a value of them."""


def inboxes(situation: Situation) -> tuple[str, ...]:
    """List the inboxes that have or should have a card of this case.

    A role that receives an escalation gets its card when the escalation is posted, not before.
    """
    case, playbook = situation.case, situation.playbook
    posts = {f"role:{post.inbox}": name for name, post in playbook.posts.items()}
    wanted = dict.fromkeys([*case.cards, *_concerned(situation)])
    if case.opener_left:
        wanted.pop(f"person:{case.opened_by}", None)
    return tuple(inbox for inbox in wanted if inbox not in posts or posts[inbox] in case.escalations)


def _concerned(situation: Situation) -> Iterator[str]:
    """Yield the inboxes of the opener, of who is briefed, of who owes something, and of who decides a dispute."""
    playbook = situation.playbook
    if situation.case.opened_by:
        yield inbox_of(situation, playbook.steps[playbook.opens_with].owner)
    yield from (f"role:{act.show_card.inbox}" for _, act in _briefs(situation) if act.show_card)
    yield from (inbox_of(situation, doers(playbook, duty)) for duty in duties(situation))
    yield from (inbox_of(situation, role) for role in ownership_disputes.judge(situation))


def _briefs(situation: Situation) -> Iterator[tuple[str, Act]]:
    for name, step in situation.playbook.steps.items():
        state = situation.case.step(name)
        if state.status != "done" or state.outcome == ADOPTED:
            continue
        chosen = step.outcome(state.outcome or "")
        for act in (*step.does, *(chosen.does if chosen else ())):
            if act.show_card:
                yield name, act


def _post_to(playbook: Playbook, inbox: str) -> str | None:
    """Return the escalation that is posted to this inbox."""
    return next((name for name, post in playbook.posts.items() if f"role:{post.inbox}" == inbox), None)


def face(situation: Situation, inbox: str) -> Face:
    """Build the view model of the case for this inbox."""
    case, playbook, related = situation.case, situation.playbook, situation.related
    role = role_of(inbox, playbook)
    owed = duties(situation)
    post = _post_to(playbook, inbox)
    return Face(
        case=case.id,
        display=display(case, playbook),
        title=playbook.title,
        inbox=inbox,
        opened_at=case.opened_at,
        position=_position(situation),
        brief=_brief(situation, inbox),
        facts=_facts(situation),
        mine=_mine(situation, owed, role),
        others=tuple(duty for duty in owed if doers(playbook, duty) != role),
        finished=tuple(_finished(situation)),
        tickets=tuple(case.tickets.items()),
        troubles=tuple(case.troubles.values()),
        escalation=case.escalations.get(post or ""),
        post=post,
        promises=tuple((playbook.promises[name].title, state) for name, state in case.promises.items()),
        next_contact_at=_next_contact(situation, owed),
        ending=playbook.ending(case.ending) if case.ending else None,
        ended_at=case.ended_at,
        warnings=(
            *ownership_disputes.warnings(situation),
            *lockout.warnings(situation),
            *_warnings(case),
            *_in_between(case, owed),
        ),
        standing=standings(situation),
        waiting_since=case.waiting_since,
        notes=len(case.notes),
        twins=case.twins if case.open else (),
        merged_into=case.merged_into,
        claimants=both(situation, related.claimants),
        alike=tuple((playbook.fields[name].title, n) for name, n in related.alike.items()) if post else (),
    )


def _mine(situation: Situation, owed: tuple[Duty, ...], role: str | None) -> tuple[OpenDuty, ...]:
    playbook = situation.playbook
    mine = [duty for duty in owed if role is not None and doers(playbook, duty) == role]
    return tuple(OpenDuty(duty, tuple(buttons(playbook, duty))) for duty in mine)


def _brief(situation: Situation, inbox: str) -> tuple[Text, ...]:
    found: list[Text] = []
    for _, act in _briefs(situation):
        if act.show_card and f"role:{act.show_card.inbox}" == inbox:
            found.extend(
                spoken(one.text, situation.case, situation.playbook)
                for one in act.show_card.brief
                if holds(one.when, situation) is True
            )
    return tuple(found)


def _facts(situation: Situation) -> tuple[Shown, ...]:
    case, playbook = situation.case, situation.playbook
    return tuple(
        Shown(playbook.fields[name].title, name, case.facts[name]) for name in playbook.summary if case.known(name)
    )


def _position(situation: Situation) -> tuple[int, int]:
    """Return how many of the procedure's steps were reached, and their total; recurring steps do not count."""
    playbook = situation.playbook
    numbers = playbook.sop_numbers
    reached = [
        numbers.index(str(step.sop)) + 1
        for name, step in playbook.steps.items()
        if step.sop is not None and not step.recurs and situation.case.step(name).status in {"open", "done"}
    ]
    return max(reached, default=1), len(numbers)


def _finished(situation: Situation) -> Iterator[Finished]:
    for name, step in situation.playbook.steps.items():
        state = situation.case.step(name)
        for part, done in state.parts.items():
            if part in step.parts:
                yield Finished(step.parts[part].title, {}, done.by, done.at, step.parts[part].sop)
        if state.done and not step.parts and state.outcome != ADOPTED:
            yield _whole(step, step.outcome(state.outcome or ""), state.done)


def _whole(step: Step, chosen: Outcome | None, done: Done) -> Finished:
    """Return a step without parts as finished with an outcome."""
    if chosen is None:
        return Finished(step.title, {}, done.by, done.at, step.in_sop)
    return Finished(step.title, chosen.title, done.by, done.at, step.in_sop and chosen.sop)


def shows_everywhere(event: ev.Event, situation: Situation) -> bool:
    """Return whether an event changes every card: it finished a whole step, which is still finished."""
    if not isinstance(event, ev.StepCompleted) or event.outcome == ADOPTED:
        return False
    done = situation.case.step(event.step).done
    return done is not None and done.at == event.at and not situation.playbook.steps[event.step].parts


def _next_contact(situation: Situation, owed: tuple[Duty, ...]) -> datetime | None:
    """Return when the customer must hear from us next: the earliest due duty that keeps an open promise."""
    waiting = (p for name, p in situation.playbook.promises.items() if situation.case.promises.get(name) == "open")
    kept = {word.partition(":")[0] for promise in waiting for word in promise.kept}
    due = [duty.due_at for duty in owed if duty.due_at and _name(duty) in kept]
    return min(due, default=None)


def _name(duty: Duty) -> str:
    return f"{duty.step}.{duty.part}" if duty.part else duty.step


def _warnings(case: Case) -> Iterator[Line]:
    for ticket in case.tickets.values():
        number = f"#{ticket.id}"
        if ticket.group != ticket.asked_group and ticket.asked_group:
            yield Line(
                key="Ticket {ticket} is in the group {group}, not in {asked}.",
                args={"ticket": number, "group": ticket.group or "—", "asked": ticket.asked_group},
            )
        for lost in ticket.lost:
            if lost != "group":
                yield Line(
                    key=(
                        "Zendesk did not keep the {what} of ticket {ticket}. Set it by hand and tell your Zendesk"
                        " admin."
                    ),
                    args={"what": lost, "ticket": number},
                )


def _in_between(case: Case, owed: tuple[Duty, ...]) -> Iterator[Line]:
    """Yield the warnings about an adopted ticket, a ticket solved too early, and a sheet being read."""
    main = next(iter(case.tickets.values()), None)
    if main and any(state.outcome == ADOPTED for state in case.steps.values()):
        yield Line(
            key=(
                "Ticket {ticket} was made by hand, so what came before it is not recorded here. Who the customer is,"
                " nobody has confirmed to the desk."
            ),
            args={"ticket": f"#{main.id}"},
        )
    if main and main.solved and owed:
        yield Line(
            key="Ticket {ticket} was solved in Zendesk while “{what}” is open.",
            args={"ticket": f"#{main.id}", "what": owed[0].title},
        )
    if being_read(case):
        yield Line(key="An uploaded sheet is being read.")


def being_read(case: Case) -> bool:
    """Return whether an uploaded sheet is still being read."""
    return any(not _given_up(case, effect) for effect in case.sheets - case.settled)


def _given_up(case: Case, effect: str) -> bool:
    trouble = case.troubles.get(effect)
    return trouble is not None and trouble.dead
