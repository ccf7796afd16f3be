"""Verdict of a check: good, broken with a remedy, or unknown. Pure."""

from typing import Literal

from desk.values import Value

State = Literal["good", "broken", "unknown"]
GOOD, BROKEN, UNKNOWN = "good", "broken", "unknown"


class Verdict(Value):
    """One line of `ato doctor`: subject, state, remedy."""

    check: str
    state: State
    what: str
    cure: str = ""


def good(check: str, what: str) -> Verdict:
    """Return a passing verdict."""
    return Verdict(check=check, state="good", what=what)


def broken(check: str, what: str, cure: str) -> Verdict:
    """Return a failing verdict with its remedy."""
    return Verdict(check=check, state="broken", what=what, cure=cure)


def unknown(check: str, what: str, cure: str) -> Verdict:
    """Return a verdict for what could not be checked, with the reason."""
    return Verdict(check=check, state="unknown", what=what, cure=cure)
