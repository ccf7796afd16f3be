"""Inputs of the case-action modals: one function per action (hand over, snooze, merge, …), in `BLOCKS`. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.cards.forms import correcting, trying
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.rules.available_actions import Offers, correctable
from desk.values import Fill, Line, Text, in_language
from desk.workflow.calendar import add_working, calendar_of
from integrations.slack.codec.asked import SNOOZES
from integrations.slack.codec.meta import PICK_FIELD, FormMeta
from integrations.slack.text.lines import Ink, section
from integrations.slack.views.form import aside_line, paragraph, say_now, with_answer
from integrations.slack.views.inputs import Block, answer_of, cut, option, plain, question

MOST_NOTES = 5
REASON = Line(key="Why? Whoever comes after you will ask.")
SNOOZE_WORDS: dict[str, Line] = dict(
    zip(
        SNOOZES,
        (
            Line(key="15 minutes"),
            Line(key="1 hour"),
            Line(key="4 hours"),
            Line(key="Until tomorrow 08:00"),
            Line(key="3 days"),
        ),
        strict=True,
    )
)


@dataclass(frozen=True)
class Asking:
    """One case action, and what is needed to render its modal."""

    meta: FormMeta
    case: Case
    playbook: Playbook
    offers: Offers
    ink: Ink
    now: datetime

    def words(self, line: Line) -> str:
        """Translate a line as plain text."""
        return self.ink.plain_of(line)

    def of(self, text: Text) -> str:
        """Return a playbook's text."""
        return in_language(text, self.ink.language)


def _input(name: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    drawn: Block = {
        "type": "input",
        "block_id": f"{name}@handle",
        "label": plain(label, 2000),
        "element": {**element, "action_id": name},
        "optional": optional,
    }
    return {**drawn, "hint": plain(hint, 2000)} if hint else drawn


def _text(most: int = 1000) -> Block:
    return {"type": "plain_text_input", "multiline": True, "max_length": most}


def _reason(ask: Asking, *, optional: bool = False) -> Block:
    return _input("reason", ask.words(REASON), _text(), optional=optional)


def _which_step(ask: Asking) -> list[Block]:
    """Render the choice of the step, unless it is known."""
    if ask.meta.step:
        return []
    offered = ask.offers.of(ask.meta.ask)
    options = [
        option(f"{one.step}/{one.occurrence}", ask.playbook.steps[one.step].title, ask.ink.language)
        for one in offered[:100]
    ]
    element = {"type": "static_select", "options": options}
    return [_input("step", ask.words(Line(key="Which step?")), element)]


def _hand_over(ask: Asking) -> list[Block]:
    whom = ask.words(Line(key="To whom?"))
    hint = ask.words(Line(key="Somebody who may do this step. To anybody else it is not handed over."))
    return [*_which_step(ask), _input("to", whom, {"type": "users_select"}, hint=hint)]


def _snooze(ask: Asking) -> list[Block]:
    options = [{"text": plain(ask.words(words), 75), "value": value} for value, words in SNOOZE_WORDS.items()]
    element = {"type": "static_select", "options": options}
    how_long = _input("length", ask.words(Line(key="For how long?")), element)
    return [*_which_step(ask), how_long, _reason(ask)]


def _override(ask: Asking) -> list[Block]:
    return [*_which_step(ask), _reason(ask)]


def _only_reason(ask: Asking) -> list[Block]:
    return [_reason(ask)]


def _cancel(ask: Asking) -> list[Block]:
    codes = [option(name, title, ask.ink.language) for name, title in ask.playbook.cancels.items()]
    kind = "radio_buttons" if len(codes) <= 10 else "static_select"
    label = ask.words(Line(key="Why is this no case?"))
    more = _input("reason", ask.words(Line(key="More about it")), _text(), optional=True)
    return [_input("code", label, {"type": kind, "options": codes[:100]}), more]


def _merge(ask: Asking) -> list[Block]:
    label, twins = ask.words(Line(key="The other case, such as ATO-7")), ask.case.twins
    element: Block = {"type": "plain_text_input", "max_length": 20}
    if twins:
        element["initial_value"] = twins[0][:20]
    known = Line(key="Open for the same customer: {cases}", args={"cases": ", ".join(twins)})
    return [_input("into", label, element, hint=ask.words(known) if twins else "")]


def _note(ask: Asking) -> list[Block]:
    """Render the note input below the latest notes, newest last."""
    earlier = ask.case.notes[-MOST_NOTES:]
    key = "{who}, {written_at}: {words}"
    lines = [
        ask.ink.line(key, who=ask.ink.who(one.by), written_at=one.at, words=str(one.words.value or "—"))
        for one in earlier
    ]
    shown = [section(cut(line, 2900)) for line in lines]
    return [*shown, _input("words", ask.words(Line(key="Note")), _text(1000))]


def _question(ask: Asking) -> list[Block]:
    return [_input("words", ask.words(Line(key="Your question, or your answer")), _text(1000))]


def _correct(ask: Asking) -> list[Block]:
    """Render the choice of a fact, then the input for its new value."""
    names = correctable(ask.case, ask.playbook)[:100]
    options = [option(name, ask.playbook.fields[name].title, ask.ink.language) for name in names]
    if not options:
        return [paragraph(ask.words(Line(key="Nothing is known yet that could be corrected.")))]
    element: Block = {"type": "static_select", "action_id": PICK_FIELD, "options": options}
    chosen = next((one for one in options if one["value"] == ask.meta.field), None)
    element |= {"initial_option": chosen} if chosen else {}
    which: Block = {
        "type": "input",
        "block_id": f"{PICK_FIELD}@handle",
        "dispatch_action": True,
        "optional": False,
        "label": plain(ask.words(Line(key="Which fact?")), 2000),
        "element": element,
    }
    return [which, *(_corrected(ask) if ask.meta.field in names else [])]


def _corrected(ask: Asking) -> list[Block]:
    one = correcting(ask.case, ask.playbook, ask.meta.field)
    drawn = question(one, "correct", ask.ink.say, ask.ink.language)
    answers: dict[str, Fill] = {one.name: answer_of(one.known)}
    return [with_answer(block, answers) for block in drawn]


def _attempt(ask: Asking) -> list[Block]:
    """Render an attempt: its number and how long the step then waits, what to say, and what to ask."""
    form = trying(ask.case, ask.playbook, ask.meta.step, ask.meta.attempt)
    say, language = ask.ink.say, ask.ink.language
    blocks = [*say_now(form.says, say, language), paragraph(_what_follows(ask))]
    for one in form.inputs:
        drawn = question(one, "handle", say, language)
        blocks += [with_answer(block, {one.name: answer_of(one.known)}) for block in drawn]
    return blocks if form.sop else [aside_line(ask.ink.plain("Not in SOP.")), *blocks]


def _what_follows(ask: Asking) -> str:
    step = ask.playbook.steps[ask.meta.step]
    wait = step.attempts[ask.meta.attempt].wait
    until_at = add_working(ask.now, wait, calendar_of(ask.playbook, step.owner))
    number = ask.case.step(ask.meta.step).attempts.get(ask.meta.attempt, 0) + 1
    key = "This is try number {number}. The step then waits until {until_at}."
    return ask.words(Line(key=key, args={"number": number, "until_at": until_at}))


BLOCKS: dict[str, Callable[[Asking], list[Any]]] = {
    "hand_over": _hand_over,
    "snooze": _snooze,
    "override": _override,
    "wait": _only_reason,
    "reopen": _only_reason,
    "dispute": _only_reason,
    "cancel": _cancel,
    "merge": _merge,
    "note": _note,
    "question": _question,
    "correct": _correct,
    "attempt": _attempt,
}
