"""Answer of the engine to a command. Pure data."""

from dataclasses import dataclass

from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.values import Refusal


@dataclass(frozen=True)
class Answer:
    """Outcome of a command: the current case, or the refusal. `opened` names the steps it opened."""

    case: Case
    playbook: Playbook | None
    refusal: Refusal | None = None
    opened: tuple[str, ...] = ()
    repeated: bool = False
    taken_out: tuple[str, ...] = ()
    """Kinds of secrets redacted from the command's free text."""
