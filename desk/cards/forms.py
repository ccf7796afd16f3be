"""View model of a form: instructions, questions, known values of a step or part. Pure; independent of modals."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from desk.case.state import Case
from desk.fields.check import once
from desk.fields.format import show_row
from desk.fields.template_values import display, spoken
from desk.identity.answer_check import Answers, answers, in_words
from desk.playbook.model import Outcome, Part, Playbook, Step
from desk.playbook.parts import Ask, FieldSpec
from desk.playbook.safeguards import Answer
from desk.values import Fact, Text


@dataclass(frozen=True)
class Choice:
    """Selectable outcome."""

    name: str
    title: Text
    sop: bool = True


@dataclass(frozen=True)
class Input:
    """Question of a form, with its known value."""

    name: str
    field: FieldSpec
    optional: bool
    known: Fact | None


@dataclass(frozen=True)
class Form:
    """Whole form; `page` k of n in the intake."""

    playbook: str
    case: str
    display: str
    step: str
    part: str | None
    occurrence: int
    title: Text
    says: tuple[Text, ...]
    shows: tuple[Text, ...]
    choices: tuple[Choice, ...]
    chosen: str | None
    inputs: tuple[Input, ...]
    new: bool = False
    sop: bool = True


def intake(playbook: Playbook, case: str) -> Form:
    """Build the form that opens a case: the playbook's first step, before there is a case."""
    return form(Case(id=case), playbook, playbook.opens_with, None, None, new=True)


def form(
    case: Case,
    playbook: Playbook,
    step: str,
    part: str | None,
    chosen: str | None,
    *,
    new: bool = False,
) -> Form:
    """Build the form of a step or part; `chosen` is the selected outcome, whose own questions follow."""
    spec = playbook.steps[step]
    piece = spec.parts.get(part or "")
    found = None if piece else answers(case, playbook, spec)
    content = _of_part(piece) if piece else _of_step(spec, chosen, found)
    words = found.fields if found else {}
    return Form(
        playbook=playbook.playbook,
        case=case.id,
        display=display(case, playbook),
        step=step,
        part=part,
        occurrence=max(1, case.step(step).occurrence),
        title=content.title,
        says=tuple(spoken(playbook.texts[name], case, playbook) for name in content.says),
        shows=tuple(spoken(playbook.texts[name], case, playbook) for name in content.shows),
        choices=content.choices,
        chosen=chosen if content.choices else None,
        inputs=tuple(
            _input(case, playbook, ask, words)
            for ask in once(content.asks)
            if _asks_something(case, playbook.fields[ask.field])
        ),
        new=new,
        sop=content.sop,
    )


@dataclass(frozen=True)
class _Content:
    """What a form is about: a part, or a step with the selected outcome."""

    title: Text
    asks: tuple[Ask, ...]
    says: tuple[str, ...]
    sop: bool
    shows: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


def _of_part(part: Part) -> _Content:
    return _Content(part.title, part.asks, part.says, part.sop)


def _of_step(step: Step, chosen: str | None, found: Answers | None) -> _Content:
    """Return a step's content; where the desk compares answers, the outcome follows from them."""
    outcome = (step.outcome(chosen) if chosen else None) or Outcome()
    return _Content(
        step.title,
        _compared(found) if found else (*step.asks, *outcome.asks),
        (*step.says, *outcome.says),
        step.in_sop,
        (*step.shows, *outcome.shows),
        () if step.verdict or found else _choices(step),
    )


def _choices(spec: Step) -> tuple[Choice, ...]:
    """List the outcomes that a person chooses from."""
    return tuple(Choice(n, o.title, o.sop) for n, o in spec.outcomes.items() if o.title)


def _compared(found: Answers) -> tuple[Ask, ...]:
    """Add the compared questions once their order is known; an empty answer counts as wrong."""
    words = () if found.state == "unasked" else found.fields
    return (*found.asks, *(Ask(field=name, optional=True) for name in words))


def trying(case: Case, playbook: Playbook, step: str, attempt: str) -> Form:
    """Build the form that logs an attempt."""
    spec = playbook.steps[step].attempts[attempt]
    return Form(
        playbook=playbook.playbook,
        case=case.id,
        display=display(case, playbook),
        step=step,
        part=None,
        occurrence=max(1, case.step(step).occurrence),
        title=spec.title,
        says=tuple(spoken(playbook.texts[name], case, playbook) for name in spec.says),
        shows=(),
        choices=(),
        chosen=None,
        inputs=tuple(_input(case, playbook, ask) for ask in once(spec.asks)),
        sop=spec.sop,
    )


def correcting(case: Case, playbook: Playbook, name: str) -> Input:
    """Return the question that corrects a fact, with its known value."""
    return Input(name, playbook.fields[name], False, case.facts.get(name))


def _asks_something(case: Case, spec: FieldSpec) -> bool:
    """Return whether a question can be answered; ticks need at least one row."""
    return spec.type != "ticks" or bool(case.value(spec.of or ""))


def _input(case: Case, playbook: Playbook, ask: Ask, words: Mapping[str, Answer] = MappingProxyType({})) -> Input:
    spec = playbook.fields[ask.field]
    if words and ask.field in words:
        return Input(ask.field, in_words(spec), ask.optional, None)
    known = case.facts.get(ask.field) or case.facts.get(spec.prefill or "") or _lines(case, spec)
    known = None if spec.anew or spec.answer else known
    return Input(ask.field, _ticking(case, playbook, spec), ask.optional, known)


def _lines(case: Case, spec: FieldSpec) -> Fact | None:
    """Prefill a line for each order that needs one."""
    orders = case.value(spec.covers or "")
    if not isinstance(orders, list) or not spec.columns:
        return None
    first, *rest = spec.columns
    return Fact(value=[{first: order, **dict.fromkeys(rest, "")} for order in orders])


def _ticking(case: Case, playbook: Playbook, spec: FieldSpec) -> FieldSpec:
    """Return the options of a ticks field: the rows to tick off."""
    rows = case.value(spec.of or "")
    if spec.type != "ticks" or not isinstance(rows, list):
        return spec
    source = playbook.fields[spec.of or ""]
    options = {
        str(number): {one: show_row(source, row, one)[:150] for one in playbook.languages}
        for number, row in enumerate(rows)
        if isinstance(row, dict)
    }
    return spec.model_copy(update={"options": options})


def one_tap(playbook: Playbook, step: str, outcome: str, part: str | None = None) -> bool:
    """Return whether no form is needed: every question is optional, and nothing has to be read out."""
    spec = playbook.steps[step]
    piece = spec.parts.get(part or "")
    if piece:
        return all(ask.optional for ask in piece.asks) and not piece.says
    chosen = spec.outcome(outcome)
    asks = (*spec.asks, *(chosen.asks if chosen else ()))
    return all(ask.optional for ask in asks)
