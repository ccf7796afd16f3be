"""Table of case actions: what people do with a case beside finishing its steps, one row each. Pure.

A row names the action, explains it, asks for its inputs and builds its command. Who may do it is the rule's question:
`available_actions` makes a dry run of the row's command. Menus, modals and codecs of the surfaces read the rows, so a
new action needs a row, a command with its rule and event, and its translations.

Claiming a step, unmasking a card, and retrying or finishing a dead letter are buttons without a menu or an entry in the
list; erasing and legal holds are commands of `ato` only. They have no row.
"""

from collections.abc import Callable
from typing import Any

from desk.case import commands as cmd
from desk.case.state import StepState
from desk.playbook.model import Playbook, Step
from desk.rules.action_inputs import (
    REASON,
    SNOOZES,
    STEP,
    ActionInput,
    Entered,
    cancel_inputs,
    correct_inputs,
    fixed,
    merge_inputs,
    snooze_seconds,
)
from desk.rules.action_row import CaseAction
from desk.values import Line
from desk.workflow.conditions import fields_asked


def can_lift(step: Step, playbook: Playbook) -> bool:
    """Return whether a step has a safeguard to override: four eyes, a cap, or a duplicate guard."""
    capped = any(playbook.fields[name].most is not None for name in fields_asked(step))
    return bool(step.not_by or step.unique or capped)


def _can_lift_now(step: Step, state: StepState, playbook: Playbook) -> bool:
    return can_lift(step, playbook) and not state.overridden


def _only(name: str) -> Callable[[Entered], dict[str, Any]]:
    return lambda entered: {name: entered.words(name)}


def _hand_over(entered: Entered) -> dict[str, Any]:
    return {**entered.on_step(), "to": entered.person(entered.words("to"))}


def _snooze(entered: Entered) -> dict[str, Any]:
    seconds = snooze_seconds(entered.words("length"), entered.zone, entered.now)
    return {**entered.on_step(), "seconds": seconds, "reason": entered.words("reason")}


def _override(entered: Entered) -> dict[str, Any]:
    return {**entered.on_step(), "reason": entered.words("reason")}


def _attempt(entered: Entered) -> dict[str, Any]:
    about = {"step": entered.step, "occurrence": entered.occurrence, "attempt": entered.attempt}
    return {**about, "fills": dict(entered.fills)}


def _correct(entered: Entered) -> dict[str, Any]:
    name = entered.about
    return {"fills": {name: entered.fills[name]} if name in entered.fills else {}}


def _cancel(entered: Entered) -> dict[str, Any]:
    return {"code": entered.words("code"), "reason": entered.words("reason")}


def _dispute(entered: Entered) -> dict[str, Any]:
    return {"reason": entered.words("reason"), "shown": tuple(filter(None, entered.about.split(",")))}


_ATTEMPT = CaseAction(
    name="attempt",
    scope="attempt",
    label=None,
    command=cmd.LogAttempt,
    arguments=_attempt,
    inputs=fixed(ActionInput("attempt", "attempt")),
)
_HAND_OVER = CaseAction(
    name="hand_over",
    scope="step",
    label=Line(key="Hand over…"),
    explanation=Line(key="They are told at once in a direct message, and the card says that they have it."),
    command=cmd.HandOver,
    arguments=_hand_over,
    inputs=fixed(
        STEP,
        ActionInput(
            "to",
            "person",
            Line(key="To whom?"),
            hint=Line(key="Somebody who may do this step. To anybody else it is not handed over."),
        ),
    ),
    on_card=lambda card: card.on_step,
)
_SNOOZE = CaseAction(
    name="snooze",
    scope="step",
    label=Line(key="Snooze…"),
    explanation=Line(key="Nobody is reminded until then. The step stays open and yours."),
    command=cmd.Snooze,
    arguments=_snooze,
    inputs=fixed(
        STEP, ActionInput("length", "choice", Line(key="For how long?"), options=tuple(SNOOZES.items())), REASON
    ),
    on_card=lambda card: card.on_step,
)
_OVERRIDE = CaseAction(
    name="override",
    scope="step",
    label=Line(key="Override…"),
    explanation=Line(
        key="This lifts four eyes, caps and the duplicate guard for this step. The card says who lifted them."
    ),
    command=cmd.Override,
    arguments=_override,
    inputs=fixed(STEP, REASON),
    any_step=True,
    offered_on=_can_lift_now,
    on_card=lambda card: card.may_override and not card.ended,
)
_NOTE = CaseAction(
    name="note",
    scope="case",
    label=Line(key="Note…"),
    explanation=Line(key="The note is kept with the case, and goes onto its ticket as an internal note."),
    command=cmd.AddNote,
    arguments=_only("words"),
    inputs=fixed(ActionInput("words", "text", Line(key="Note"))),
    shows_notes=True,
    on_card=lambda _card: True,
)
_QUESTION = CaseAction(
    name="question",
    scope="case",
    label=Line(key="Ask or answer…"),
    answer=Line(key="Answer…"),
    explanation=Line(
        key=(
            "The other side is told at once, in the thread of the escalation. It goes onto the ticket as an internal"
            " note, too."
        )
    ),
    command=cmd.Question,
    arguments=_only("words"),
    inputs=fixed(ActionInput("words", "text", Line(key="Your question, or your answer"))),
)
_CORRECT = CaseAction(
    name="correct",
    scope="case",
    label=Line(key="Correct a fact…"),
    explanation=Line(key="What is not finished follows the corrected fact. What was done outside is not undone."),
    command=cmd.RecordFacts,
    arguments=_correct,
    inputs=correct_inputs,
    on_card=lambda card: not (card.on_step or card.ended),
)
_WAIT = CaseAction(
    name="wait",
    scope="case",
    label=Line(key="Wait for the customer…"),
    explanation=Line(key="The clock stands still until somebody presses “Go on”. Urgent steps are still chased."),
    command=cmd.WaitForCustomer,
    arguments=_only("reason"),
    inputs=fixed(REASON),
    on_card=lambda card: not (card.waiting or card.ended),
)
_RESUME = CaseAction(
    name="resume",
    scope="case",
    label=Line(key="Go on"),
    command=cmd.Resume,
    arguments=lambda _entered: {},
    inputs=None,
    on_card=lambda card: card.waiting and not card.ended,
)
_MERGE = CaseAction(
    name="merge",
    scope="case",
    label=Line(key="Merge with another case…"),
    explanation=Line(key="This case is closed and points to the other one, which goes on."),
    command=cmd.Merge,
    arguments=_only("into"),
    inputs=merge_inputs,
    on_card=lambda card: not (card.on_step or card.ended or card.may_cancel),
)
_CANCEL = CaseAction(
    name="cancel",
    scope="case",
    label=Line(key="Cancel as false alarm…"),
    explanation=Line(key="This closes the case. It can be reopened; what was done outside stays as it is."),
    command=cmd.Cancel,
    arguments=_cancel,
    inputs=cancel_inputs,
    on_card=lambda card: card.may_cancel and not (card.on_step or card.ended),
)
_REOPEN = CaseAction(
    name="reopen",
    scope="case",
    label=Line(key="Reopen…"),
    explanation=Line(key="The case goes on at the step that ended it."),
    command=cmd.Reopen,
    arguments=_only("reason"),
    inputs=fixed(REASON),
    on_card=lambda card: card.ended and card.may_cancel,
    rank=0,
)
_DISPUTE = CaseAction(
    name="dispute",
    scope="case",
    label=Line(key="This is the customer…"),
    explanation=Line(
        key=(
            "The caller of this case counts as the customer, and what waited here goes on. The other cases wait until"
            " you close them."
        )
    ),
    command=cmd.DecideDispute,
    arguments=_dispute,
    inputs=fixed(REASON),
    carries=lambda case: ",".join(case.rivals),
)

NOTE = _NOTE.name
"""The action whose rights open the list of all permitted actions: whoever may write a note may read it."""

TABLE: dict[str, CaseAction] = {
    row.name: row
    for row in (
        _ATTEMPT,
        _HAND_OVER,
        _SNOOZE,
        _OVERRIDE,
        _NOTE,
        _QUESTION,
        _CORRECT,
        _WAIT,
        _RESUME,
        _MERGE,
        _CANCEL,
        _REOPEN,
        _DISPUTE,
    )
}
