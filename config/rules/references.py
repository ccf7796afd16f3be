"""Reference rules: every name that a playbook mentions exists in it. Closed tables, one row per place."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from config.marks import Where
from config.rules.finding import Finding, conditions, listed, tickets, walk
from desk.playbook.model import (
    ADOPTED,
    Adopts,
    Deed,
    Outcome,
    Part,
    Playbook,
    Post,
    PostItem,
    Promise,
    Step,
    Waits,
)
from desk.playbook.parts import (
    Ask,
    CardPlan,
    Condition,
    Due,
    FieldSpec,
    RequesterChoice,
    Role,
    Rung,
    TicketChange,
    TicketPlan,
)
from desk.playbook.safeguards import Answer, CoolOff, Disputes, Lockout, Wrote

Mention = tuple[Where, str]
Place = tuple[type[BaseModel], tuple[str, ...]]


@dataclass(frozen=True)
class _Kind:
    """One kind of name: its title, the known names, and the records and attributes that refer to it."""

    title: str
    known: Callable[[Playbook], tuple[str, ...]]
    places: tuple[Place, ...]


_KINDS = (
    _Kind(
        "step",
        lambda p: tuple(p.steps),
        (
            (Playbook, ("opens_with",)),
            (Step, ("after", "not_by")),
            (Due, ("origin",)),
            (Condition, ("outcome", "compared")),
            (Promise, ("made", "kept")),
            (Disputes, ("holds",)),
            (Deed, ("step",)),
            (Adopts, ("done",)),
            (CoolOff, ("after",)),
        ),
    ),
    _Kind(
        "field",
        lambda p: tuple(p.fields),
        (
            (Ask, ("field",)),
            (Part, ("when_known",)),
            (Condition, ("field", "known")),
            (PostItem, ("field", "fields")),
            (Post, ("thread", "alike")),
            (Playbook, ("summary",)),
            (RequesterChoice, ("field",)),
            (TicketPlan, ("link",)),
            (Deed, ("fill", "none")),
            (FieldSpec, ("into",)),
            (Answer, ("of", "not_in")),
            (Lockout, ("same",)),
            (Disputes, ("same", "contact", "enquirer")),
            (Wrote, ("ticket", "email", "phone")),
            (TicketChange, ("attach",)),
            (Adopts, ("email", "name", "surname")),
        ),
    ),
    _Kind(
        "text",
        lambda p: tuple(p.texts),
        (
            (Step, ("says", "shows")),
            (Outcome, ("says", "shows")),
            (Part, ("says",)),
        ),
    ),
    _Kind(
        "role",
        lambda p: tuple(p.roles),
        (
            (Role, ("next", "fallback")),
            (Step, ("owner",)),
            (Part, ("by",)),
            (Rung, ("tell",)),
            (CardPlan, ("inbox",)),
            (Post, ("inbox", "questions")),
            (Lockout, ("then",)),
            (Disputes, ("decided_by",)),
        ),
    ),
    _Kind(
        "ticket",
        lambda p: tuple(tickets(p)),
        (
            (TicketChange, ("ticket",)),
            (Waits, ("ticket",)),
            (Adopts, ("ticket",)),
        ),
    ),
    _Kind("post", lambda p: tuple(p.posts), ((Part, ("posts",)),)),
    _Kind("calendar", lambda p: tuple(p.calendars), ((Role, ("calendar",)),)),
    _Kind("ending", lambda p: tuple(p.endings), ((Outcome, ("ends",)),)),
)


def _done(word: str) -> str | None:
    return word.removeprefix("done:") if word.startswith("done:") else None


def _step_of(word: str) -> str | None:
    return re.split("[.:]", word)[0]


def _role_told(word: str) -> str | None:
    return None if word in {"owner", "claimer"} else word


_WORD: dict[type[BaseModel], Callable[[str], str | None]] = {
    Due: _done,
    Promise: _step_of,
    Disputes: _step_of,
    CoolOff: _step_of,
    Rung: _role_told,
}
"""How the name is extracted where the word holds more than the name."""


def mentions(playbook: Playbook) -> Iterator[Finding]:
    """Report every unknown name."""
    for kind in _KINDS:
        known = kind.known(playbook)
        for where, word in mentioned(playbook, kind):
            if word not in known:
                yield Finding(where, f"there is no {kind.title} “{word}”", word, known)


def mentioned(playbook: Playbook, kind: _Kind) -> Iterator[Mention]:
    """Yield every reference of one kind, with its path."""
    for model, attributes in kind.places:
        word_of = _WORD.get(model, str)
        for where, record in walk(playbook, model):
            for attribute in attributes:
                for at, word in _words(record, attribute):
                    name = word_of(word)
                    if name is not None:
                        yield (*where, *at), name


def _words(record: BaseModel, attribute: str) -> Iterator[Mention]:
    """Yield one name, a list of names or the keys of a mapping."""
    value = getattr(record, attribute)
    here: Where = (type(record).model_fields[attribute].alias or attribute,)
    if isinstance(value, str):
        yield here, value
    else:
        yield from (listed(here, value) if isinstance(value, tuple) else (((*here, key), key) for key in value or ()))


def outcomes(playbook: Playbook) -> Iterator[Finding]:
    """Report outcomes that their step does not have."""
    for where, condition in conditions(playbook):
        for step, wanted in condition.outcome.items():
            for at, name in enumerate(wanted):
                yield from _outcome(playbook, step, name, (*where, "outcome", step, at))
    for where, deed in walk(playbook, Deed):
        if deed.step and deed.outcome:
            yield from _outcome(playbook, deed.step, deed.outcome, (*where, "outcome"))
    for where, word in (*_promised(playbook), *_counted(playbook)):
        step, colon, name = word.partition(":")
        if colon:
            yield from _outcome(playbook, step, name, where)


def _counted(playbook: Playbook) -> Iterator[Mention]:
    """Yield the outcomes that a lockout counts, as `step:outcome`."""
    for step, spec in playbook.steps.items():
        for name in spec.lockout.failed if spec.lockout else ():
            yield ("steps", step, "lockout", "failed"), f"{step}:{name}"


def _promised(playbook: Playbook) -> Iterator[Mention]:
    """Yield what makes and keeps each promise: `step`, `step:outcome` or `step.part`."""
    for where, promise in walk(playbook, Promise):
        yield (*where, "made"), promise.made
        yield from (((*where, "kept"), word) for word in promise.kept)


def _outcome(playbook: Playbook, step: str, name: str, where: Where) -> Iterator[Finding]:
    found = playbook.steps.get(step)
    adopted = playbook.adopts is not None and step in playbook.adopts.done and name == ADOPTED
    if found is not None and found.outcome(name) is None and not adopted:
        known = tuple(found.outcomes) or ("done",)
        yield Finding(where, f"the step “{step}” has no outcome “{name}”", name, known)


def parts(playbook: Playbook) -> Iterator[Finding]:
    """Report unknown parts."""
    for where, step_name, part_name in _parts_named(playbook):
        found = playbook.steps.get(step_name)
        if found is not None and part_name not in found.parts:
            what = f"the step “{step_name}” has no part “{part_name}”"
            yield Finding(where, what, part_name, tuple(found.parts))


def _parts_named(playbook: Playbook) -> Iterator[tuple[Where, str, str]]:
    for name, step in playbook.steps.items():
        for where, part in walk(step.parts, Part, ("steps", name, "parts")):
            yield from ((at, name, before) for at, before in listed((*where, "after"), part.after))
    for where, word in (*_promised(playbook), *_deeds(playbook), *_waited_for(playbook)):
        step_name, dot, part_name = word.partition(".")
        if dot:
            yield where, step_name, part_name


def _waited_for(playbook: Playbook) -> Iterator[Mention]:
    """Yield what disputes hold and what cooling-off follows: `step` or `step.part`."""
    for where, disputes in walk(playbook, Disputes):
        yield from listed((*where, "holds"), disputes.holds)
    for where, cool_off in walk(playbook, CoolOff):
        yield from listed((*where, "after"), cool_off.after)


def _deeds(playbook: Playbook) -> Iterator[Mention]:
    """Yield the parts that rehearsals finish: `step.part`, or a part without its step."""
    for where, deed in walk(playbook, Deed):
        if deed.part is not None:
            yield (*where, "part"), f"{deed.step}.{deed.part}" if deed.step else deed.part


def expected(playbook: Playbook) -> Iterator[Finding]:
    """Report rehearsals that expect an unknown ending, step, promise or role."""
    tables: dict[str, Mapping[str, object]] = {
        "ending": playbook.endings,
        "open": playbook.steps,
        "promises": playbook.promises,
        "cards": playbook.roles,
    }
    for name, rehearsal in playbook.rehearsals.items():
        for key, known in tables.items():
            there = rehearsal.expect.get(key) or ()
            for word in [there] if isinstance(there, str) else there:
                if str(word).partition(".")[0] not in known:
                    what = f"the rehearsal expects “{word}”, which is not in the playbook"
                    yield Finding(("rehearsals", name, "expect", key), what, str(word), tuple(known))


def retention(playbook: Playbook) -> Iterator[Finding]:
    """Report retention for a class that no field belongs to."""
    known = tuple(dict.fromkeys(("case", *(f.keep for f in playbook.fields.values() if f.personal))))
    for name in playbook.retention:
        if name not in known:
            yield Finding(("retention", name), f"no field is kept as “{name}”", name, known, key=True)
