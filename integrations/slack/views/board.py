"""Worklist across cases, one line per duty with its main button: `/ato board`, `/ato mine`, home tab. Pure.

A line names no customer: only the case, the duty, its due time and who has claimed it.
"""

from collections.abc import Sequence
from datetime import timedelta

from desk.cards.worklist import Owed
from desk.values import Line, Person
from integrations.slack.codec.actions import Action, StepValue, write_action, write_value
from integrations.slack.text.lines import LATE, SOON, WAITING, Block, Ink, button, section

CONTINUE = "Continue"
SOON_AT_LEAST = timedelta(minutes=15)


def light(one: Owed, ink: Ink) -> str:
    """Return the status icon of a duty: late, due soon, or waiting."""
    if one.waiting or one.due_at is None:
        return WAITING
    if one.late(ink.now):
        return LATE
    soon = max(SOON_AT_LEAST, (one.due_at - one.opened_at) / 4)
    return SOON if one.due_at - ink.now <= soon else WAITING


def row(one: Owed, person: Person, ink: Ink, *, waits: bool = False) -> Block:
    """Render one duty; with `waits` it is somebody else's, so its owner is named and there is no button."""
    words = section(" · ".join(filter(None, _words(one, person, ink, waits=waits))))
    drawn = {**words, "block_id": f"{one.case}:{one.duty}"[:255]}
    press = None if waits else _press(one, person, ink)
    return {**drawn, "accessory": press} if press else drawn


def rows(found: Sequence[Owed], person: Person, ink: Ink) -> list[Block]:
    """Render several duties."""
    return [row(one, person, ink) for one in found]


def _words(one: Owed, person: Person, ink: Ink, *, waits: bool) -> list[str]:
    taken = one.held_by is not None and one.held_by != person.id
    return [
        f"{light(one, ink)} *{ink.line('{case}', case=one.display)}*",
        ink.text(one.title, 200),
        ink.line("with {role}", role=ink.role(one.role) or one.role) if waits else "",
        _due(one, ink),
        ink.line("{who} has it", who=ink.who(one.held_by)) if taken and one.held_by else "",
    ]


def _due(one: Owed, ink: Ink) -> str:
    if one.waiting:
        return ink.line("waits for the customer")
    if one.due_at is None:
        return ""
    key = "was due {due_at}" if one.late(ink.now) else "due {due_at}"
    return ink.line(key, due_at=ink.by(one.due_at))


def _press(one: Owed, person: Person, ink: Ink) -> Block | None:
    """Render the duty's button for whoever may press it, unless somebody else has claimed it."""
    if one.press is None or one.role not in person.roles or one.held_by not in {None, person.id}:
        return None
    title = ink.words(one.press.title) or ink.plain(CONTINUE)
    words = f"{title}…" if one.press.form and one.press.title and not title.endswith("…") else title
    return button(ink, words, write_action(_action(one)), write_value(StepValue(one.case, one.occurrence)))


def _action(one: Owed) -> Action:
    assert one.press is not None
    if one.part:
        return Action("partform" if one.press.form else "part", step=one.step, part=one.part)
    return Action("form" if one.press.form else "do", step=one.step, outcome=one.press.outcome)


def heading(line: Line, ink: Ink, accessory: Block | None = None) -> Block:
    """Render a heading, with a button beside it where there is one."""
    words = section(f"*{ink.of(line)}*")
    return {**words, "accessory": accessory} if accessory else words
