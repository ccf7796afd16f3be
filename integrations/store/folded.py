"""Keeps the cases that were read last as they were folded, so that only what was added since is read and folded.

How it goes stale safely: events are only ever added, so a folded case is right as far as it goes. Every reading begins
at the last event that was folded. If that event is not there, or has another hash, or if the case's personal values
are fewer than were read (they were erased, be it by another process), what was kept is thrown away and all is read.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from desk.case.state import Case

MOST = 64
"""So many cases are kept, those read last; a case with 60 events takes about 100 kB."""


class Row(NamedTuple):
    """An event as it is kept, and how many personal values its case has."""

    at: datetime
    kind: str
    body: str
    hash: str
    values: int


@dataclass(frozen=True)
class Folded:
    """A case as far as it was read: its last event's hash, and how many personal values it then had."""

    case: Case
    head: str
    values: int

    def goes_on(self, rows: Sequence[Row], added: int) -> bool:
        """Say whether these rows, the first of which was read before, go on from here; `added` values came with them."""
        return bool(rows) and rows[0].hash == self.head and rows[0].values == self.values + added


class FoldedCases:
    """The folded cases of one process."""

    def __init__(self, most: int = MOST) -> None:
        """Start with none."""
        self._most = most
        self._kept: OrderedDict[str, Folded] = OrderedDict()

    def get(self, case: str) -> Folded | None:
        """Give a case as far as it was read."""
        found = self._kept.get(case)
        if found:
            self._kept.move_to_end(case)
        return found

    def put(self, folded: Folded) -> None:
        """Keep a case; the one that was not read for longest makes room."""
        self._kept[folded.case.id] = folded
        self._kept.move_to_end(folded.case.id)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, case: str) -> None:
        """Forget a case."""
        self._kept.pop(case, None)
