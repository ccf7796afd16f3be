"""Available actions: what a person may do with a case beside finishing its steps. Pure; a dry run of the rules.

Menus are built from this, and a form that would be refused does not open; so what is offered and what is permitted
cannot differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from desk.case.situation import Situation
from desk.rules.action_inputs import Entered
from desk.rules.action_table import NOTE, TABLE
from desk.rules.decide import refused
from desk.values import Line, Person, Refusal


@dataclass(frozen=True)
class Offer:
    """Available action: on a step of the case, or on the case where `step` is empty."""

    what: str
    step: str = ""
    occurrence: int = 1
    attempt: str = ""


@dataclass(frozen=True)
class Offers:
    """Available actions of one person, those on steps first."""

    all: tuple[Offer, ...] = field(default=())

    def of(self, what: str) -> tuple[Offer, ...]:
        """Return the offers of one action."""
        return tuple(one for one in self.all if one.what == what)


def offers(situation: Situation, person: Person) -> Offers:
    """List what this person may do with this case now."""
    whole = (Offer(row.name) for row in TABLE.values() if row.scope == "case")
    every = (*_of_steps(situation), *whole)
    allowed = (one for one in every if why_refused(one, situation, person) is None)
    return Offers(tuple(allowed))


def _of_steps(situation: Situation) -> Iterator[Offer]:
    playbook = situation.playbook
    for name, step in playbook.steps.items():
        state = situation.case.step(name)
        if state.status == "open":
            for row in TABLE.values():
                if row.scope == "attempt":
                    yield from (Offer(row.name, name, state.occurrence, attempt) for attempt in step.attempts)
                elif row.scope == "step" and row.offered_on(step, state, playbook):
                    yield Offer(row.name, name, state.occurrence)


def why_refused(offer: Offer, situation: Situation, person: Person) -> Refusal | None:
    """Return why this person may not do it now, whatever they would enter; None when they may.

    The list of all permitted actions is open to whoever may write a note.
    """
    row = TABLE.get(offer.what, TABLE[NOTE])
    at = Entered(situation.now, offer.step, offer.occurrence, offer.attempt)
    refusal = refused(row.dry_run(situation.case, situation.playbook, person, at), situation)
    return None if refusal and refusal.fields else refusal


def no_such_case(name: str) -> Line:
    """Return the refusal for a merge into a case that is not open."""
    return Line(key="There is no open case {case}. Nothing was changed.", args={"case": name})
