"""Completion of a step: validated answers, the outcome's condition, the texts told to the customer. Pure."""

from dataclasses import dataclass

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.situation import Draft, Situation
from desk.fields.check import GIVE, Facts, fact, over_cap, read_fills
from desk.identity.answer_check import WAIT, Answers, answers, attempted, given, results, unfit
from desk.identity.back_office_results import ADMIN
from desk.playbook.model import Outcome, Step
from desk.playbook.parts import Condition
from desk.rules.sheet_requests import reading
from desk.values import FieldError, Line, Refusal
from desk.workflow.conditions import holds
from desk.workflow.flow import completion
from desk.workflow.refusals import Verdict, refuse

INCOMPLETE = Line(key="Some answers are missing or wrong. Nothing is lost: mend them and submit again.")


def judged(situation: Situation, step: Step) -> bool:
    """Return whether the answers determine the outcome, so that nobody chooses it."""
    return step.verdict or answers(situation.case, situation.playbook, step) is not None


@dataclass(frozen=True)
class Recorded:
    """Answers that were recorded, and the outcome that follows; None leaves the step open."""

    facts: Facts
    outcome: str | None
    compared: bool = False


def finish(draft: Draft, command: cmd.OpenCase | cmd.CompleteStep, step: str, outcome: str) -> Verdict:
    """Record the answers and close the step; an uploaded sheet is read first."""
    recorded = record(draft, command, step, outcome)
    if isinstance(recorded, Refusal):
        return recorded
    if recorded.outcome is None:
        return ()
    if not recorded.compared and (sheets := reading(draft, recorded.facts, command.by, step, outcome)):
        return sheets
    return _close(draft, command.by.id, step, recorded.outcome, compared=recorded.compared)


def record(draft: Draft, command: cmd.OpenCase | cmd.CompleteStep, step: str, outcome: str) -> Refusal | Recorded:
    """Validate the answers and record them as facts; compared answers determine the outcome."""
    spec, fills = draft.playbook.steps[step], command.fills
    found = answers(draft.case, draft.playbook, spec)
    if found and isinstance(command, cmd.CompleteStep):
        return _record_compared(draft, command, found)
    chosen = (None if spec.verdict else spec.outcome(outcome)) or Outcome()
    facts, wrong = read_fills((*spec.asks, *chosen.asks), fills, draft.situation)
    if not draft.case.step(step).overridden and (capped := over_cap(facts, draft.playbook)):
        wrong = (*wrong, capped)
    if wrong:
        return refuse(INCOMPLETE, *wrong)
    if facts:
        draft.add(ev.FactsRecorded(at=draft.now, by=command.by.id, facts=facts, step=step))
    return Recorded(facts, _follows(draft.situation, spec) if spec.verdict else outcome)


def _close(draft: Draft, by: str, step: str, outcome: str, *, compared: bool = False) -> Verdict:
    """Finish the step if its outcome's condition holds, and record the texts told."""
    spec = draft.playbook.steps[step]
    chosen = spec.outcome(outcome) or Outcome(when=_NEVER)
    if holds(chosen.when, draft.situation) is not True:
        words = chosen.unless or {
            "en": "The answers do not allow this outcome.",
            "it": "Le risposte non consentono questo esito.",
        }
        key = "{why} Nothing is lost: mend the answers or choose another outcome."
        return refuse(Line(key=key, args={"why": words}))
    said = (*spec.says, *chosen.says)
    if said:
        draft.add(ev.CustomerTold(at=draft.now, by=by, step=step, texts=said))
    draft.add(*completion(draft.situation, step, outcome, by, compared=compared))
    return ()


def _record_compared(draft: Draft, command: cmd.CompleteStep, found: Answers) -> Refusal | Recorded:
    """Compare the caller's answers, keeping only right or wrong; a new order number is looked up first."""
    step, by = command.step, command.by.id
    facts, wrong = read_fills(found.asks, command.fills, draft.situation)
    wrong = (*wrong, *unfit(found, command.fills, facts, draft.situation))
    if wrong:
        return refuse(INCOMPLETE, *wrong)
    if found.state == "unasked" or found.of in facts:
        draft.add(ev.FactsRecorded(at=draft.now, by=by, facts=facts, step=step))
        return Recorded(facts, None)
    if found.state == "pending":
        return refuse(WAIT, FieldError(field=next(iter(found.fields)), line=WAIT))
    words = results(found, draft.related.answers, draft.situation)
    facts |= {name: fact(draft.playbook, name, word) for name, word in words.items()}
    draft.add(ev.FactsRecorded(at=draft.now, by=by, facts=facts, step=step))
    return _record_given(draft, step, facts, found)


def _record_given(draft: Draft, step: str, facts: Facts, found: Answers) -> Refusal | Recorded:
    """Record what Admin knows of a caller whose answers were compared; the outcome follows from them."""
    outcome = _answered(draft.situation, draft.playbook.steps[step], found)
    chosen = draft.playbook.steps[step].outcome(outcome) or Outcome()
    if known := given(found, chosen.asks, draft.situation):
        draft.add(ev.FactsRecorded(at=draft.now, by=ADMIN, facts=known, step=step))
    if whose := attempted(found, draft.situation):
        draft.add(ev.FactsRecorded(at=draft.now, by=ADMIN, facts=whose, step=step, confirmed=False))
    missing = (ask.field for ask in chosen.asks if not (ask.optional or draft.case.known(ask.field)))
    if errors := [FieldError(field=name, line=GIVE) for name in missing]:
        return refuse(INCOMPLETE, *errors)
    return Recorded(facts, outcome, compared=True)


def _answered(situation: Situation, spec: Step, found: Answers) -> str:
    """Return the outcome of compared answers; an order unknown to Admin may have one of its own."""
    unknown = (name for name, outcome in spec.outcomes.items() if outcome.unknown)
    there = found.learnt is not None and found.learnt.found
    return ("" if there else next(unknown, "")) or _follows(situation, spec)


_NEVER = Condition(any=(Condition(no=Condition()),))


def _follows(situation: Situation, spec: Step) -> str:
    """Return the first outcome whose condition holds."""
    fitting = (name for name, outcome in spec.outcomes.items() if holds(outcome.when, situation) is True)
    return next(fitting, "")
