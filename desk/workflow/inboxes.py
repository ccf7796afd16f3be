"""Inboxes: which role one belongs to, and where a role is reached. Pure."""

from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.values import BOT


def role_of(inbox: str, playbook: Playbook) -> str | None:
    """Name the role an inbox belongs to: a role's channel, or the direct role's person."""
    if inbox.startswith("role:"):
        return inbox.removeprefix("role:")
    return next((name for name, role in playbook.roles.items() if role.inbox == "direct"), None)


def inbox_of(case: Case, playbook: Playbook, role: str) -> str:
    """Name the inbox a role is reached in; the opener's direct messages for a direct role, or who covers for it."""
    found = playbook.roles.get(role)
    if found is None or found.inbox != "direct":
        return f"role:{role}"
    return f"role:{found.next or role}" if case.opened_by == BOT.id else f"person:{case.opened_by}"
