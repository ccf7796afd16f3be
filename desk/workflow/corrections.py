"""Correction rules: who may correct which fact, and which facts are final. Pure.

A correction never does another role's work: a field belongs to the roles that are asked for it. A fact that decided the
course of the case, or was checked by four eyes, is changed by reopening the case.
"""

from collections.abc import Iterable

from desk.case.situation import Situation
from desk.fields.check import over_cap
from desk.playbook.model import Playbook
from desk.playbook.parts import Ask, by_desk
from desk.values import Fact, FieldError, Line, Person, Text
from desk.workflow.conditions import asked_by, fields_asked


def may_not(
    names: tuple[str, ...], facts: dict[str, Fact], by: Person, situation: Situation
) -> Line | FieldError | None:
    """Return why this person may not record or correct these facts."""
    for name in names:
        if refused := _refused(name, facts, by, situation):
            return refused
    return over_cap(facts, situation.playbook)


def _not_theirs(name: str, by: Person, situation: Situation) -> Line | None:
    """Return why a person whose roles are not asked for a field may not correct it."""
    playbook = situation.playbook
    roles = owners(name, playbook)
    cancellers = playbook.cancel_by if name in _whose(situation) else ()
    if not roles or by.roles & {*roles, playbook.override_by, *cancellers}:
        return None
    return Line(
        key="Only {role} may correct “{what}”. On duty now: {people}. I have not changed anything.",
        args={
            "role": playbook.roles[roles[0]].title,
            "what": playbook.fields[name].title,
            "people": f"role:{roles[0]}",
        },
    )


def _refused(name: str, facts: dict[str, Fact], by: Person, situation: Situation) -> Line | FieldError | None:
    """Return why this person may not record or correct this fact."""
    case, playbook = situation.case, situation.playbook
    if by_desk(playbook.fields[name]):
        return Line(
            key=(
                "“{what}” is what came of the customer's answers, so nobody may change it. Reopen the case to"
                " verify again. I have not changed anything."
            ),
            args={"what": playbook.fields[name].title},
        )
    if line := _not_theirs(name, by, situation):
        return line
    if name in facts and case.known(name) and _decided(name, situation):
        return Line(
            key=(
                "“{what}” has already decided how this case goes on. Reopen the case to change it. I have not"
                " changed anything."
            ),
            args={"what": playbook.fields[name].title},
        )
    return _protected(name, facts, by, situation) if case.known(name) else None


def _protected(name: str, facts: dict[str, Fact], by: Person, situation: Situation) -> Line | FieldError | None:
    """Return why a known fact that a verification stands on may not be changed by this person."""
    if line := _verified(name, facts, by, situation):
        return line
    step = _checked_against(name, situation)
    if step and situation.playbook.override_by not in by.roles:
        return _only_lead(name, step, situation.playbook)
    return None


def _asks_for(asks: Iterable[Ask], name: str) -> bool:
    return any(ask.field == name for ask in asks)


def owners(name: str, playbook: Playbook) -> tuple[str, ...]:
    """List the roles that are asked for a field."""
    found: list[str] = []
    for step_name in asked_by(playbook, name):
        step = playbook.steps[step_name]
        if _asks_for(step.whole_asks, name):
            found.append(step.owner)
        parts = (part for part in step.parts.values() if _asks_for(part.asks, name))
        found.extend(part.by or step.owner for part in parts)
    return tuple(dict.fromkeys(found))


def _verified(name: str, facts: dict[str, Fact], by: Person, situation: Situation) -> Line | None:
    """Protect the identity fields of a verification.

    They are corrected by a MOD who did not open the case; reported orders cannot be removed meanwhile.
    """
    case, playbook = situation.case, situation.playbook
    about: dict[str, str | Text] = {"what": playbook.fields[name].title}
    deciders = {*playbook.cancel_by, playbook.override_by}
    if name in _whose(situation) and (by.is_named(case.opener) or not by.roles & deciders):
        role = playbook.roles[playbook.cancel_by[0]].title if playbook.cancel_by else {}
        return Line(
            key=(
                "“{what}” says who was verified, so only {role}, and not whoever opened the case, may correct it now."
                " On duty now: {people}. I have not changed anything."
            ),
            args={**about, "role": role, "people": f"role:{','.join(playbook.cancel_by)}"},
        )
    if name in facts and _fewer(case.value(name), facts[name].value) and name in _reported(situation):
        return Line(
            key="“{what}” can only be added to while the caller is being verified. I have not changed anything.",
            args={**about},
        )
    return None


def _whose(situation: Situation) -> set[str]:
    """Return the fields that identify the customer, once verification has begun."""
    begun = [
        step
        for name, step in situation.playbook.steps.items()
        if step.lockout and situation.case.step(name).status in {"open", "done"}
    ]
    return {one for step in begun if step.lockout for one in (*step.lockout.same, *fields_asked(step))}


def _reported(situation: Situation) -> set[str]:
    """Return the fields whose orders do not count for an open verification."""
    playbook = situation.playbook
    open_now = [step for name, step in playbook.steps.items() if situation.case.step(name).status == "open"]
    specs = (playbook.fields[one].answer for step in open_now for one in fields_asked(step))
    return {one for how in specs if how for one in how.not_in}


def _fewer(before: object, now: object) -> bool:
    """Return whether a list lost an item."""
    return isinstance(before, list) and any(one not in (now if isinstance(now, list) else ()) for one in before)


def _checked_against(name: str, situation: Situation) -> str | None:
    """Return the open four-eyes step that is checked against this field, such as the order a refund is paid for."""
    for key, step in situation.playbook.steps.items():
        whens = [one.when for one in step.outcomes.values() if one.when]
        held = {*step.unique, *(field for when in whens for field in when.equal)}
        if step.not_by and name in held and situation.case.step(key).status in {"open", "done"}:
            return key
    return None


def _only_lead(name: str, step: str, playbook: Playbook) -> Line:
    role = playbook.override_by or playbook.steps[step].owner
    return Line(
        key=(
            "“{what}” is what “{step}” is held to, so only {role} may correct it now. On duty now: {people}. I have not"
            " changed anything."
        ),
        args={
            "what": playbook.fields[name].title,
            "step": playbook.steps[step].title,
            "role": playbook.roles[role].title,
            "people": f"role:{role}",
        },
    )


def _decided(name: str, situation: Situation) -> bool:
    """Return whether a step was opened, skipped or finished because of this field."""
    steps = ((situation.case.step(key).status, step.when) for key, step in situation.playbook.steps.items())
    return any(status != "pending" and when is not None and name in when.fields() for status, when in steps)
