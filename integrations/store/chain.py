"""Hash chain over a case's events: detects changed, missing, exchanged and forged events. Pure.

The hashes alone show a change by somebody who does not know how they are made. Whoever does may write a whole new
chain, so each event and the chain's end also carry a seal (HMAC) that needs the deployment's key.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from integrations.store.tables import write_instant


@dataclass(frozen=True)
class Link:
    """One event as a link of the chain; `at` as it is stored."""

    case: str
    seq: int
    at: datetime | str
    kind: str
    body: Any
    prev: str

    @property
    def canonical(self) -> bytes:
        """Return the canonical JSON (RFC 8785) that is hashed; raises ValueError for what no event can hold."""
        at = self.at if isinstance(self.at, str) else write_instant(self.at)
        body = rfc8785.dumps(self.body)
        return link_words(self.case, self.seq, at, self.kind, body, self.prev)

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the canonical JSON; raises ValueError for what no event can hold."""
        return hashlib.sha256(self.canonical).hexdigest()


def link_words(case: str, seq: int, at: str, kind: str, body: bytes, prev: str) -> bytes:
    """Serialize a link as canonical JSON around an already serialized body."""
    at_, case_, kind_, prev_ = (rfc8785.dumps(one) for one in (at, case, kind, prev))
    return b'{"at":%b,"body":%b,"case":%b,"kind":%b,"prev":%b,"seq":%d}' % (
        at_,
        body,
        case_,
        kind_,
        prev_,
        seq,
    )


@dataclass(frozen=True)
class Kept:
    """A stored link with its hash and seal."""

    link: Link
    hash: str
    seal: str | None


@dataclass(frozen=True)
class Head:
    """The recorded end of the chain: number of events, last hash, and the seal over both."""

    version: int
    hash: str
    seal: str | None


@dataclass(frozen=True)
class Break:
    """The first event that fails verification, and why."""

    seq: int
    what: str


Vouched = Callable[..., bool]
"""Verifies a seal (first argument) over these words (the rest)."""

MISSING = "it is missing: the next one there has the number {found}"
NOT_AFTER = "it does not follow the event before it"
CHANGED = "it was changed"
FORGED = "the desk did not write it: its seal does not fit"
CUT_OFF = "it is missing: the case counts {version} events and {found} are there"
OTHER_END = "the case's row names another last event"
UNVOUCHED = (
    "the end of the chain is not the desk's: events were removed or added there beside it, or its row was changed"
)


def event_words(case: str, seq: int, hash_: str) -> tuple[str | int, ...]:
    """Return what an event's seal covers."""
    return "event", case, seq, hash_


def head_words(case: str, version: int, hash_: str) -> tuple[str | int, ...]:
    """Return what the seal of a chain's end covers."""
    return "head", case, version, hash_


def first_break(case: str, kept: Iterable[Kept], head: Head | None, vouched: Vouched) -> Break | None:
    """Return the first event that was changed, removed, exchanged or forged; None for an intact chain."""
    prev, count = "", 0
    for seq, one in enumerate(kept, 1):
        if wrong := _wrong(case, seq, one, prev, vouched):
            return Break(seq, wrong)
        prev, count = one.hash, seq
    if head is None:
        return Break(1, "the case has no row of its own") if count else None
    if count < head.version:
        return Break(count + 1, CUT_OFF.format(version=head.version, found=count))
    if (count, prev) != (head.version, head.hash):
        return Break(min(count, head.version + 1), OTHER_END)
    if not vouched(head.seal, *head_words(case, count, prev)):
        return Break(count + 1, UNVOUCHED)
    return None


def _wrong(case: str, seq: int, one: Kept, prev: str, vouched: Vouched) -> str | None:
    link = one.link
    if link.seq != seq:
        return MISSING.format(found=link.seq)
    if link.prev != prev:
        return NOT_AFTER
    try:
        same = link.case == case and link.hash == one.hash
    except (ValueError, RecursionError):
        same = False
    if not same:
        return CHANGED
    return None if vouched(one.seal, *event_words(case, seq, one.hash)) else FORGED
