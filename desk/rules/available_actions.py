"""Available actions: what a person may do with a case beside finishing its steps. Pure; a dry run of the rules.

Menus are built from this, and a form that would be refused does not open; so what is offered and what is permitted
cannot differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from desk.case import commands as cmd
from desk.case.commands import DecideDispute
from desk.case.situation import Situation
from desk.case.state import Case
from desk.playbook.model import Playbook, Step
from desk.playbook.parts import by_desk
from desk.rules.decide import refused
from desk.values import Line, Person, Refusal
from desk.workflow.conditions import fields_asked


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


OF_STEP = ("hand_over", "snooze", "override")
OF_CASE = ("note", "question", "correct", "wait", "resume", "merge", "cancel", "reopen", "dispute")
ANOTHER = "?"
"""Placeholder for another case's name, or a reason, in a dry run."""


def offers(situation: Situation, person: Person) -> Offers:
    """List what this person may do with this case now."""
    every = (*_of_steps(situation.case, situation.playbook), *(Offer(what) for what in OF_CASE))
    allowed = (one for one in every if why_refused(one, situation, person) is None)
    return Offers(tuple(allowed))


def _of_steps(case: Case, playbook: Playbook) -> Iterator[Offer]:
    for name, step in playbook.steps.items():
        state = case.step(name)
        if state.status == "open":
            for attempt in step.attempts:
                yield Offer("attempt", name, state.occurrence, attempt)
            for what in OF_STEP:
                if what != "override" or (can_lift(step, playbook) and not state.overridden):
                    yield Offer(what, name, state.occurrence)


def can_lift(step: Step, playbook: Playbook) -> bool:
    """Return whether a step has a safeguard to override: four eyes, a cap, or a duplicate guard."""
    capped = any(playbook.fields[name].most is not None for name in fields_asked(step))
    return bool(step.not_by or step.unique or capped)


def why_refused(offer: Offer, situation: Situation, person: Person) -> Refusal | None:
    """Return why this person may not do it now, whatever they would enter; None when they may."""
    case = situation.case
    about = {"case": case.id, "delivery": "", "by": person}
    step = {**about, "step": offer.step, "occurrence": offer.occurrence}
    trial = _trial(offer, about, step, situation.playbook, next(iter(case.twins), ANOTHER))
    refusal = refused(trial, situation)
    return None if refusal and refusal.fields else refusal


def _trial(
    offer: Offer,
    about: dict[str, object],
    step: dict[str, object],
    playbook: Playbook,
    another: str,
) -> cmd.Command:
    """Build the command with placeholders for what is still to be entered."""
    code = next(iter(playbook.cancels), ANOTHER)
    more: dict[str, tuple[type[cmd.Command], dict[str, object]]] = {
        "hand_over": (cmd.HandOver, {**step, "to": about["by"]}),
        "snooze": (cmd.Snooze, {**step, "seconds": 900, "reason": ANOTHER}),
        "override": (cmd.Override, {**step, "reason": ANOTHER}),
        "attempt": (cmd.LogAttempt, {**step, "attempt": offer.attempt}),
        "question": (cmd.Question, {**about, "words": ANOTHER}),
        "correct": (cmd.RecordFacts, about),
        "wait": (cmd.WaitForCustomer, {**about, "reason": ANOTHER}),
        "resume": (cmd.Resume, about),
        "merge": (cmd.Merge, {**about, "into": another}),
        "cancel": (cmd.Cancel, {**about, "code": code}),
        "reopen": (cmd.Reopen, {**about, "reason": ANOTHER}),
        "dispute": (DecideDispute, {**about, "reason": ANOTHER}),
    }
    kind, given = more.get(offer.what, (cmd.AddNote, {**about, "words": ANOTHER}))
    return kind.model_validate(given)


def correctable(case: Case, playbook: Playbook) -> tuple[str, ...]:
    """List the facts that can be corrected: known or asked for so far, in the playbook's order."""
    reached = {
        name
        for step, spec in playbook.steps.items()
        if case.step(step).status in {"open", "done"}
        for name in fields_asked(spec)
    }
    kinds = {"ticks", "files"}
    return tuple(
        name
        for name, spec in playbook.fields.items()
        if (name in reached or case.known(name)) and not (spec.compared or by_desk(spec)) and spec.type not in kinds
    )


def no_such_case(name: str) -> Line:
    """Return the refusal for a merge into a case that is not open."""
    return Line(key="There is no open case {case}. Nothing was changed.", args={"case": name})
