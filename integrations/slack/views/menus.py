"""Overflow menus of a card: further actions on a step or the case. Pure.

A card is read by everybody in its inbox, so a menu offers what that role mostly needs, and "More…" lists what the
person who presses it is permitted to do.
"""

from desk.cards.case_card import Face
from desk.case.effects import Offered
from desk.playbook.model import Playbook
from desk.rules.action_table import TABLE
from desk.rules.card_menu import card_menu
from desk.values import Line
from integrations.slack.codec.actions import (
    MORE,
    Action,
    StepValue,
    write_action,
    write_choice,
    write_value,
)
from integrations.slack.text.lines import BUTTON, Block, Ink, button

MORE_LABEL = Line(key="More…")
JOIN = Line(key="Join it…")
MOST_OPTIONS = 5  # https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element


def label(what: str) -> Line:
    """Return the label of an action on menus, buttons and modals; that of the whole list for any other name."""
    action = TABLE.get(what)
    return (action.label if action else None) or MORE_LABEL


def menu(face: Face, playbook: Playbook, ink: Ink, step: str = "", occurrence: int = 1) -> Block:
    """Build the overflow menu of a step or of the case."""
    held = card_menu(face, playbook, MOST_OPTIONS - 1, on_step=bool(step))
    value = StepValue(face.case, occurrence)
    options = [
        {
            "text": {"type": "plain_text", "text": ink.plain(label(what).key)[:BUTTON]},
            "value": write_choice(what, value),
        }
        for what in (*(one.name for one in held), MORE)
    ]
    action = write_action(Action("menu", step=step))
    return {"type": "overflow", "action_id": action, "options": options}


def ask_button(ink: Ink, what: str, case: str, words: Line | None = None) -> Block:
    """Build a button for one case action, such as More… in a list of cases."""
    action = write_action(Action("ask", what=what))
    return button(ink, ink.plain_of(words or label(what)), action, write_value(StepValue(case, 1)))


def offered_button(ink: Ink, one: Offered, case: str) -> Block:
    """Build the button of a message's offer."""
    row = TABLE.get(one.what)
    words = ink.plain_of((row.answer if row else None) or label(one.what))
    about = ink.words(one.title)
    action = write_action(Action("ask", what=one.what, step=one.step))
    value = write_value(StepValue(case, one.occurrence))
    return button(ink, f"{words.removesuffix('…')}: {about}" if about else words, action, value)
