"""Codec of buttons: action ids hold the action, values hold the case. Pure.

Ids come back from outside and may be old or forged: whatever does not parse is None, never an error.
"""

import re
from dataclasses import dataclass
from typing import Literal

from desk.rules.action_table import TABLE

Kind = Literal[
    "do",
    "form",
    "part",
    "partform",
    "claim",
    "retry",
    "hand",
    "link",
    "pick",
    "ask",
    "try",
    "menu",
    "show",
]

MORE = "more"
"""The list of all permitted case actions."""

_SHAPES: dict[str, re.Pattern[str]] = {
    "do": re.compile(r"do:(?P<step>\w{1,80}):(?P<outcome>\w{1,80})"),
    "form": re.compile(r"form:(?P<step>\w{1,80}):(?P<outcome>\w{0,80})"),
    "part": re.compile(r"part:(?P<step>\w{1,80}):(?P<part>\w{1,80})"),
    "partform": re.compile(r"partform:(?P<step>\w{1,80}):(?P<part>\w{1,80})"),
    "claim": re.compile(r"claim:(?P<step>\w{1,80})"),
    "retry": re.compile(r"retry(:(?P<number>\d{1,3}))?"),
    "hand": re.compile(r"hand(:(?P<number>\d{1,3}))?"),
    "link": re.compile(r"link:(?P<number>\d{1,3})"),
    "pick": re.compile(r"pick:(?P<outcome>\w{1,80})"),
    "ask": re.compile(r"ask:(?P<what>\w{1,80}):(?P<step>\w{0,80})"),
    "try": re.compile(r"try:(?P<step>\w{1,80}):(?P<attempt>\w{1,80})"),
    "menu": re.compile(r"menu:(?P<step>\w{0,80})"),
    "show": re.compile(r"show:(?P<what>\w{1,80})"),
}
ANY_ACTION = re.compile(rf"({'|'.join(_SHAPES)})(:.*)?")
"""Matches every action id encoded here, to register handlers."""

_CASE = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)
LONGEST_VALUE = 2000  # https://docs.slack.dev/reference/block-kit/block-elements/button-element
LONGEST_ID = 255


@dataclass(frozen=True)
class Action:
    """A pressed button. `number` only distinguishes links, and several troubles' buttons; for `show`, `what` is the
    card's role.
    """

    kind: Kind
    step: str = ""
    outcome: str = ""
    part: str = ""
    number: int | None = None
    what: str = ""
    attempt: str = ""


@dataclass(frozen=True)
class StepValue:
    """The case and the occurrence of the step."""

    case: str
    occurrence: int


@dataclass(frozen=True)
class EffectValue:
    """The case and the effect."""

    case: str
    effect: str


def write_action(action: Action) -> str:
    """Encode an action id."""
    number = "" if action.number is None else str(action.number)
    middle = {
        "do": [action.step, action.outcome],
        "form": [action.step, action.outcome],
        "part": [action.step, action.part],
        "partform": [action.step, action.part],
        "claim": [action.step],
        "retry": [number] if number else [],
        "hand": [number] if number else [],
        "link": [number or "0"],
        "pick": [action.outcome or "outcome"],
        "ask": [action.what, action.step],
        "try": [action.step, action.attempt],
        "menu": [action.step],
        "show": [action.what],
    }[action.kind]
    return ":".join([action.kind, *middle])


def read_action(raw: str) -> Action | None:
    """Decode an action id; None for one that was not encoded here."""
    shape = _SHAPES.get(raw.partition(":")[0])
    found = shape.fullmatch(raw) if shape else None
    if found is None or len(raw) > LONGEST_ID:
        return None
    got = {name: value or "" for name, value in found.groupdict().items()}
    if raw.startswith("ask:") and not _askable(got["what"]):
        return None
    return Action(
        kind=raw.partition(":")[0],  # type: ignore[arg-type]  # a key of the table above
        step=got.get("step", ""),
        outcome=got.get("outcome", ""),
        part=got.get("part", ""),
        number=int(got["number"]) if got.get("number") else None,
        what=got.get("what", ""),
        attempt=got.get("attempt", ""),
    )


def _askable(what: str) -> bool:
    """Return whether a case action is opened by name; attempts have buttons of their own (`try`)."""
    return what == MORE or (what in TABLE and TABLE[what].scope != "attempt")


def write_choice(what: str, value: StepValue) -> str:
    """Encode the value of one option of a card's menu."""
    return f"{what}|{write_value(value)}"


def read_choice(menu: Action, raw: str | None) -> tuple[Action, StepValue] | None:
    """Decode a chosen menu option into the action of its button; None for anything else."""
    what, _, rest = (raw or "").partition("|")
    value = read_step_value(rest)
    asked = read_action(f"ask:{what}:{menu.step}")
    return (asked, value) if asked and value else None


def write_value(value: StepValue | EffectValue) -> str:
    """Encode a button's value."""
    if isinstance(value, StepValue):
        return f"{value.case}|{value.occurrence}"
    return f"{value.case}|{value.effect}"


def read_step_value(raw: str | None) -> StepValue | None:
    """Decode the value of a step's button; None for anything else."""
    case, occurrence = _halves(raw)
    if not case or not re.fullmatch(r"[1-9]\d{0,5}", occurrence, re.ASCII):
        return None
    return StepValue(case, int(occurrence))


def read_effect_value(raw: str | None) -> EffectValue | None:
    """Decode the value of an effect's button; None for anything else."""
    case, effect = _halves(raw)
    return EffectValue(case, effect) if case and effect.isprintable() and effect else None


def _halves(raw: str | None) -> tuple[str, str]:
    """Split at the first bar; an effect's key may hold others."""
    case, _, rest = (raw or "").partition("|")
    known = len(raw or "") <= LONGEST_VALUE and _CASE.fullmatch(case)
    return (case, rest) if known else ("", "")


def read_value(action: Action, raw: str | None) -> StepValue | EffectValue | None:
    """Decode the value that belongs to an action; None for a mismatch."""
    return read_effect_value(raw) if action.kind in {"retry", "hand"} else read_step_value(raw)
