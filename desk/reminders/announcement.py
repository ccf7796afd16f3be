"""Announcement: a message to one inbox that belongs to no single case. Pure data."""

from dataclasses import dataclass

from desk.values import Line, Value

DIGEST = "digest/"
"""Prefix of the keys of digests."""


class Announcement(Value):
    """Message to an inbox, without personal data; the key makes it idempotent."""

    key: str
    inbox: str
    mention: tuple[str, ...] = ()
    title: Line | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Gathered:
    """Reminder of a case that an announcement covers; `mark` names the duty, the rung and when it was reached."""

    case: str
    mark: str
