"""Completion of a step: validated answers, the outcome's condition, the texts told to the customer. Pure."""

from datetime import datetime

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.state import Case
from desk.fields.check import GIVE, fact, over_cap, read_fills
from desk.identity.answer_check import WAIT, Answers, answers, attempted, given, results, unfit
from desk.identity.back_office_results import ADMIN
from desk.playbook.model import Outcome, Playbook, Step
from desk.playbook.parts import Condition
from desk.rules.sheet_requests import reading
from desk.values import FieldError, Line
from desk.workflow.conditions import holds
from desk.workflow.flow import Growing, completion
from desk.workflow.refusals import Verdict, refuse

INCOMPLETE = Line(key="Some answers are missing or wrong. Nothing is lost: mend them and submit again.")


def judged(case: Case, playbook: Playbook, step: Step) -> bool:
    """Return whether the answers determine the outcome, so that nobody chooses it."""
    return step.verdict or answers(case, playbook, step) is not None


def finish(
    growing: Growing,
    playbook: Playbook,
    now: datetime,
    command: cmd.OpenCase | cmd.CompleteStep,
    step: str,
    outcome: str,
) -> Verdict:
    """Validate the answers and close the step; compared answers determine the outcome."""
    spec, fills = playbook.steps[step], command.fills
    found = answers(growing.case, playbook, spec)
    if found and isinstance(command, cmd.CompleteStep):
        return _compared(growing, playbook, now, command, found)
    chosen = (None if spec.verdict else spec.outcome(outcome)) or Outcome()
    asks = (*spec.asks, *chosen.asks)
    facts, wrong = read_fills(asks, fills, growing.case, playbook, now)
    capped = None if growing.case.step(step).overridden else over_cap(facts, playbook)
    if wrong or capped:
        return refuse(INCOMPLETE, *wrong, *([capped] if capped else []))
    if facts:
        growing.add(ev.FactsRecorded(at=now, by=command.by.id, facts=facts, step=step))
    if sheets := reading(growing, playbook, facts, command.by, now, step, outcome):
        return sheets
    outcome = _follows(growing.case, playbook, spec) if spec.verdict else outcome
    return _close(growing, playbook, now, command.by.id, step, outcome)


def _close(
    growing: Growing, playbook: Playbook, now: datetime, by: str, step: str, outcome: str, *, compared: bool = False
) -> Verdict:
    """Finish the step if its outcome's condition holds, and record the texts told."""
    spec = playbook.steps[step]
    chosen = spec.outcome(outcome) or Outcome(when=_NEVER)
    if holds(chosen.when, growing.case, playbook) is not True:
        words = chosen.unless or {
            "en": "The answers do not allow this outcome.",
            "it": "Le risposte non consentono questo esito.",
        }
        key = "{why} Nothing is lost: mend the answers or choose another outcome."
        return refuse(Line(key=key, args={"why": words}))
    said = (*spec.says, *chosen.says)
    if said:
        growing.add(ev.CustomerTold(at=now, by=by, step=step, texts=said))
    growing.add(*completion(growing.case, playbook, step, outcome, now, by, compared=compared))
    return ()


def _compared(
    growing: Growing, playbook: Playbook, now: datetime, command: cmd.CompleteStep, found: Answers
) -> Verdict:
    """Compare the caller's answers, keeping only right or wrong; a new order number is looked up first."""
    step, by, case = command.step, command.by.id, growing.case
    facts, wrong = read_fills(found.asks, command.fills, case, playbook, now)
    wrong = (*wrong, *unfit(found, command.fills, facts, case, playbook))
    if wrong:
        return refuse(INCOMPLETE, *wrong)
    if found.state == "unasked" or found.of in facts:
        growing.add(ev.FactsRecorded(at=now, by=by, facts=facts, step=step))
        return ()
    if found.state == "pending":
        return refuse(WAIT, FieldError(field=next(iter(found.fields)), line=WAIT))
    words = results(found, command.answers, case, playbook)
    facts |= {name: fact(playbook, name, word) for name, word in words.items()}
    growing.add(ev.FactsRecorded(at=now, by=by, facts=facts, step=step))
    outcome = _answered(growing.case, playbook, playbook.steps[step], found)
    chosen = playbook.steps[step].outcome(outcome) or Outcome()
    if known := given(found, chosen.asks, growing.case, playbook):
        growing.add(ev.FactsRecorded(at=now, by=ADMIN, facts=known, step=step))
    if whose := attempted(found, growing.case, playbook):
        growing.add(ev.FactsRecorded(at=now, by=ADMIN, facts=whose, step=step, confirmed=False))
    missing = (ask.field for ask in chosen.asks if not (ask.optional or growing.case.known(ask.field)))
    if errors := [FieldError(field=name, line=GIVE) for name in missing]:
        return refuse(INCOMPLETE, *errors)
    return _close(growing, playbook, now, by, step, outcome, compared=True)


def _answered(case: Case, playbook: Playbook, spec: Step, found: Answers) -> str:
    """Return the outcome of compared answers; an order unknown to Admin may have one of its own."""
    unknown = (name for name, outcome in spec.outcomes.items() if outcome.unknown)
    there = found.learnt is not None and found.learnt.found
    return ("" if there else next(unknown, "")) or _follows(case, playbook, spec)


_NEVER = Condition(any=(Condition(no=Condition()),))


def _follows(case: Case, playbook: Playbook, spec: Step) -> str:
    """Return the first outcome whose condition holds."""
    fitting = (name for name, outcome in spec.outcomes.items() if holds(outcome.when, case, playbook) is True)
    return next(fitting, "")
