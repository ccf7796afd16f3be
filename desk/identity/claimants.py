"""Who is behind a case: what tells two people who claim one profile apart, and what is shown of them. Pure."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from desk.case.state import Case, Claimant
from desk.fields.check import fact
from desk.fields.parse import read
from desk.fields.template_values import display
from desk.playbook.model import Playbook
from desk.playbook.safeguards import Disputes
from desk.values import Fact, Fill, Line

ALIKE = 0.75
"""How much of two spelled names must agree to be one name; ours, so that a name misheard on the telephone is no rival."""


def differ(case: Case, other: Case, playbook: Playbook) -> bool:
    """Say whether two cases are of different people, by what is known of both.

    That is by a contact they gave, by who wrote their tickets (where nobody wrote one, by the contact given), or by name.
    """
    spec = playbook.disputes
    if spec is None:
        return False
    pairs = [(case.value(name), other.value(name)) for name in spec.contact]
    pairs += [(_writes(case, name, playbook), _writes(other, name, playbook)) for name in spec.contact]
    return any(one and two and not same(one, two) for one, two in pairs) or _strangers(case, other, spec)


def same(one: Any, two: Any) -> bool:
    """Say whether two values of a field are one, however they are written: no mailbox tells Anna@ from anna@."""
    return str(one).casefold() == str(two).casefold()


def _writes(case: Case, contact: str, playbook: Playbook) -> Any:
    """Give the address or number somebody wrote from; what they said where they wrote no ticket."""
    spec = playbook.disputes
    wrote = spec.wrote if spec else None
    kind = playbook.fields[contact].type if contact in playbook.fields else ""
    held = {"email": wrote.email, "phone": wrote.phone}.get(kind) if wrote else None
    return (case.value(held) if held else None) or case.value(contact)


def _strangers(case: Case, other: Case, spec: Disputes) -> bool:
    """Say whether two names are of different people: a word of the shorter has nothing like it in the longer."""
    one, two = sorted((_names(case, spec), _names(other, spec)), key=len)
    return bool(one) and not all(any(_alike(word, there) for there in two) for word in one)


def _names(case: Case, spec: Disputes) -> list[str]:
    """Spell out who somebody says they are; a name that only a ticket gives is nobody's word."""
    said = " ".join(str(case.value(name) or "") for name in spec.enquirer if case.known(name))
    letters = unicodedata.normalize("NFKD", said).casefold()
    plain = (one if one.isalpha() else " " for one in letters if not unicodedata.combining(one))
    return "".join(plain).split()


def _alike(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    initial = len(short) == 1 and long.startswith(short)
    return initial or SequenceMatcher(None, short, long, autojunk=False).ratio() >= ALIKE


def requester(playbook: Playbook, said: Mapping[str, object], now: datetime) -> dict[str, Fact]:
    """Read who wrote a ticket, `email` and `phone` as the ticket system has them, into the playbook's fields."""
    wrote = playbook.disputes.wrote if playbook.disputes else None
    fields = {"email": wrote.email, "phone": wrote.phone} if wrote else {}
    found: dict[str, Fact] = {}
    for part, field in fields.items():
        if field in playbook.fields and said.get(part):
            value = read(playbook.fields[field], Fill(raw=str(said[part])), now)
            found |= {} if isinstance(value, Line) else {field: fact(playbook, field, value)}
    return found


def claimant(case: Case, playbook: Playbook) -> Claimant:
    """Say who claims a profile in a case, for those who decide."""
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


def both(case: Case, playbook: Playbook) -> tuple[Claimant, ...]:
    """Give everybody who claims the profile, this case's caller first, where that is wanted."""
    return (claimant(case, playbook), *case.claimants) if case.claimants else ()


def _shown(playbook: Playbook) -> Iterator[str]:
    spec = playbook.disputes
    if spec is None:
        return
    yield from (*spec.enquirer, *spec.contact)
    if spec.wrote:
        yield from filter(None, (spec.wrote.ticket, spec.wrote.email, spec.wrote.phone))
