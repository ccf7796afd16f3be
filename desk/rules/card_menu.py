"""Menu of a card: the case actions that the role which reads it mostly needs. Pure."""

from desk.cards.case_card import Face
from desk.playbook.model import Playbook
from desk.rules.action_row import CardState, CaseAction
from desk.rules.action_table import TABLE, can_lift
from desk.workflow.inboxes import role_of


def card_menu(face: Face, playbook: Playbook, most: int, *, on_step: bool) -> tuple[CaseAction, ...]:
    """Return at most `most` actions. They depend on the case's state, and the card is redrawn with it."""
    card = CardState(
        on_step=on_step,
        ended=face.ended_at is not None,
        waiting=face.waiting_since is not None,
        may_cancel=role_of(face.inbox, playbook) in playbook.cancel_by,
        may_override=_may_override(face, playbook),
    )
    held = (row for row in TABLE.values() if row.on_card(card))
    return tuple(sorted(held, key=lambda row: row.rank)[:most])


def _may_override(face: Face, playbook: Playbook) -> bool:
    """Return whether this inbox's role could override four eyes or a cap of an open step."""
    if playbook.override_by is None or role_of(face.inbox, playbook) != playbook.override_by:
        return False
    lifted = {one.step for one in face.standing if one.lifted_by}
    open_now = {*(one.duty.step for one in face.mine), *(duty.step for duty in face.others)}
    return any(can_lift(playbook.steps[name], playbook) for name in open_now - lifted)
