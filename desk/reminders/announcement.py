"""An announcement to one inbox, and the reminders it stands for. Pure data."""

from dataclasses import dataclass

from desk.values import Line, Value

DIGEST = "digest/"
"""How the keys of messages that stand for several reminders begin."""


class Announcement(Value):
    """What to say in an inbox; the key makes saying it twice harmless. It holds no customer's data."""

    key: str
    inbox: str
    mention: tuple[str, ...] = ()
    title: Line | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Gathered:
    """A reminder that an announcement says for its case; `mark` names the duty, the rung and when it was reached."""

    case: str
    mark: str
