"""Who is reminded, and when the next reminder is due. Pure; the chaser's cost grows with what is due."""

from datetime import datetime

from desk import commands as cmd
from desk import events as ev
from desk.acts import Verdict
from desk.case import Case
from desk.deadlines import Deadline, rung_at
from desk.duties import Duty, doers, duties
from desk.effects import Effect
from desk.faces import inbox_of, inboxes
from desk.flow import Growing
from desk.planning import planned, reminder, show_card
from desk.playbook import Playbook, Rung
from desk.values import BOT, Line

OVERDUE = "{case}: “{what}” was due at {due_at}. {owner} owes it."
SINCE = "{case}: “{what}” is due at {due_at}. {owner} owes it."


def deadlines(case: Case, playbook: Playbook) -> tuple[Deadline, ...]:
    """List the next instant at which each duty wants attention."""
    found = []
    for duty in duties(case, playbook):
        times = [at for _, _, at in _rungs_left(case, playbook, duty)]
        if times:
            found.append(Deadline(duty.key, min(times)))
    return tuple(found)


def _rungs_left(case: Case, playbook: Playbook, duty: Duty) -> list[tuple[int, Rung, datetime]]:
    if duty.due_at is None or duty.locked_by or (case.waiting_since and not duty.urgent):
        return []
    used = case.chased.get(duty.key, 0)
    owner = doers(playbook, duty)
    return [(number, rung, rung_at(playbook, duty.due_at, rung, owner, duty.urgent))
            for number, rung in enumerate(duty.chase, 1) if number > used]  # fmt: skip


def chase(command: cmd.Chase, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Use every rung that is due: one message per inbox, and after a pause only the highest rung of each duty."""
    told: dict[str, list[tuple[Duty, Rung]]] = {}
    for duty in duties(growing.case, playbook):
        reached = [
            (number, rung)
            for number, rung, at in _rungs_left(growing.case, playbook, duty)
            if at <= now
        ]
        if not reached:
            continue
        number, rung = reached[-1]
        growing.add(ev.ChaseSent(at=now, by=BOT.id, duty=duty.key, rung=number))
        told.setdefault(_inbox(growing.case, playbook, duty, rung), []).append((duty, rung))
    effects: list[Effect] = []
    for inbox, owed in told.items():
        effects.extend(_remind(growing, playbook, inbox, owed, now))
    return tuple(effects)


def _inbox(case: Case, playbook: Playbook, duty: Duty, rung: Rung) -> str:
    """Tell the claimer directly; without one, the owner's inbox."""
    if rung.tell == "claimer" and duty.claimed_by:
        return f"person:{duty.claimed_by}"
    told = doers(playbook, duty) if rung.tell in {"claimer", "owner"} else rung.tell
    return inbox_of(case, playbook, told)


def _remind(
    growing: Growing, playbook: Playbook, inbox: str, owed: list[tuple[Duty, Rung]], now: datetime
) -> list[Effect]:
    """Redraw the card, whose colours have changed, and say it in words."""
    effects: list[Effect] = []
    card = growing.case.cards.get(inbox)
    if inbox in inboxes(growing.case, playbook) and not (card and card.pending):
        effects.append(show_card(growing.case, playbook, inbox))
    number = (
        sum(e.what == "tell_people" and e.inbox == inbox for e in growing.case.planned.values()) + 1
    )
    lines = tuple(_line(growing.case, playbook, duty, now) for duty, _ in owed)
    urgent = any(duty.urgent for duty, _ in owed)
    effects.append(
        reminder(growing.case, inbox, _mentions(playbook, inbox, owed), lines, number, urgent)
    )
    for effect in effects:
        growing.add(planned(effect, now))
    return effects


def _mentions(playbook: Playbook, inbox: str, owed: list[tuple[Duty, Rung]]) -> tuple[str, ...]:
    if inbox.startswith("person:"):
        return ()
    roles = [
        doers(playbook, duty) if rung.tell in {"claimer", "owner"} else rung.tell
        for duty, rung in owed
    ]
    return tuple(dict.fromkeys(f"role:{role}" for role in roles))


def _line(case: Case, playbook: Playbook, duty: Duty, now: datetime) -> Line:
    owner = f"<@{duty.claimed_by}>" if duty.claimed_by else f"role:{doers(playbook, duty)}"
    assert duty.due_at is not None
    key = OVERDUE if now > duty.due_at else SINCE
    return Line(key=key, args={"case": f"{playbook.case_prefix}-{case.number}", "what": duty.title,
                               "due_at": duty.due_at, "owner": owner})  # fmt: skip
