"""The answer to a command: the case as it is now, or why not. Pure data."""

from dataclasses import dataclass

from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.values import Refusal


@dataclass(frozen=True)
class Answer:
    """What became of a command: the case as it is now, and why not. `opened` names the steps it opened."""

    case: Case
    playbook: Playbook | None
    refusal: Refusal | None = None
    opened: tuple[str, ...] = ()
    repeated: bool = False
    taken_out: tuple[str, ...] = ()
    """The kinds of secrets that stood in the command's free text and were not kept."""
