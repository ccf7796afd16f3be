"""Overflow menus of a card: further actions on a step or the case. Pure.

A card is read by everybody in its inbox, so a menu offers what that role mostly needs, and "More…" lists what the
person who presses it is permitted to do.
"""

from desk.cards.case_card import Face
from desk.case.effects import Offered
from desk.playbook.model import Playbook
from desk.rules.available_actions import can_lift
from desk.values import Line
from desk.workflow.inboxes import role_of
from integrations.slack.codec.actions import (
    Action,
    StepValue,
    write_action,
    write_choice,
    write_value,
)
from integrations.slack.text.lines import BUTTON, Block, Ink, button

LABELS: dict[str, Line] = {
    "more": Line(key="More…"),
    "hand_over": Line(key="Hand over…"),
    "snooze": Line(key="Snooze…"),
    "wait": Line(key="Wait for the customer…"),
    "resume": Line(key="Go on"),
    "correct": Line(key="Correct a fact…"),
    "note": Line(key="Note…"),
    "question": Line(key="Ask or answer…"),
    "cancel": Line(key="Cancel as false alarm…"),
    "merge": Line(key="Merge with another case…"),
    "reopen": Line(key="Reopen…"),
    "override": Line(key="Override…"),
    "dispute": Line(key="This is the customer…"),
}
"""Labels of the actions on menus, buttons and modals."""

JOIN = Line(key="Join it…")
ANSWER = Line(key="Answer…")


def menu(face: Face, playbook: Playbook, ink: Ink, step: str = "", occurrence: int = 1) -> Block:
    """Build the overflow menu of a step or of the case.

    https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
    """
    whats = _of_step(face, playbook) if step else _of_case(face, playbook)
    value = StepValue(face.case, occurrence)
    options = [
        {
            "text": {"type": "plain_text", "text": _label(what, ink)},
            "value": write_choice(what, value),
        }
        for what in whats
    ]
    action = write_action(Action("menu", step=step))
    return {"type": "overflow", "action_id": action, "options": options}


def _label(what: str, ink: Ink) -> str:
    return ink.plain(LABELS[what].key)[:BUTTON]


def _of_step(face: Face, playbook: Playbook) -> tuple[str, ...]:
    if _may_lift(face, playbook):
        return ("hand_over", "snooze", "override", "note", "more")
    return ("hand_over", "snooze", "note", _clock(face), "more")


def _of_case(face: Face, playbook: Playbook) -> tuple[str, ...]:
    """Return at most five actions. They depend on the case's state, and the card is redrawn with it."""
    decides = role_of(face.inbox, playbook) in playbook.cancel_by
    if face.ended_at is not None:
        return ("reopen", "note", "more") if decides else ("note", "more")
    if _may_lift(face, playbook):
        return ("override", "note", "correct", _clock(face), "more")
    return ("note", "correct", _clock(face), "cancel" if decides else "merge", "more")


def _clock(face: Face) -> str:
    return "resume" if face.waiting_since else "wait"


def _may_lift(face: Face, playbook: Playbook) -> bool:
    """Return whether this inbox's role could override four eyes or a cap of an open step."""
    if playbook.override_by is None or role_of(face.inbox, playbook) != playbook.override_by:
        return False
    lifted = {one.step for one in face.standing if one.lifted_by}
    open_now = {*(one.duty.step for one in face.mine), *(duty.step for duty in face.others)}
    return any(can_lift(playbook.steps[name], playbook) for name in open_now - lifted)


def ask_button(ink: Ink, what: str, case: str, words: Line | None = None) -> Block:
    """Build a button for one case action, such as More… in a list of cases."""
    action = write_action(Action("ask", what=what))
    return button(ink, ink.plain_of(words or LABELS[what]), action, write_value(StepValue(case, 1)))


def offered_button(ink: Ink, one: Offered, case: str) -> Block:
    """Build the button of a message's offer."""
    words = ink.plain_of(ANSWER if one.what == "question" else LABELS[one.what])
    about = ink.words(one.title)
    action = write_action(Action("ask", what=one.what, step=one.step))
    value = write_value(StepValue(case, one.occurrence))
    return button(ink, f"{words.removesuffix('…')}: {about}" if about else words, action, value)
