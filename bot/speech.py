"""Language and time zone of each role's inbox, from the playbook the role belongs to.

A role of several playbooks is one team (`config/load.py` holds it to that): the first playbook that names it decides.
"""

from collections.abc import Mapping

from desk.playbook.model import Playbook
from integrations.slack.posting.chat import Speech


def speech(playbooks: Mapping[str, Playbook]) -> Mapping[str, Speech]:
    """Return language and zone by role."""
    found: dict[str, Speech] = {}
    for book in playbooks.values():
        for role in book.roles:
            found.setdefault(role, Speech(book.languages[0], book.zone))
    return found
