"""What a rehearsal found: one verdict for each assumption, one line for each step. Pure.

Whatever is said here may be published: status codes, names of keys and of scopes, numbers; never a value of somebody's.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from desk.values import Value

Result = Literal["confirmed", "refuted", "not seen"]
State = Literal["done", "left out", "failed"]
CONFIRMED, REFUTED, NOT_SEEN = "confirmed", "refuted", "not seen"
NEVER_ASKED = "The step that would have shown it did not get that far."
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")


class Assumption(Value):
    """One thing the desk takes for so. `unseen` says why a rehearsal cannot see it, and how somebody could."""

    id: str
    says: str
    matters: str
    unseen: str = ""


class Verdict(Value):
    """What became of one assumption, with what was seen."""

    id: str
    result: Result
    seen: str


class Step(Value):
    """One step of the rehearsal: done, left out for a reason, or failed."""

    name: str
    state: State
    words: str


class Left(Value):
    """Something that was made and could not be deleted, and what to do about it."""

    what: str
    cure: str


class StepFailed(Exception):
    """A step cannot go on: an answer of another kind came than any that it knows."""


class LeftOut(Exception):
    """A step cannot be done here, and nothing is wrong: the reason is in its words."""


@dataclass
class Findings:
    """Collects verdicts as the steps go. What was refuted once stays so."""

    assumptions: Collection[Assumption]
    _found: dict[str, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know which ids there are: the table is closed."""
        self._ids = {one.id for one in self.assumptions}

    def saw(self, name: str, holds: bool, seen: str) -> None:
        """Note that an assumption was seen to hold, or not to."""
        result: Result = "confirmed" if holds else "refuted"
        self._note(Verdict(id=name, result=result, seen=seen))

    def missed(self, name: str, why: str) -> None:
        """Note why an assumption could not be seen; what was seen already stands."""
        if name not in self._found:
            self._note(Verdict(id=name, result="not seen", seen=why))

    def all(self) -> tuple[Verdict, ...]:
        """Give a verdict for every assumption, in the order of the table."""
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
    """Take secrets and mail addresses out of what is to be read by others. Nothing should be there; this makes sure."""
    for secret in sorted(secrets, key=len, reverse=True):
        words = words.replace(secret, "…")
    return _ADDRESS.sub("…", words)
