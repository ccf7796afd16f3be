"""Who may correct which fact, and which facts are past correcting. Pure.

A correction never does somebody else's work: a field belongs to whoever is asked for it, and what has decided the way
of a case, or was checked by four eyes, is mended by reopening, not by rewriting.
"""

from desk.answers import over_cap
from desk.case import Case
from desk.conditions import asked_by
from desk.playbook import Playbook
from desk.values import Fact, FieldError, Line, Person


def may_not(
    names: tuple[str, ...], facts: dict[str, Fact], by: Person, case: Case, playbook: Playbook
) -> Line | FieldError | None:
    """Say why these facts may not be given or corrected by this person."""
    for name in names:
        roles = owners(name, playbook)
        if roles and not by.roles & {*roles, playbook.override_by}:
            return Line(key="Only {role} may correct “{what}”. On duty now: {people}. I have not changed anything.",
                        args={"role": playbook.roles[roles[0]].title, "what": playbook.fields[name].title,
                              "people": f"role:{roles[0]}"})  # fmt: skip
        if name in facts and case.known(name) and _decided(name, case, playbook):
            return Line(key="“{what}” has already decided how this case goes on. Reopen the case to change it. I have not changed anything.",
                        args={"what": playbook.fields[name].title})  # fmt: skip
    return over_cap(facts, playbook)


def owners(name: str, playbook: Playbook) -> tuple[str, ...]:
    """Name the roles that are asked for a field."""
    found: list[str] = []
    for step_name in asked_by(playbook, name):
        step = playbook.steps[step_name]
        whole = [*step.asks, *(ask for outcome in step.outcomes.values() for ask in outcome.asks)]
        if any(ask.field == name for ask in whole):
            found.append(step.owner)
        parts = (
            part for part in step.parts.values() if any(ask.field == name for ask in part.asks)
        )
        found.extend(part.by or step.owner for part in parts)
    return tuple(dict.fromkeys(found))


def _decided(name: str, case: Case, playbook: Playbook) -> bool:
    """Say whether a step was opened, skipped or finished because of this field."""
    steps = ((case.step(key).status, step.when) for key, step in playbook.steps.items())
    return any(
        status != "pending" and when is not None and name in when.fields() for status, when in steps
    )
