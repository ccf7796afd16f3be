"""Inputs of case actions: what a form asks for, and what was entered, free of any vendor's format. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Literal

from desk.case.state import Case
from desk.playbook.model import Playbook
from desk.playbook.parts import by_desk
from desk.values import Fill, Line, Person, Text
from desk.workflow.conditions import fields_asked

ANOTHER = "?"
"""Placeholder for another case's name, or a reason, in a dry run."""

LONGEST_TEXT = 1000
LONGEST_NAME = 20

InputKind = Literal["step", "person", "choice", "text", "name", "fact", "attempt"]
"""Which open step; somebody; one of `options`; several lines; one line; a fact and its new value; the questions that
the playbook asks for an attempt.
"""


@dataclass(frozen=True)
class ActionInput:
    """Question of a case action's form.

    `most` is the limit in characters, `known` the value it begins with; only questions of the playbook have no `label`.
    """

    name: str
    kind: InputKind
    label: Line | None = None
    optional: bool = False
    most: int = LONGEST_TEXT
    hint: Line | None = None
    options: tuple[tuple[str, Line | Text], ...] = ()
    known: str = ""

    def placeholder(self, person: Person) -> str:
        """Return what a dry run enters: something for what must be entered, nothing for the rest."""
        if self.optional or self.kind in {"step", "fact", "attempt"}:
            return ""
        first = next((value for value, _ in self.options), ANOTHER)
        return person.id if self.kind == "person" else (self.known or first)


def _unknown(person: str) -> Person:
    return Person(id=person)


@dataclass(frozen=True)
class Entered:
    """What was entered in a form, and where it was opened; `zone` is that of the person.

    `about` is what the form carried along: the fact to correct, or what the case was like when it was shown.
    `person` returns somebody with their roles.
    """

    now: datetime
    step: str = ""
    occurrence: int = 1
    attempt: str = ""
    about: str = ""
    fills: Mapping[str, Fill] = field(default_factory=dict)
    zone: tzinfo = UTC
    person: Callable[[str], Person] = _unknown

    def words(self, name: str) -> str:
        """Return what was typed or chosen in an input, as one string."""
        fill = self.fills.get(name)
        return fill.raw.strip() if fill and isinstance(fill.raw, str) else ""

    def on_step(self) -> dict[str, Any]:
        """Return the step chosen in the form, else the one it was opened for."""
        name, _, number = (self.words("step") or self.step).partition("/")
        return {"step": name, "occurrence": int(number) if number.isdecimal() else self.occurrence}


STEP = ActionInput("step", "step", Line(key="Which step?"))
REASON = ActionInput("reason", "text", Line(key="Why? Whoever comes after you will ask."))

TOMORROW = "tomorrow"
MORNING = time(8)
SNOOZES: dict[str, Line] = {
    "900": Line(key="15 minutes"),
    "3600": Line(key="1 hour"),
    "14400": Line(key="4 hours"),
    TOMORROW: Line(key="Until tomorrow 08:00"),
    "259200": Line(key="3 days"),
}
"""Snooze lengths: seconds, or until tomorrow morning in the person's zone."""


def snooze_seconds(chosen: str, zone: tzinfo, now: datetime) -> int:
    """Return the seconds of a choice of `SNOOZES`; an invalid choice is the shortest."""
    if chosen != TOMORROW:
        return int(chosen) if chosen in SNOOZES else int(next(iter(SNOOZES)))
    morning = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
    return int((morning - now).total_seconds())


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


def fixed(*inputs: ActionInput) -> Callable[[Case, Playbook], tuple[ActionInput, ...]]:
    """Return inputs that are the same for every case."""
    return lambda _case, _playbook: inputs


def cancel_inputs(_case: Case, playbook: Playbook) -> tuple[ActionInput, ...]:
    """Return the inputs for cancelling: one of the playbook's codes, and more about it."""
    codes = ActionInput("code", "choice", Line(key="Why is this no case?"), options=tuple(playbook.cancels.items()))
    return codes, ActionInput("reason", "text", Line(key="More about it"), optional=True)


def merge_inputs(case: Case, _playbook: Playbook) -> tuple[ActionInput, ...]:
    """Return the input for merging: the other case's display name, one of the customer's where there is any."""
    known = Line(key="Open for the same customer: {cases}", args={"cases": ", ".join(case.twins)})
    return (
        ActionInput(
            "into",
            "name",
            Line(key="The other case, such as ATO-7"),
            most=LONGEST_NAME,
            hint=known if case.twins else None,
            known=next(iter(case.twins), ""),
        ),
    )


def correct_inputs(case: Case, playbook: Playbook) -> tuple[ActionInput, ...]:
    """Return the choice of the fact to correct; its own question follows when it is chosen."""
    options = tuple((name, playbook.fields[name].title) for name in correctable(case, playbook))
    return (ActionInput("fact", "fact", Line(key="Which fact?"), options=options),)
