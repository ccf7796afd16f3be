"""Cache of folded cases (LRU): only events added since the last read are read and folded.

Invalidation: events are append-only, so a folded case is right as far as it goes. Every read begins at the last folded
event. If that event is missing or has another hash, or if the case has fewer personal values than were read (erased,
perhaps by another process), the entry is dropped and everything is read.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from desk.case.state import Case

_MOST = 64
"""Maximum cached cases; a case with 60 events takes about 100 kB."""


class Row(NamedTuple):
    """A stored event, and the number of personal values its case has."""

    at: datetime
    kind: str
    body: str
    hash: str
    values: int


@dataclass(frozen=True)
class Folded:
    """A cached case: the case, its last event's hash, and the number of its personal values."""

    case: Case
    head: str
    values: int

    def goes_on(self, rows: Sequence[Row], added: int) -> bool:
        """Return whether rows (the first was read before) continue this case; `added` is the number of new values."""
        return bool(rows) and rows[0].hash == self.head and rows[0].values == self.values + added


class FoldedCases:
    """The cache of one process."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, Folded] = OrderedDict()

    def get(self, case: str) -> Folded | None:
        """Return a cached case."""
        found = self._kept.get(case)
        if found:
            self._kept.move_to_end(case)
        return found

    def put(self, folded: Folded) -> None:
        """Cache a case; the least recently used one is evicted."""
        self._kept[folded.case.id] = folded
        self._kept.move_to_end(folded.case.id)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, case: str) -> None:
        """Evict a case."""
        self._kept.pop(case, None)
