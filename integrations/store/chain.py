"""The hash chain over a case's events: a changed, missing or exchanged event is noticed. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from integrations.store.tables import write_instant


@dataclass(frozen=True)
class Link:
    """One stored event as the chain sees it."""

    case: str
    seq: int
    at: datetime
    kind: str
    body: dict[str, Any]
    prev: str

    @property
    def hash(self) -> str:
        """Give the SHA-256 of the canonical JSON (RFC 8785)."""
        words: dict[str, Any] = {
            "case": self.case, "seq": self.seq, "at": write_instant(self.at),
            "kind": self.kind, "body": self.body, "prev": self.prev,
        }  # fmt: skip
        return hashlib.sha256(rfc8785.dumps(words)).hexdigest()


def broken(links: Iterable[tuple[Link, str]]) -> int | None:
    """Give the number of the first event that does not fit its stored hash or its forerunner, or None."""
    prev = ""
    for seq, (link, stored) in enumerate(links, 1):
        if link.seq != seq or link.prev != prev or link.hash != stored:
            return seq
        prev = stored
    return None
