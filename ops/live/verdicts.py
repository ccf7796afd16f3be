"""Verdicts of a live rehearsal: one per assumption, one line per step. Pure.

Everything here may be published: status codes, names of keys and scopes, counts; never a value of a person.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from desk.values import Value

_Result = Literal["confirmed", "refuted", "not seen"]
State = Literal["done", "left out", "failed"]
CONFIRMED, REFUTED, NOT_SEEN = "confirmed", "refuted", "not seen"
NEVER_ASKED = "The step that would have shown it did not get that far."
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")


class Assumption(Value):
    """A belief about a vendor. `unseen` says why a rehearsal cannot observe it, and how somebody could."""

    id: str
    says: str
    matters: str
    unseen: str = ""


class Verdict(Value):
    """The result for one assumption, with the evidence."""

    id: str
    result: _Result
    seen: str


class Step(Value):
    """One step: done, skipped with a reason, or failed."""

    name: str
    state: State
    words: str


class Left(Value):
    """An object that could not be deleted, with the remedy."""

    what: str
    cure: str


class StepFailed(Exception):
    """A step cannot continue: the answer is of an unexpected kind."""


class LeftOut(Exception):
    """A step is not applicable here; the message says why."""


@dataclass
class Findings:
    """Collects verdicts. A refuted assumption stays refuted."""

    assumptions: Collection[Assumption]
    _found: dict[str, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know which ids there are: the table is closed."""
        self._ids = {one.id for one in self.assumptions}

    def saw(self, name: str, holds: bool, seen: str) -> None:
        """Record that an assumption was observed to hold, or not."""
        result: _Result = "confirmed" if holds else "refuted"
        self._note(Verdict(id=name, result=result, seen=seen))

    def missed(self, name: str, why: str) -> None:
        """Record why an assumption was not observed; an earlier observation stands."""
        if name not in self._found:
            self._note(Verdict(id=name, result="not seen", seen=why))

    def all(self) -> tuple[Verdict, ...]:
        """Return a verdict for every assumption, in the table's order."""
        return tuple(self._found.get(one.id) or _unseen(one) for one in self.assumptions)

    def _note(self, verdict: Verdict) -> None:
        if verdict.id not in self._ids:
            raise KeyError(verdict.id)
        before = self._found.get(verdict.id)
        if before is None or before.result != REFUTED:
            self._found[verdict.id] = verdict


def _unseen(one: Assumption) -> Verdict:
    return Verdict(id=one.id, result="not seen", seen=one.unseen or NEVER_ASKED)


def veiled(words: str, secrets: Iterable[str]) -> str:
    """Mask secrets and mail addresses as a last safeguard; none should be there."""
    for secret in sorted(secrets, key=len, reverse=True):
        words = words.replace(secret, "…")
    return _ADDRESS.sub("…", words)
