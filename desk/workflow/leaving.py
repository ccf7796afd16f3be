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
    case, playbook = situation.case, situation.playbook
    mine = [duty for duty in duties(situation) if duty.claimed_by == person]
    still = {duty.step for duty in mine if doers(playbook, duty) not in ended}
    claims = {duty.step: duty for duty in reversed(mine) if duty.step not in still}
    direct = direct_role(playbook)
    to = playbook.roles[direct].next if direct else None
    opener = case.open and case.opened_by == person and not case.opener_left
    return Left(tuple(reversed(claims.values())), *((direct, to) if opener and direct in ended and to else ()))


def direct_role(playbook: Playbook) -> str | None:
    """Return the role that is reached by direct messages, if a playbook has one."""
    return next((name for name, role in playbook.roles.items() if role.inbox == "direct"), None)
