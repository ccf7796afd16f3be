"""How each role's inbox is spoken to: in the first language and the zone of the playbook the role is of.

A role of several playbooks is one team (`config/load.py` holds it to that): the first playbook that names it decides.
"""

from collections.abc import Mapping

from desk.playbook.model import Playbook
from integrations.slack.posting.chat import Speech


def speech(playbooks: Mapping[str, Playbook]) -> Mapping[str, Speech]:
    """Give language and zone by role."""
    found: dict[str, Speech] = {}
    for book in playbooks.values():
        for role in book.roles:
            found.setdefault(role, Speech(book.languages[0], book.zone))
    return found
