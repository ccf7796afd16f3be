"""Inputs of the case-action modals: one function per kind of input; the table of actions says which. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from desk.cards.forms import correcting, trying
from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.rules.action_inputs import ActionInput, InputKind
from desk.rules.action_row import CaseAction
from desk.rules.available_actions import Offers
from desk.values import Fill, Line, Text, in_language
from desk.workflow.calendar import add_working, calendar_of
from integrations.slack.codec.meta import PICK_FIELD, FormMeta
from integrations.slack.text.lines import Ink, section
from integrations.slack.views.form import aside_line, paragraph, say_now, with_answer
from integrations.slack.views.inputs import Block, answer_of, cut, option, plain, question

MOST_NOTES = 5
MOST_RADIOS = 10  # https://docs.slack.dev/reference/block-kit/block-elements/radio-button-group-element
MOST_OPTIONS = 100  # https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element


@dataclass(frozen=True)
class ActionContext:
    """What the modal of one case action is rendered from."""

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


def input_blocks(ask: ActionContext, action: CaseAction) -> list[Block]:
    """Render the inputs of a case action, below the latest notes where it shows them."""
    blocks = _earlier_notes(ask) if action.shows_notes else []
    for one in action.inputs(ask.case, ask.playbook) if action.inputs else ():
        blocks += _BLOCKS[one.kind](ask, one)
    return blocks


def _labelled(ask: ActionContext, one: ActionInput, element: Block) -> list[Block]:
    label = ask.words(one.label) if one.label else ""
    hint = ask.words(one.hint) if one.hint else ""
    return [_input(one.name, label, element, optional=one.optional, hint=hint)]


def _step(ask: ActionContext, one: ActionInput) -> list[Block]:
    """Render the choice of the step, unless it is known."""
    if ask.meta.step:
        return []
    options = [
        option(f"{offer.step}/{offer.occurrence}", ask.playbook.steps[offer.step].title, ask.ink.language)
        for offer in ask.offers.of(ask.meta.ask)[:MOST_OPTIONS]
    ]
    return _labelled(ask, one, {"type": "static_select", "options": options})


def _person(ask: ActionContext, one: ActionInput) -> list[Block]:
    return _labelled(ask, one, {"type": "users_select"})


def _choice(ask: ActionContext, one: ActionInput) -> list[Block]:
    """Render a choice: of the desk's own words from a menu, of at most ten of the playbook's by radio buttons."""
    own = any(isinstance(words, Line) for _, words in one.options)
    kind = "static_select" if own or len(one.options) > MOST_RADIOS else "radio_buttons"
    return _labelled(ask, one, {"type": kind, "options": _options(ask, one)})


def _options(ask: ActionContext, one: ActionInput) -> list[Block]:
    return [
        {"text": plain(ask.words(words), 75), "value": value}
        if isinstance(words, Line)
        else option(value, words, ask.ink.language)
        for value, words in one.options[:MOST_OPTIONS]
    ]


def _text(ask: ActionContext, one: ActionInput) -> list[Block]:
    return _labelled(ask, one, {"type": "plain_text_input", "multiline": True, "max_length": one.most})


def _name(ask: ActionContext, one: ActionInput) -> list[Block]:
    known = {"initial_value": one.known[: one.most]} if one.known else {}
    return _labelled(ask, one, {"type": "plain_text_input", "max_length": one.most, **known})


def _earlier_notes(ask: ActionContext) -> list[Block]:
    """Render the latest notes, newest last."""
    earlier = ask.case.notes[-MOST_NOTES:]
    key = "{who}, {written_at}: {words}"
    lines = [
        ask.ink.line(key, who=ask.ink.who(one.by), written_at=one.at, words=str(one.words.value or "—"))
        for one in earlier
    ]
    return [section(cut(line, 2900)) for line in lines]


def _fact(ask: ActionContext, one: ActionInput) -> list[Block]:
    """Render the choice of a fact, then the input for its new value."""
    options = _options(ask, one)
    if not options:
        return [paragraph(ask.words(Line(key="Nothing is known yet that could be corrected.")))]
    element: Block = {"type": "static_select", "action_id": PICK_FIELD, "options": options}
    chosen = next((each for each in options if each["value"] == ask.meta.field), None)
    element |= {"initial_option": chosen} if chosen else {}
    which: Block = {
        "type": "input",
        "block_id": f"{PICK_FIELD}@handle",
        "dispatch_action": True,
        "optional": False,
        "label": plain(ask.words(one.label) if one.label else "", 2000),
        "element": element,
    }
    return [which, *(_corrected(ask) if chosen else [])]


def _corrected(ask: ActionContext) -> list[Block]:
    one = correcting(ask.case, ask.playbook, ask.meta.field)
    drawn = question(one, "correct", ask.ink.say, ask.ink.language)
    answers: dict[str, Fill] = {one.name: answer_of(one.known)}
    return [with_answer(block, answers) for block in drawn]


def _attempt(ask: ActionContext, _one: ActionInput) -> list[Block]:
    """Render an attempt: its number and how long the step then waits, what to say, and what to ask."""
    form = trying(ask.case, ask.playbook, ask.meta.step, ask.meta.attempt)
    say, language = ask.ink.say, ask.ink.language
    blocks = [*say_now(form.says, say, language), paragraph(_what_follows(ask))]
    for one in form.inputs:
        drawn = question(one, "handle", say, language)
        blocks += [with_answer(block, {one.name: answer_of(one.known)}) for block in drawn]
    return blocks if form.sop else [aside_line(ask.ink.plain("Not in SOP.")), *blocks]


def _what_follows(ask: ActionContext) -> str:
    step = ask.playbook.steps[ask.meta.step]
    wait = step.attempts[ask.meta.attempt].wait
    until_at = add_working(ask.now, wait, calendar_of(ask.playbook, step.owner))
    number = ask.case.step(ask.meta.step).attempts.get(ask.meta.attempt, 0) + 1
    key = "This is try number {number}. The step then waits until {until_at}."
    return ask.words(Line(key=key, args={"number": number, "until_at": until_at}))


_BLOCKS: dict[InputKind, Callable[[ActionContext, ActionInput], list[Block]]] = {
    "step": _step,
    "person": _person,
    "choice": _choice,
    "text": _text,
    "name": _name,
    "fact": _fact,
    "attempt": _attempt,
}
