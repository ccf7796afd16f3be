"""Row of the table of case actions: its words, its form, its command, and where it is offered. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from desk.case import commands as cmd
from desk.case.state import Case, StepState
from desk.playbook.model import Playbook, Step
from desk.rules.action_inputs import ActionInput, Entered
from desk.values import Fill, Line, Person


@dataclass(frozen=True)
class CardState:
    """What the menu of a card depends on: its place, the case, and the rights of the role that reads the card."""

    on_step: bool
    ended: bool = False
    waiting: bool = False
    may_cancel: bool = False
    may_override: bool = False


def _never(_state: CardState) -> bool:
    return False


def _every_step(_step: Step, _state: StepState, _playbook: Playbook) -> bool:
    return True


@dataclass(frozen=True)
class CaseAction:
    """One case action.

    `label` is its name on menus and buttons and the title of its form, None where the playbook names it; `answer` is
    the label of its button in a message. `inputs` is None for an action that one tap does. `arguments` turns what was
    entered into the command's own arguments. `offered_on` says on which open steps it makes sense, `any_step` that
    the menu of one step may open it for another. `carries` is kept in the form and comes back as `Entered.about`.
    `on_card` says which cards' menus hold it, and `rank` orders them there; the list of all permitted actions holds
    every row in the table's order.
    """

    name: str
    scope: Literal["case", "step", "attempt"]
    label: Line | None
    command: type[cmd.Command]
    arguments: Callable[[Entered], dict[str, Any]]
    inputs: Callable[[Case, Playbook], tuple[ActionInput, ...]] | None
    explanation: Line | None = None
    answer: Line | None = None
    shows_notes: bool = False
    any_step: bool = False
    offered_on: Callable[[Step, StepState, Playbook], bool] = _every_step
    carries: Callable[[Case], str] | None = None
    on_card: Callable[[CardState], bool] = _never
    rank: int = 1

    def build(self, case: str, delivery: str, by: Person, entered: Entered) -> cmd.Command:
        """Build the command from what was entered."""
        about = {"case": case, "delivery": delivery, "by": by}
        return self.command.model_validate({**about, **self.arguments(entered)})

    def dry_run(self, case: Case, playbook: Playbook, by: Person, at: Entered) -> cmd.Command:
        """Build the command with placeholders for what is still to be entered."""
        inputs = self.inputs(case, playbook) if self.inputs else ()
        fills = {one.name: Fill(raw=words) for one in inputs if (words := one.placeholder(by))}
        entered = Entered(at.now, at.step, at.occurrence, at.attempt, fills=fills, person=lambda _: by)
        return self.build(case.id, "", by, entered)
