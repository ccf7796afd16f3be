"""Whether enough people have the roles for four eyes to be met at all. Pure."""

from collections.abc import Collection, Iterator, Mapping

from desk.playbook.model import Playbook, Step

Members = Mapping[str, Collection[str]]
"""The people of each role."""


def too_few(playbook: Playbook, members: Members) -> Iterator[tuple[str, str]]:
    """Yield each enabled step that nobody could ever do, with the step that everybody who may do it must have done.

    Roles without people are left out: that nobody has a role is said of the role.
    """
    for name, step in playbook.steps.items():
        for other in step.not_by if step.enabled else ():
            if other in playbook.steps and _is_stuck(_doers(step, members), _doers(playbook.steps[other], members)):
                yield name, other


def unliftable(playbook: Playbook, members: Members) -> Iterator[str]:
    """Yield each step under four eyes that nobody else could finish once it was lifted: one person is both."""
    lifters = set(members.get(playbook.override_by or "", ()))
    for name, step in playbook.steps.items():
        if step.not_by and step.enabled and _is_stuck(_doers(step, members), lifters):
            yield name


def _is_stuck(doers: set[str], others: set[str]) -> bool:
    """Return whether there is no pair of two different people."""
    return bool(doers and others) and len(doers | others) < 2


def _doers(step: Step, members: Members) -> set[str]:
    roles = {step.owner, *(part.by for part in step.parts.values() if part.by)}
    return {person for role in roles for person in members.get(role, ())}
