"""Leaving: what somebody leaves behind in a case whose roles have ended in mid-case. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from desk.case.situation import Situation
from desk.playbook.model import Playbook
from desk.workflow.duties import Duty, doers, duties


@dataclass(frozen=True)
class Left:
    """What is left behind: duties that are claimed, and the role whose direct messages pass on, to which role."""

    claims: tuple[Duty, ...] = ()
    direct: str | None = None
    to: str | None = None

    def __bool__(self) -> bool:
        """Return whether there is anything."""
        return bool(self.claims or self.direct)


def left_behind(situation: Situation, person: str, ended: Collection[str]) -> Left:
    """Return what a person leaves in a case when these roles have ended; nothing in a closed one."""
    playbook = situation.playbook
    mine = [duty for duty in duties(situation) if duty.claimed_by == person]
    still = {duty.step for duty in mine if doers(playbook, duty) not in ended}
    claims = {duty.step: duty for duty in reversed(mine) if duty.step not in still}
    opener = situation.case.open and situation.case.opened_by == person and not situation.case.opener_left
    return Left(tuple(reversed(claims.values())), *(_passes(playbook, ended) if opener else (None, None)))


def _passes(playbook: Playbook, ended: Collection[str]) -> tuple[str, str] | tuple[None, None]:
    """Return the role whose direct messages pass on, and to which role; None where it has not ended."""
    direct = direct_role(playbook)
    to = playbook.roles[direct].next if direct in ended and direct else None
    return (direct, to) if direct and to else (None, None)


def direct_role(playbook: Playbook) -> str | None:
    """Return the role that is reached by direct messages, if a playbook has one."""
    return next((name for name, role in playbook.roles.items() if role.inbox == "direct"), None)
