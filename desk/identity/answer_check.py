"""Which answers of a step the desk compares, and how they came out. Pure; it says pass or fail and nothing else.

Where Admin is not connected, does not answer or has nothing to compare with, a person judges, as the procedure says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from desk.case.commands import Command, CompleteStep
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
    """Gives keyed digests; nobody without the deployment's key can try values."""

    def digest(self, field: str, value: str) -> str:
        """Give the digest of a field's value."""
        ...


@dataclass(frozen=True)
class Answers:
    """The answers that a step's form takes in words: what is compared, and where the look-up stands."""

    about: About
    of: str
    fields: Mapping[str, Answer]
    asks: tuple[Ask, ...]
    """What the form asks beside them."""
    state: Literal["unasked", "pending", "known"]
    learnt: AnswersLearnt | None


def answers(case: Case, playbook: Playbook, step: Step) -> Answers | None:
    """Say which answers of a step are compared now; None where a person judges."""
    every = (*step.asks, *(ask for one in step.outcomes.values() for ask in one.asks))
    found = {ask.field: how for ask in every if (how := by_desk(playbook.fields[ask.field]))}
    first = next(iter(found.values()), None)
    if first is None:
        return None
    state = _state(case, first, step)
    if state is None:
        return None
    learnt = case.learnt[f"{first.about} {case.value(first.of)}"] if state == "known" else None
    shown = tuple(ask for ask in step.asks if ask.field not in found)
    left = (ask for ask in every if ask not in shown and ask.field not in found and not ask.optional)
    missing = tuple(
        ask.model_copy(update={"optional": True})
        for ask in left
        if learnt and learnt.found and not case.known(ask.field) and ask.field not in learnt.gives
    )
    return Answers(first.about, first.of, found, (*shown, *missing), state, learnt)


AS_SAID = {
    "en": "Type what the customer says. I keep only whether it is right; left empty it counts as wrong.",
    "it": "Scrivi quello che dice il cliente. Conservo solo se è giusto; lasciato vuoto vale come sbagliato.",
}


def in_words(spec: FieldSpec) -> FieldSpec:
    """Give a compared field as the form asks for it: in words, with what to say beside it."""
    says = {one: " ".join(filter(None, [(spec.help or {}).get(one), words])) for one, words in AS_SAID.items()}
    return spec.model_copy(update={"type": "text", "max_length": 200, "help": says})


def any_by_desk(playbook: Playbook, step: Step) -> bool:
    """Say whether answers of this step are for the desk to compare, where Admin answers."""
    asks = (*step.asks, *(ask for one in step.outcomes.values() for ask in one.asks))
    return any(by_desk(playbook.fields[ask.field]) for ask in asks)


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
    """Name a look-up of what answers are compared with."""
    return f"{case.id}/learn:{about}/{number}"


def looked(case: Case, about: About) -> Iterator[int]:
    """Number the look-ups that were planned."""
    prefix = look_key(case, about, 0)[:-1]
    return (int(key.removeprefix(prefix)) for key in case.planned if key.startswith(prefix))


def in_digests(command: Command, case: Case, playbook: Playbook, digests: Digests) -> Command:
    """Put keyed digests in the place of a caller's words; words that cannot be read stay, to be refused."""
    step = playbook.steps.get(command.step) if isinstance(command, CompleteStep) else None
    found = answers(case, playbook, step) if step else None
    if found is None or not isinstance(command, CompleteStep):
        return command
    fills, kept = dict(command.fills), dict[str, str]()
    for name, how in found.fields.items():
        value = _canonical(playbook.fields[name], fills.get(name))
        if isinstance(value, str):
            del fills[name]
            kept[name] = "" if value in _named(case, how) else keyed(digests, case.id, name, value)
    return command.model_copy(update={"fills": fills, "answers": kept})


def keyed(digests: Digests, case: str, field: str, value: str) -> str:
    """Give the digest of an answer; the same answer in another case has another one."""
    return digests.digest(f"answer {field} of {case}", value)


def _canonical(spec: FieldSpec, fill: Fill | None) -> str | Line | None:
    raw = fill.raw if fill else None
    words = raw if isinstance(raw, str) else " ".join(raw or ())
    return canonical(spec, words) if words.strip() and words not in _RESULTS else None


def _named(case: Case, how: Answer) -> set[str]:
    listed = (case.value(name) for name in how.not_in)
    return {str(one) for value in listed for one in (value if isinstance(value, list) else [value])}


def unfit(
    found: Answers, fills: Fills, facts: Mapping[str, Fact], case: Case, playbook: Playbook
) -> tuple[FieldError, ...]:
    """Say which answers cannot be compared, at their fields."""
    wrong = []
    for name in found.fields:
        raw = (fills.get(name) or Fill()).raw
        line = BY_DESK if raw in _RESULTS else _canonical(playbook.fields[name], fills.get(name))
        if isinstance(line, Line):
            wrong.append(FieldError(field=name, line=line))
    number = facts[found.of].value if found.of in facts else case.value(found.of)
    if any(str(number) in _named(case, how) for how in found.fields.values()):
        wrong.append(FieldError(field=found.of, line=NOT_THEIRS))
    return tuple(wrong)


def results(found: Answers, given: Mapping[str, str], case: Case, playbook: Playbook) -> dict[str, str]:
    """Say of each answer whether it is right; an empty one is not, and none is where the order is somebody else's."""
    learnt = found.learnt
    if learnt is None or not learnt.found or not _same_customer(learnt, case, playbook):
        return dict.fromkeys(found.fields, "fail")
    return {name: "pass" if _right(learnt, name, given.get(name)) else "fail" for name in found.fields}


def _right(learnt: AnswersLearnt, name: str, digest: str | None) -> bool:
    kept = learnt.answers.get(name)
    right = kept.value if kept else None
    return bool(digest) and isinstance(right, list) and digest in right


def _same_customer(learnt: AnswersLearnt, case: Case, playbook: Playbook) -> bool:
    """Say whether the order belongs to the profile that somebody located, as far as both are known."""
    theirs = learnt.customer.value
    return not theirs or not located(case, playbook) or case.value(CUSTOMER) == theirs


def located(case: Case, playbook: Playbook, field: str = CUSTOMER) -> bool:
    """Say whether a finished step has asked for the customer: what Admin only offered is not settled."""
    for name, step in playbook.steps.items():
        chosen = step.outcome(case.step(name).outcome or "") if case.step(name).done else None
        if chosen and any(ask.field == field for ask in (*step.asks, *chosen.asks)):
            return case.known(field)
    return False


def given(found: Answers, asks: tuple[Ask, ...], case: Case, playbook: Playbook) -> dict[str, Fact]:
    """Give what Admin says of whoever has passed, for the questions of an outcome; what a person settled stays."""
    gives = found.learnt.gives if found.learnt else {}
    return {
        ask.field: gives[ask.field] for ask in asks if ask.field in gives and not located(case, playbook, ask.field)
    }


def attempted(found: Answers, case: Case, playbook: Playbook) -> dict[str, Fact]:
    """Give whose order was asked about, where nobody has said so: failures are counted by it, and no card shows it."""
    whose = found.learnt.customer if found.learnt else Fact()
    new = whose.value is not None and whose.value != case.value(CUSTOMER)
    told = CUSTOMER not in playbook.fields or located(case, playbook)
    return {CUSTOMER: whose} if new and not told else {}
