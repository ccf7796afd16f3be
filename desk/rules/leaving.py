"""Leaving in mid-case: claims end, and the opener's direct messages pass on to the next role. Pure."""

from datetime import datetime

from desk.case import commands as cmd
from desk.case.leaving_events import ClaimEnded, InboxPassed
from desk.playbook.model import Playbook
from desk.values import BOT
from desk.workflow.flow import Growing
from desk.workflow.leaving import left_behind
from desk.workflow.refusals import Verdict


def person_left(command: cmd.PersonLeft, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """End what somebody had by roles that have ended; nothing happens when they leave nothing behind."""
    left = left_behind(growing.case, playbook, command.person, command.ended)
    about = {"at": now, "by": BOT.id, "person": command.person}
    for duty in left.claims:
        growing.add(ClaimEnded(**about, step=duty.step, occurrence=duty.occurrence))
    if left.to:
        growing.add(InboxPassed(**about, to=left.to))
    return ()
