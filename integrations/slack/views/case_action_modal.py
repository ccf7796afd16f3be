"""Modals for case actions: what people do with a case beside finishing steps, and the list of all actions. Pure.

Each asks only what the desk needs for it. Permission was checked before: a modal that would be refused does not open.
"""

from desk.fields.template_values import display
from desk.rules.action_table import TABLE
from desk.rules.available_actions import Offer
from integrations.slack.codec.actions import Action, StepValue, write_action, write_value
from integrations.slack.codec.meta import FormMeta, write_meta
from integrations.slack.text.lines import button, rows, section
from integrations.slack.views.case_action_inputs import ActionContext, input_blocks
from integrations.slack.views.form import CLOSE, SAVE, aside_line, paragraph
from integrations.slack.views.inputs import Block, cut, plain
from integrations.slack.views.menus import label

HANDLE = "handle"
"""Callback id of these modals."""

MOST_STEPS = 12


def case_action_view(ask: ActionContext) -> Block:
    """Render the modal of a case action."""
    head = " · ".join(filter(None, [display(ask.case, ask.playbook), _step_title(ask)]))
    blocks = [aside_line(head)] if head else []
    action = TABLE.get(ask.meta.ask)
    if action is None or action.inputs is None:
        return _view(ask, [*blocks, *_more(ask)], submit=False)
    blocks += [paragraph(ask.words(action.explanation))] if action.explanation else []
    return _view(ask, [*blocks, *input_blocks(ask, action)])


def _view(ask: ActionContext, blocks: list[Block], *, submit: bool = True) -> Block:
    step = ask.playbook.steps.get(ask.meta.step)
    attempt = step.attempts.get(ask.meta.attempt) if step else None
    title = ask.of(attempt.title) if attempt else ask.words(label(ask.meta.ask))
    view: Block = {
        "type": "modal",
        "callback_id": HANDLE,
        "title": plain(cut(title.removesuffix("…"), 24)),
        "close": plain(ask.words(CLOSE), 24),
        "private_metadata": write_meta(_meta(ask)),
        "blocks": blocks[:100],
    }
    return {**view, "submit": plain(ask.words(SAVE), 24)} if submit else view


def _meta(ask: ActionContext) -> FormMeta:
    """Build the form's metadata, with what the action carries along, such as the cases a dispute names."""
    action = TABLE.get(ask.meta.ask)
    carried = {"field": action.carries(ask.case)} if action and action.carries else {}
    return ask.meta.model_copy(update=carried)


def _step_title(ask: ActionContext) -> str:
    step = ask.playbook.steps.get(ask.meta.step)
    return ask.of(step.title) if step else ""


def _more(ask: ActionContext) -> list[Block]:
    """Render the list of permitted actions: for each open step, then for the case."""
    offered: dict[str, list[Offer]] = {}
    for one in ask.offers.all:
        offered.setdefault(one.step, []).append(one)
    rest, steps = offered.pop("", []), offered
    found: list[Block] = []
    for name in list(steps)[:MOST_STEPS]:
        title = ask.ink.text(ask.playbook.steps[name].title, 300)
        found += [section(f"*{title}*"), *rows([_button(one, ask) for one in steps[name]])]
    heading = [section(f"*{ask.ink.line('The case')}*")] if steps and rest else []
    return [*found, *heading, *rows([_button(one, ask) for one in rest])]


def _button(one: Offer, ask: ActionContext) -> Block:
    value = write_value(StepValue(ask.case.id, one.occurrence))
    if one.attempt:
        title = ask.of(ask.playbook.steps[one.step].attempts[one.attempt].title)
        action = Action("try", step=one.step, attempt=one.attempt)
    else:
        title, action = ask.words(label(one.what)), Action("ask", what=one.what, step=one.step)
    return button(ask.ink, title, write_action(action), value)
