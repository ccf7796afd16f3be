"""Inboxes: a role's channel (`role:<name>`) or a person's direct messages (`person:<id>`). Pure."""

from desk.case.situation import Situation
from desk.playbook.model import Playbook
from desk.values import BOT


def role_of(inbox: str, playbook: Playbook) -> str | None:
    """Return the role of an inbox; for a person's direct messages the direct role, or None where there is none."""
    if inbox.startswith("role:"):
        return inbox.removeprefix("role:")
    return next((name for name, role in playbook.roles.items() if role.inbox == "direct"), None)


def inbox_of(situation: Situation, role: str) -> str:
    """Return a role's inbox. For a direct role: the opener's, or the covering role's if the bot opened the case or the
    opener has left.
    """
    case = situation.case
    found = situation.playbook.roles.get(role)
    if found is None or found.inbox != "direct":
        return f"role:{role}"
    nobody = case.opened_by == BOT.id or case.opener_left
    return f"role:{found.next or role}" if nobody else f"person:{case.opened_by}"
