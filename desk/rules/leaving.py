"""Leaving in mid-case: claims end, and the opener's direct messages pass on to the next role. Pure."""

from desk.case import commands as cmd
from desk.case.leaving_events import ClaimEnded, InboxPassed
from desk.case.situation import Draft
from desk.values import BOT
from desk.workflow.leaving import left_behind
from desk.workflow.refusals import Verdict


def person_left(command: cmd.PersonLeft, draft: Draft) -> Verdict:
    """End what somebody had by roles that have ended; nothing happens when they leave nothing behind."""
    left = left_behind(draft.situation, command.person, command.ended)
    about = {"at": draft.now, "by": BOT.id, "person": command.person}
    for duty in left.claims:
        draft.add(ClaimEnded(**about, step=duty.step, occurrence=duty.occurrence))
    if left.to:
        draft.add(InboxPassed(**about, to=left.to))
    return ()
