"""Permissions: roles per step and part, four eyes, separation of duties. Pure.

Roles come with the person, from Slack's user groups or from the settings; without a role nothing is permitted. A
refusal names the permitted roles, and `decide` records it as an event. Corrections: `desk/workflow/corrections.py`.
"""

from desk.case import commands as cmd
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.playbook.model import ADOPTED, Playbook
from desk.values import BOT, Line, Person, Refusal, Text, in_language
from desk.workflow.duties import Duty, doers, duties, owner_of

CLOSED = Line(key="This case is closed. I have not changed anything.")
UNKNOWN = Line(key="I do not know this case. It may belong to another desk.")


def works_here(command: cmd.Command, draft: Draft) -> Refusal | None:
    """Require a role of the playbook and an open case."""
    if draft.case.opened_at is None:
        return _no(UNKNOWN)
    if not draft.case.open:
        return _no(CLOSED)
    return outsider(command, draft.situation)


def outsider(command: cmd.Command, situation: Situation) -> Refusal | None:
    """Refuse a person without a role of the playbook, and name the case's current owner."""
    playbook = situation.playbook
    if command.by.roles & set(playbook.roles):
        return None
    owed = next(iter(duties(situation)), None)
    role = doers(playbook, owed) if owed else playbook.steps[playbook.opens_with].owner
    return _no(
        Line(
            key=(
                "Only people who work on these cases may do this: {role}. On duty now: {people}. I have not changed"
                " anything."
            ),
            args={"role": either(playbook, tuple(playbook.roles)), "people": f"role:{role}"},
        )
    )


def why_not(person: Person, situation: Situation, duty: Duty) -> Line | None:
    """Return why this person may not do this duty, or None when they may.

    The part that the desk posts by itself may be completed by the step's owner through its form.
    """
    playbook = situation.playbook
    role = doers(playbook, duty)
    if person.id != BOT.id and role not in person.roles:
        return Line(
            key="Only {role} may do this. On duty now: {people}. I have not changed anything.",
            args={"role": playbook.roles[role].title, "people": f"role:{role}"},
        )
    if duty.locked_by:
        return Line(key="Locked until this is done: {what}.", args={"what": duty.locked_by[0]})
    return four_eyes(person, situation, duty.step)


def four_eyes(person: Person, situation: Situation, step: str) -> Line | None:
    """Return why the person who did another step may not do this one; an override lifts it.

    A step that a lockout took from its owner may not be done by the person who opened the case, whatever their roles.
    """
    case, playbook = situation.case, situation.playbook
    spec = playbook.steps[step]
    role = owner_of(case, spec)
    if any(person.is_named(one) for one in case.step(step).lifters):
        return Line(
            key=(
                "You lifted four eyes and caps for this step, so somebody else has to finish it. On duty now: {people}."
            ),
            args={"people": f"role:{role}"},
        )
    taken = (playbook.opens_with,) if role != spec.owner else ()
    for other in (*spec.not_by, *taken):
        if person.is_named(_done_by(case, other)) and not case.step(step).overridden:
            return Line(
                key="You did “{step}” yourself, so somebody else has to do this. On duty now: {people}.",
                args={"step": playbook.steps[other].title, "people": f"role:{role}"},
            )
    return None


def _done_by(case: Case, step: str) -> str:
    """Return who did a step; those before an adopted ticket were done by whoever made it."""
    state = case.step(step)
    by = state.done.by if state.done else ""
    return case.author or by if state.outcome == ADOPTED else by


def _no(line: Line) -> Refusal:
    return Refusal(line=line)


def either(playbook: Playbook, roles: tuple[str, ...]) -> Text:
    """Return the text that names several roles, any of which is permitted."""
    titles = [playbook.roles[role].title for role in roles]
    languages = {language for title in titles for language in title}
    return {one: _list([in_language(title, one) for title in titles], one) for one in languages}


def _list(words: list[str], language: str) -> str:
    last = {"it": " o "}.get(language[:2], " or ")
    return last.join(filter(None, [", ".join(words[:-1]), words[-1]]))


def only(playbook: Playbook, roles: tuple[str, ...]) -> Refusal:
    """Refuse, and name the permitted roles."""
    if not roles:
        return _no(Line(key="This procedure does not allow that. I have not changed anything."))
    return _no(
        Line(
            key="Only {role} may do this. On duty now: {people}. I have not changed anything.",
            args={"role": either(playbook, roles), "people": f"role:{','.join(roles)}"},
        )
    )


def may_mend(person: Person, situation: Situation) -> bool:
    """Return whether a person may handle a dead letter."""
    return person.id == BOT.id or not person.roles.isdisjoint(menders(situation))


def menders(situation: Situation) -> tuple[str, ...]:
    """List the roles that may handle a dead letter: those involved in the case, and those that cover for them."""
    playbook = situation.playbook
    owing = {doers(playbook, duty) for duty in duties(situation)}
    covering = {playbook.roles[role].next for role in owing}
    finished = {
        playbook.steps[name].owner for name, s in situation.case.steps.items() if s.done and name in playbook.steps
    }
    return tuple(role for role in playbook.roles if role in owing | finished | covering)


def deciders(playbook: Playbook) -> tuple[str, ...]:
    """List the roles that decide a dispute; the first is notified."""
    chosen = playbook.disputes.decided_by if playbook.disputes else ()
    return chosen or playbook.cancel_by
