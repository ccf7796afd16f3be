"""Reminder ladder: who is reminded of a duty, and when the next reminder is due. Pure; cost grows with what is due."""

from dataclasses import dataclass
from datetime import datetime

from desk.cards.case_card import inboxes
from desk.cards.staleness import show_card
from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.effects import Effect, Offered, TellPeople
from desk.case.lanes import card_lane, planned
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.playbook.parts import Rung
from desk.values import BOT, Line
from desk.workflow.calendar import Deadline, at_work, calendar_of, rung_at
from desk.workflow.duties import Duty, doers, duties
from desk.workflow.inboxes import inbox_of
from desk.workflow.refusals import Verdict

OVERDUE = "{case}: “{what}” was due at {due_at}. {owner} owes it."
SINCE = "{case}: “{what}” is due at {due_at}. {owner} owes it."
MOST_OFFERED = 3
"""Maximum number of buttons below a reminder."""


def deadlines(situation: Situation) -> tuple[Deadline, ...]:
    """List for each duty the next instant at which it needs attention."""
    found = []
    for duty in duties(situation):
        times = [at for _, _, at in _rungs_left(situation, duty)]
        if times:
            found.append(Deadline(duty.key, min(times)))
    return tuple(found)


def _rungs_left(situation: Situation, duty: Duty) -> list[tuple[int, Rung, datetime]]:
    case, playbook = situation.case, situation.playbook
    if duty.due_at is None or duty.locked_by or (case.waiting_since and not duty.urgent):
        return []
    used = case.chased.get(duty.key, 0)
    owner = doers(playbook, duty)
    return [
        (number, rung, rung_at(playbook, duty.due_at, rung, owner, duty.urgent))
        for number, rung in enumerate(duty.chase, 1)
        if number > used
    ]


@dataclass(frozen=True)
class Reached:
    """Rung of a duty's ladder that is due, and whom it tells."""

    duty: Duty
    number: int
    rung: Rung
    at: datetime
    inbox: str
    missed: bool = False
    """Whether lower rungs were skipped, as after downtime: the owner was not told by any of them."""

    @property
    def mark(self) -> str:
        """Return the id of this use of the rung; a snoozed duty reaches the same rung again under another id."""
        return f"{self.duty.key}#{self.number}@{self.at.isoformat()}"


def reached(situation: Situation) -> tuple[Reached, ...]:
    """List the rungs that are due; of each duty only the highest."""
    found = []
    for duty in duties(situation):
        left = [one for one in _rungs_left(situation, duty) if one[2] <= situation.now]
        if left:
            number, rung, at = left[-1]
            inbox = _inbox(situation, duty, rung)
            found.append(Reached(duty, number, rung, at, inbox, missed=len(left) > 1))
    return tuple(found)


def chase(command: cmd.Chase, draft: Draft) -> Verdict:
    """Use every due rung, with one message per inbox; a digest may cover it or hold it back."""
    told: dict[str, list[Reached]] = {}
    owing: dict[str, None] = {}
    for one in reached(draft.situation):
        if one.mark in command.held:
            continue
        draft.add(ev.ChaseSent(at=draft.now, by=BOT.id, duty=one.duty.key, rung=one.number))
        told.setdefault(one.inbox, []).append(one)
        if one.missed:
            owing[inbox_of(draft.situation, doers(draft.playbook, one.duty))] = None
    effects: list[Effect] = []
    for inbox, ones in told.items():
        said_here = [one for one in ones if one.mark not in command.gathered]
        owed = [(one.duty, one.rung) for one in said_here]
        effects.extend(_remind(draft, inbox, owed))
    for inbox in owing:
        if inbox not in told:  # the card there still has the colours of before the pause
            effects.extend(_remind(draft, inbox, []))
    return tuple(effects)


def _inbox(situation: Situation, duty: Duty, rung: Rung) -> str:
    """Return the inbox of a rung: the claimer's direct messages, or the owner's inbox."""
    if rung.tell == "claimer" and duty.claimed_by:
        return f"person:{duty.claimed_by}"
    return inbox_of(situation, _told(situation.playbook, duty, rung, situation.now))


def _told(playbook: Playbook, duty: Duty, rung: Rung, now: datetime) -> str:
    """Return the role a rung tells; an urgent duty's fallback while the role is off duty."""
    role = doers(playbook, duty) if rung.tell in {"claimer", "owner"} else rung.tell
    fallback = playbook.roles[role].fallback
    away = duty.urgent and not at_work(now, calendar_of(playbook, role))
    return fallback if fallback and away else role


def _remind(draft: Draft, inbox: str, owed: list[tuple[Duty, Rung]]) -> list[Effect]:
    """Plan the card updates, and the messages that no digest covers."""
    effects: list[Effect] = []
    card = draft.case.cards.get(inbox)
    if inbox in inboxes(draft.situation) and not (card and card.pending):
        effects.append(show_card(draft.situation, inbox))
    if owed:
        effects.append(_reminder(draft, inbox, owed))
    for effect in effects:
        draft.add(planned(effect, draft.now))
    return effects


def _reminder(draft: Draft, inbox: str, owed: list[tuple[Duty, Rung]]) -> Effect:
    number = sum(e.what == "tell_people" and e.inbox == inbox for e in draft.case.planned.values()) + 1
    lines = tuple(_line(draft.situation, duty) for duty, _ in owed)
    urgent = any(duty.urgent for duty, _ in owed)
    told = reminder(draft.case, inbox, _mentions(draft.playbook, inbox, owed, draft.now), lines, number, urgent)
    return told.model_copy(update={"offers": _offered(owed)})


def _offered(owed: list[tuple[Duty, Rung]]) -> tuple[Offered, ...]:
    """Return snooze buttons for the steps reminded of; a message has room for a few."""
    steps = {duty.step: duty for duty, _ in reversed(owed)}
    few = list(reversed(steps.values()))[:MOST_OFFERED]
    return tuple(
        Offered(
            what="snooze",
            step=one.step,
            occurrence=one.occurrence,
            title=one.title if len(few) > 1 else {},
        )
        for one in few
    )


def _mentions(playbook: Playbook, inbox: str, owed: list[tuple[Duty, Rung]], now: datetime) -> tuple[str, ...]:
    if inbox.startswith("person:"):
        return ()
    roles = [_told(playbook, duty, rung, now) for duty, rung in owed]
    return tuple(dict.fromkeys(f"role:{role}" for role in roles))


def _line(situation: Situation, duty: Duty) -> Line:
    playbook = situation.playbook
    owner = f"<@{duty.claimed_by}>" if duty.claimed_by else f"role:{doers(playbook, duty)}"
    assert duty.due_at is not None
    key = OVERDUE if situation.now > duty.due_at else SINCE
    return Line(
        key=key,
        args={
            "case": f"{playbook.case_prefix}-{situation.case.number}",
            "what": duty.title,
            "due_at": duty.due_at,
            "owner": owner,
        },
    )


def reminder(
    case: Case, inbox: str, mention: tuple[str, ...], lines: tuple[Line, ...], number: int, urgent: bool
) -> TellPeople:
    """Plan one reminder for one inbox."""
    return TellPeople(
        key=f"{case.id}/chase:{inbox}/{number}/0",
        case=case.id,
        lane=card_lane(case, inbox),
        urgent=urgent,
        inbox=inbox,
        thread=not inbox.startswith("person:"),
        mention=mention,
        lines=lines,
        reminder=True,
    )
