"""Answer check: compares a caller's answers with keyed digests of the right ones. Pure; it returns pass or fail only.

A person judges instead where Admin is not connected, does not answer, or has nothing to compare with.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from desk.case.commands import Command, CompleteStep
from desk.case.situation import Situation
from desk.case.state import Case
from desk.case.verification_events import AnswersLearnt
from desk.fields.normalize import canonical
from desk.playbook.model import Playbook, Step
from desk.playbook.parts import Ask, FieldSpec, by_desk
from desk.playbook.safeguards import About, Answer
from desk.values import Fact, FieldError, Fill, Fills, Line

WAIT = Line(key="I am still looking this up on Admin. Wait a moment and submit again: nothing you typed is lost.")
BY_HAND = Line(
    key=(
        "Admin does not answer, so I cannot compare this. Close this form, open it again, and record pass or fail"
        " yourself."
    )
)
BY_DESK = Line(key="Admin answers again. Close this form, open it again, and type what the customer says.")
NOT_THEIRS = Line(key="The customer reported this order as not theirs. Ask for an older one.")
_RESULTS = ("pass", "fail")
CUSTOMER = "customer_id"


class Digests(Protocol):
    """Keyed hash (port); without the deployment's key values cannot be guessed."""

    def digest(self, field: str, value: str) -> str:
        """Return the digest of a field's value."""
        ...


@dataclass(frozen=True)
class Answers:
    """Compared questions of a step, and the state of their look-up."""

    about: About
    of: str
    fields: Mapping[str, Answer]
    asks: tuple[Ask, ...]
    """The other questions of the form."""
    state: Literal["unasked", "pending", "known"]
    learnt: AnswersLearnt | None


def _compared(playbook: Playbook, step: Step) -> dict[str, Answer]:
    """Return the fields of a step whose answers the desk compares."""
    return {ask.field: how for ask in step.whole_asks if (how := by_desk(playbook.fields[ask.field]))}


def answers(case: Case, playbook: Playbook, step: Step) -> Answers | None:
    """Return the compared questions of a step; None where a person judges."""
    found = _compared(playbook, step)
    first = next(iter(found.values()), None)
    state = _state(case, first, step) if first else None
    if first is None or state is None:
        return None
    learnt = case.learnt[f"{first.about} {case.value(first.of)}"] if state == "known" else None
    shown = tuple(ask for ask in step.asks if ask.field not in found)
    left = [ask for ask in step.whole_asks if ask not in shown and ask.field not in found]
    return Answers(first.about, first.of, found, (*shown, *_not_given(left, learnt, case)), state, learnt)


def _not_given(left: Iterable[Ask], learnt: AnswersLearnt | None, case: Case) -> tuple[Ask, ...]:
    """Return the questions that neither the case nor Admin answers; they are asked, and may stay empty."""
    if learnt is None or not learnt.found:
        return ()
    known = {ask.field for ask in left if case.known(ask.field)} | learnt.gives.keys()
    unknown = (ask for ask in left if not ask.optional and ask.field not in known)
    return tuple(ask.model_copy(update={"optional": True}) for ask in unknown)


AS_SAID = {
    "en": "Type what the customer says. I keep only whether it is right; left empty it counts as wrong.",
    "it": "Scrivi quello che dice il cliente. Conservo solo se è giusto; lasciato vuoto vale come sbagliato.",
}


def in_words(spec: FieldSpec) -> FieldSpec:
    """Return a compared field as the form asks for it: as free text, with its hint."""
    says = {one: " ".join(filter(None, [(spec.help or {}).get(one), words])) for one, words in AS_SAID.items()}
    return spec.model_copy(update={"type": "text", "max_length": 200, "help": says})


def any_by_desk(playbook: Playbook, step: Step) -> bool:
    """Return whether a step has questions that the desk compares."""
    return any(by_desk(playbook.fields[ask.field]) for ask in step.whole_asks)


def _state(case: Case, how: Answer, step: Step) -> Literal["unasked", "pending", "known"] | None:
    value = case.value(how.of)
    if value is None:
        return "unasked" if any(ask.field == how.of for ask in step.asks) else None
    if f"{how.about} {value}" in case.learnt:
        return "known"
    last = max(looked(case, how.about), default=0)
    key = look_key(case, how.about, last)
    return None if last == 0 or key in case.troubles or key in case.settled else "pending"


def look_key(case: Case, about: About, number: int) -> str:
    """Return the effect key of a look-up of reference answers."""
    return f"{case.id}/learn:{about}/{number}"


def looked(case: Case, about: About) -> Iterator[int]:
    """Yield the numbers of the look-ups planned so far."""
    prefix = look_key(case, about, 0)[:-1]
    return (int(key.removeprefix(prefix)) for key in case.planned if key.startswith(prefix))


def in_digests(command: Command, case: Case, playbook: Playbook, digests: Digests) -> tuple[Command, dict[str, str]]:
    """Take a caller's words out of a command, and return their keyed digests by field.

    Words that cannot be parsed have no digest and stay, to be refused.
    """
    step = playbook.steps.get(command.step) if isinstance(command, CompleteStep) else None
    found = answers(case, playbook, step) if step else None
    if found is None or not isinstance(command, CompleteStep):
        return command, {}
    kept: dict[str, str] = {}
    for name, how in found.fields.items():
        value = _canonical(playbook.fields[name], command.fills.get(name))
        if isinstance(value, str):
            kept[name] = "" if value in _named(case, how) else keyed(digests, case.id, name, value)
    left = {name: fill for name, fill in command.fills.items() if name not in kept}
    return command.model_copy(update={"fills": left}), kept


def keyed(digests: Digests, case: str, field: str, value: str) -> str:
    """Return the digest of an answer, salted with the case."""
    return digests.digest(f"answer {field} of {case}", value)


def _canonical(spec: FieldSpec, fill: Fill | None) -> str | Line | None:
    raw = fill.raw if fill else None
    words = raw if isinstance(raw, str) else " ".join(raw or ())
    return canonical(spec, words) if words.strip() and words not in _RESULTS else None


def _named(case: Case, how: Answer) -> set[str]:
    listed = (case.value(name) for name in how.not_in)
    return {str(one) for value in listed for one in (value if isinstance(value, list) else [value])}


def unfit(found: Answers, fills: Fills, facts: Mapping[str, Fact], situation: Situation) -> tuple[FieldError, ...]:
    """Return an error for each answer that cannot be parsed, and for an order the customer reported as not theirs."""
    case = situation.case
    wrong = []
    for name in found.fields:
        raw = (fills.get(name) or Fill()).raw
        line = BY_DESK if raw in _RESULTS else _canonical(situation.playbook.fields[name], fills.get(name))
        if isinstance(line, Line):
            wrong.append(FieldError(field=name, line=line))
    number = facts[found.of].value if found.of in facts else case.value(found.of)
    if any(str(number) in _named(case, how) for how in found.fields.values()):
        wrong.append(FieldError(field=found.of, line=NOT_THEIRS))
    return tuple(wrong)


def results(found: Answers, given: Mapping[str, str], situation: Situation) -> dict[str, str]:
    """Return for each answer whether it is right; empty answers and another customer's order are wrong."""
    learnt = found.learnt
    if learnt is None or not learnt.found or not _same_customer(learnt, situation):
        return dict.fromkeys(found.fields, "fail")
    return {name: "pass" if _right(learnt, name, given.get(name)) else "fail" for name in found.fields}


def _right(learnt: AnswersLearnt, name: str, digest: str | None) -> bool:
    kept = learnt.answers.get(name)
    right = kept.value if kept else None
    return bool(digest) and isinstance(right, list) and digest in right


def _same_customer(learnt: AnswersLearnt, situation: Situation) -> bool:
    """Return whether the order belongs to the located profile, as far as both are known."""
    theirs = learnt.customer.value
    return not theirs or not located(situation) or situation.case.value(CUSTOMER) == theirs


def located(situation: Situation, field: str = CUSTOMER) -> bool:
    """Return whether a finished step asked for the customer; an unconfirmed suggestion of Admin does not count."""
    case = situation.case
    for name, step in situation.playbook.steps.items():
        chosen = step.outcome(case.step(name).outcome or "") if case.step(name).done else None
        if chosen and any(ask.field == field for ask in (*step.asks, *chosen.asks)):
            return case.known(field)
    return False


def given(found: Answers, asks: tuple[Ask, ...], situation: Situation) -> dict[str, Fact]:
    """Return Admin's facts about a verified caller, for an outcome's questions; a person's facts take precedence."""
    gives = found.learnt.gives if found.learnt else {}
    return {ask.field: gives[ask.field] for ask in asks if ask.field in gives and not located(situation, ask.field)}


def attempted(found: Answers, situation: Situation) -> dict[str, Fact]:
    """Return the order's customer where none is recorded, so that failures are counted for them; never shown."""
    whose = found.learnt.customer if found.learnt else Fact()
    new = whose.value is not None and whose.value != situation.case.value(CUSTOMER)
    told = CUSTOMER not in situation.playbook.fields or located(situation)
    return {CUSTOMER: whose} if new and not told else {}
