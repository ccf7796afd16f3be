"""Erasure: destroys a closed case's keys and overwrites the bot's posts, unless it is on legal hold. Pure.

Events are kept without their personal values, so the hash chain stays valid and figures stay countable.
"""

from datetime import datetime, timedelta

from desk.case import commands as cmd
from desk.case.effects import RedactPosts
from desk.case.lanes import card_lane, planned
from desk.case.privacy_events import CaseErased, HoldReleased, HoldSet
from desk.case.situation import Draft
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.rules.case_actions import WHY
from desk.values import BOT, Line, Refusal
from desk.workflow.messages import said
from desk.workflow.permissions import UNKNOWN, outsider
from desk.workflow.refusals import Verdict, refuse

EVERYTHING = "case"
"""Retention class of what belongs to no field: notes, reasons, names of ticket agents."""
OPEN = Line(key="The case is still open, and people need what stands in it. Close it first.")
HELD = Line(key="The case is on legal hold, so nothing of it may go. Release it first.")


def classes(playbook: Playbook) -> tuple[str, ...]:
    """Return every retention class of a playbook."""
    named = (spec.keep for spec in playbook.fields.values() if spec.personal)
    return tuple(dict.fromkeys((EVERYTHING, *named)))


def _may(command: cmd.Command, draft: Draft) -> Refusal | None:
    if draft.case.opened_at is None:
        return refuse(UNKNOWN)
    return None if command.by.id == BOT.id else outsider(command, draft.situation)


def erase(command: cmd.Erase, draft: Draft) -> Verdict:
    """Destroy the keys of these classes, or of all, and overwrite the bot's posts."""
    if refusal := _may(command, draft):
        return refusal
    if draft.case.open:
        return refuse(OPEN)
    if draft.case.held:
        return refuse(HELD)
    draft.add(CaseErased(at=draft.now, by=command.by.id, keep=command.keep or classes(draft.playbook), why=command.why))
    effects = tuple(_redacts(draft.case))
    draft.add(*(planned(effect, draft.now) for effect in effects))
    return effects


def _redacts(case: Case) -> list[RedactPosts]:
    told = (event.inbox for event in case.log if event.kind == "people_told" and event.ts)
    number = len(case.erased)
    return [
        RedactPosts(key=f"{case.id}/redact:{inbox}/{number}/0", case=case.id, lane=card_lane(case, inbox), inbox=inbox)
        for inbox in dict.fromkeys((*case.cards, *told))
        if inbox != "google_chat"
    ]


def hold(command: cmd.Hold, draft: Draft) -> Verdict:
    """Put a case on legal hold."""
    if refusal := _may(command, draft):
        return refusal
    if not command.reason.strip():
        return refuse(WHY)
    if draft.case.held:
        return refuse(Line(key="The case is on legal hold already."))
    draft.add(HoldSet(at=draft.now, by=command.by.id, reason=said(command.reason)))
    return ()


def release(command: cmd.Release, draft: Draft) -> Verdict:
    """End a legal hold."""
    if refusal := _may(command, draft):
        return refusal
    if not draft.case.held:
        return refuse(Line(key="The case is not on legal hold."))
    draft.add(HoldReleased(at=draft.now, by=command.by.id))
    return ()


def overdue(case: Case, keep: str, after: timedelta, now: datetime) -> bool:
    """Return whether a class of a case has outlived its retention period."""
    ended = case.ended_at is not None and case.ended_at + after <= now
    return ended and not case.held and not case.open and keep not in case.erased
