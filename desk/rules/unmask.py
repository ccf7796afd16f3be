"""Disclosure of masked values on a card: who may unmask, with an event for each request. Pure."""

from desk.case.commands import ShowPersonal
from desk.case.privacy_events import PersonalShown
from desk.case.situation import Draft
from desk.values import Line
from desk.workflow.permissions import UNKNOWN, outsider
from desk.workflow.refusals import Verdict, refuse

NO_CARD = Line(key="This case has no such card. I have not shown anything.")


def show_personal(command: ShowPersonal, draft: Draft) -> Verdict:
    """Permit roles of the playbook to unmask, in open and closed cases, and record it."""
    if draft.case.opened_at is None:
        return refuse(UNKNOWN)
    if refusal := outsider(command, draft.situation):
        return refusal
    if command.inbox not in draft.case.cards:
        return refuse(NO_CARD)
    draft.add(PersonalShown(at=draft.now, by=command.by.id, inbox=command.inbox))
    return ()
