"""Claimants: what distinguishes two callers who claim one profile, and what is shown of each. Pure."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from desk.case.situation import Situation
from desk.case.state import Case, Claimant
from desk.fields.check import fact
from desk.fields.parse import read
from desk.fields.template_values import display
from desk.playbook.model import Playbook
from desk.playbook.safeguards import Disputes
from desk.values import Fact, Fill, Line

ALIKE = 0.75
"""Similarity (0 to 1) at which two names count as one; our own value, so that a misheard name is no second claimant."""


def differ(case: Case, other: Case, playbook: Playbook) -> bool:
    """Return whether the callers of two cases are different people, by what is known of both.

    Compared are their contacts, the authors of their tickets (or the given contact where there is no author), and their
    names.
    """
    spec = playbook.disputes
    if spec is None:
        return False
    pairs = [(case.value(name), other.value(name)) for name in spec.contact]
    pairs += [(_writes(case, name, playbook), _writes(other, name, playbook)) for name in spec.contact]
    return any(one and two and not same(one, two) for one, two in pairs) or _strangers(case, other, spec)


def same(one: Any, two: Any) -> bool:
    """Return whether two values of a field are equal, ignoring case: Anna@ is anna@."""
    return str(one).casefold() == str(two).casefold()


def _writes(case: Case, contact: str, playbook: Playbook) -> Any:
    """Return the address or number of the ticket's author; without a ticket, the contact the caller gave."""
    spec = playbook.disputes
    wrote = spec.wrote if spec else None
    kind = playbook.fields[contact].type if contact in playbook.fields else ""
    held = {"email": wrote.email, "phone": wrote.phone}.get(kind) if wrote else None
    return (case.value(held) if held else None) or case.value(contact)


def _strangers(case: Case, other: Case, spec: Disputes) -> bool:
    """Return whether two names differ: a word of the shorter one has nothing similar in the longer one."""
    one, two = sorted((_names(case, spec), _names(other, spec)), key=len)
    return bool(one) and not all(any(_alike(word, there) for there in two) for word in one)


def _names(case: Case, spec: Disputes) -> list[str]:
    """Return the normalized words of a caller's name; a name known only from a ticket does not count."""
    said = " ".join(str(case.value(name) or "") for name in spec.enquirer if case.known(name))
    letters = unicodedata.normalize("NFKD", said).casefold()
    plain = (one if one.isalpha() else " " for one in letters if not unicodedata.combining(one))
    return "".join(plain).split()


def _alike(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    initial = len(short) == 1 and long.startswith(short)
    return initial or SequenceMatcher(None, short, long, autojunk=False).ratio() >= ALIKE


def requester(playbook: Playbook, said: Mapping[str, object], now: datetime) -> dict[str, Fact]:
    """Convert a ticket's author (`email`, `phone`) into facts of the playbook's fields."""
    wrote = playbook.disputes.wrote if playbook.disputes else None
    fields = {"email": wrote.email, "phone": wrote.phone} if wrote else {}
    found: dict[str, Fact] = {}
    for part, field in fields.items():
        if field in playbook.fields and said.get(part):
            value = read(playbook.fields[field], Fill(raw=str(said[part])), now)
            found |= {} if isinstance(value, Line) else {field: fact(playbook, field, value)}
    return found


def claimant(case: Case, playbook: Playbook) -> Claimant:
    """Return a case's claimant as shown to the deciders."""
    known = tuple(
        (name, case.facts[name])
        for name in dict.fromkeys(_shown(playbook))
        if name in playbook.fields and name in case.facts and case.facts[name].known
    )
    return Claimant(
        display(case, playbook),
        case.opened_by,
        playbook.ending(case.ending) if case.ending else None,
        known,
    )


def both(situation: Situation, others: tuple[Claimant, ...]) -> tuple[Claimant, ...]:
    """List all claimants of the profile, this case's caller first, where the case is disputed."""
    return (claimant(situation.case, situation.playbook), *others) if others else ()


def _shown(playbook: Playbook) -> Iterator[str]:
    spec = playbook.disputes
    if spec is None:
        return
    yield from (*spec.enquirer, *spec.contact)
    if spec.wrote:
        yield from filter(None, (spec.wrote.ticket, spec.wrote.email, spec.wrote.phone))
