"""Disclosure of masked values on a card: who may unmask, with an event for each request. Pure."""

from datetime import datetime

from desk.case.commands import ShowPersonal
from desk.case.privacy_events import PersonalShown
from desk.playbook.model import Playbook
from desk.values import Line
from desk.workflow.flow import Growing
from desk.workflow.permissions import UNKNOWN, outsider
from desk.workflow.refusals import Verdict, refuse

NO_CARD = Line(key="This case has no such card. I have not shown anything.")


def show_personal(command: ShowPersonal, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Permit roles of the playbook to unmask, in open and closed cases, and record it."""
    if growing.case.opened_at is None:
        return refuse(UNKNOWN)
    if refusal := outsider(command, growing.case, playbook):
        return refusal
    if command.inbox not in growing.case.cards:
        return refuse(NO_CARD)
    growing.add(PersonalShown(at=now, by=command.by.id, inbox=command.inbox))
    return ()
