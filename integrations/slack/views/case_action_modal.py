"""Modals for case actions: what people do with a case beside finishing steps, and the list of all actions. Pure.

Each asks only what the desk needs for it. Permission was checked before: a modal that would be refused does not open.
"""

from desk.fields.template_values import display
from desk.rules.available_actions import Offer
from desk.values import Line
from integrations.slack.codec.actions import Action, StepValue, write_action, write_value
from integrations.slack.codec.meta import FormMeta, write_meta
from integrations.slack.text.lines import button, rows, section
from integrations.slack.views.case_action_inputs import BLOCKS, Asking
from integrations.slack.views.form import CLOSE, SAVE, aside_line, paragraph
from integrations.slack.views.inputs import Block, cut, plain
from integrations.slack.views.menus import LABELS

HANDLE = "handle"
"""Callback id of these modals."""

MOST_STEPS = 12
EXPLAINED: dict[str, Line] = {
    "hand_over": Line(key="They are told at once in a direct message, and the card says that they have it."),
    "snooze": Line(key="Nobody is reminded until then. The step stays open and yours."),
    "wait": Line(key="The clock stands still until somebody presses “Go on”. Urgent steps are still chased."),
    "override": Line(
        key="This lifts four eyes, caps and the duplicate guard for this step. The card says who lifted them."
    ),
    "cancel": Line(key="This closes the case. It can be reopened; what was done outside stays as it is."),
    "merge": Line(key="This case is closed and points to the other one, which goes on."),
    "dispute": Line(
        key=(
            "The caller of this case counts as the customer, and what waited here goes on. The other cases wait until"
            " you close them."
        )
    ),
    "reopen": Line(key="The case goes on at the step that ended it."),
    "note": Line(key="The note is kept with the case, and goes onto its ticket as an internal note."),
    "question": Line(
        key=(
            "The other side is told at once, in the thread of the escalation. It goes onto the ticket as an internal"
            " note, too."
        )
    ),
    "correct": Line(key="What is not finished follows the corrected fact. What was done outside is not undone."),
}


def handling_view(ask: Asking) -> Block:
    """Render the modal of a case action."""
    head = " · ".join(filter(None, [display(ask.case, ask.playbook), _step_title(ask)]))
    blocks = [aside_line(head)] if head else []
    if ask.meta.ask not in BLOCKS:
        return _view(ask, [*blocks, *_more(ask)], submit=False)
    explained = EXPLAINED.get(ask.meta.ask)
    blocks += [paragraph(ask.words(explained))] if explained else []
    return _view(ask, [*blocks, *BLOCKS[ask.meta.ask](ask)])


def _view(ask: Asking, blocks: list[Block], *, submit: bool = True) -> Block:
    step = ask.playbook.steps.get(ask.meta.step)
    attempt = step.attempts.get(ask.meta.attempt) if step else None
    title = ask.of(attempt.title) if attempt else ask.words(LABELS.get(ask.meta.ask, LABELS["more"]))
    view: Block = {
        "type": "modal",
        "callback_id": HANDLE,
        "title": plain(cut(title.removesuffix("…"), 24)),
        "close": plain(ask.words(CLOSE), 24),
        "private_metadata": write_meta(_meta(ask)),
        "blocks": blocks[:100],
    }
    return {**view, "submit": plain(ask.words(SAVE), 24)} if submit else view


def _meta(ask: Asking) -> FormMeta:
    """Build the form's metadata; for the decision of a dispute, with the cases it names."""
    named = {"field": ",".join(ask.case.rivals)} if ask.meta.ask == "dispute" else {}
    return ask.meta.model_copy(update=named)


def _step_title(ask: Asking) -> str:
    step = ask.playbook.steps.get(ask.meta.step)
    return ask.of(step.title) if step else ""


def _more(ask: Asking) -> list[Block]:
    """Render the list of permitted actions: for each open step, then for the case."""
    found: list[Block] = []
    steps = dict.fromkeys(one.step for one in ask.offers.all if one.step)
    for name in list(steps)[:MOST_STEPS]:
        title = ask.ink.text(ask.playbook.steps[name].title, 300)
        mine = [one for one in ask.offers.all if one.step == name]
        found += [section(f"*{title}*"), *rows([_button(one, ask) for one in mine])]
    rest = [one for one in ask.offers.all if not one.step]
    heading = [section(f"*{ask.ink.line('The case')}*")] if steps and rest else []
    return [*found, *heading, *rows([_button(one, ask) for one in rest])]


def _button(one: Offer, ask: Asking) -> Block:
    value = write_value(StepValue(ask.case.id, one.occurrence))
    if one.what == "attempt":
        title = ask.of(ask.playbook.steps[one.step].attempts[one.attempt].title)
        action = Action("try", step=one.step, attempt=one.attempt)
    else:
        title, action = ask.words(LABELS[one.what]), Action("ask", what=one.what, step=one.step)
    return button(ask.ink, title, write_action(action), value)
