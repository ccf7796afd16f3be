"""What a check says: good, broken with a cure, or not looked at. Pure."""

from typing import Literal

from desk.values import Value

State = Literal["good", "broken", "unknown"]
GOOD, BROKEN, UNKNOWN = "good", "broken", "unknown"


class Verdict(Value):
    """One line of `ato doctor`: what was looked at, how it is, and what to do about it."""

    check: str
    state: State
    what: str
    cure: str = ""


def good(check: str, what: str) -> Verdict:
    """Say that something is as it has to be."""
    return Verdict(check=check, state="good", what=what)


def broken(check: str, what: str, cure: str) -> Verdict:
    """Say what is wrong, and what to do."""
    return Verdict(check=check, state="broken", what=what, cure=cure)


def unknown(check: str, what: str, cure: str) -> Verdict:
    """Say what could not be looked at, and why."""
    return Verdict(check=check, state="unknown", what=what, cure=cure)
