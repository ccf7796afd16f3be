"""Step rules: open a case, complete a step, complete a part. Pure; each rule adds events or refuses."""

from datetime import datetime

from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.situation import Draft
from desk.fields.check import fact, read_fills, unticked
from desk.fields.parse import default
from desk.identity import lockout, ownership_disputes
from desk.identity.answer_check import BY_HAND, any_by_desk
from desk.playbook.model import Playbook, Step
from desk.playbook.parts import Ask
from desk.rules.finish_step import INCOMPLETE, finish, judged
from desk.values import BOT, Fact, Line, Refusal, Text, in_language
from desk.workflow.cooling_off import too_soon
from desk.workflow.duties import Duty, duty_of
from desk.workflow.flow import promises
from desk.workflow.permissions import CLOSED, UNKNOWN, why_not
from desk.workflow.refusals import Verdict, refuse

CHOOSE = Line(key="Choose how this ended.")
STALE = Line(key="This card is out of date: “{step}” is not open now. I have not changed anything.")


def open_case(command: cmd.OpenCase, draft: Draft) -> Verdict:
    """Open a case by finishing the playbook's first step."""
    if refusal := may_open(command, draft):
        return refusal
    opener = command.by.id
    draft.add(
        ev.CaseOpened(
            at=draft.now,
            by=opener,
            number=draft.related.number,
            playbook=draft.playbook.playbook,
            playbook_hash=draft.case.playbook_hash,
            language=command.by.language,
        ),
        ev.FactsRecorded(at=draft.now, by=opener, facts=known_at_once(draft.playbook, draft.now)),
        ev.StepOpened(at=draft.now, by=opener, step=draft.playbook.opens_with),
    )
    if draft.related.twins:
        draft.add(ev.TwinsSeen(at=draft.now, by=BOT.id, cases=draft.related.twins))
    lockout.bar(draft)
    ownership_disputes.flag(draft)
    return finish(draft, command, draft.playbook.opens_with, "done")


def may_open(command: cmd.OpenCase, draft: Draft) -> Refusal | None:
    """Require a new case, and the role that opens one."""
    if draft.case.opened_at is not None:
        return refuse(Line(key="This case is already open. Nothing was done twice."))
    owner = draft.playbook.steps[draft.playbook.opens_with].owner
    if owner in command.by.roles:
        return None
    return refuse(
        Line(
            key="Only {role} may open a case. On duty now: {people}. I have not changed anything.",
            args={"role": draft.playbook.roles[owner].title, "people": f"role:{owner}"},
        )
    )


def known_at_once(playbook: Playbook, now: datetime) -> dict[str, Fact]:
    """Record the default values of fields that no step needs to ask for."""
    first = {ask.field for step in playbook.steps.values() for ask in _asks(step)}
    return {
        name: fact(playbook, name, default(spec, now))
        for name, spec in playbook.fields.items()
        if spec.default is not None and name not in first
    }


def _asks(step: Step) -> tuple[Ask, ...]:
    groups = [
        step.asks,
        *(o.asks for o in step.outcomes.values()),
        *(p.asks for p in step.parts.values()),
    ]
    return tuple(ask for group in groups for ask in group)


def check(
    draft: Draft,
    command: cmd.Command,
    step: str,
    part: str | None,
    occurrence: int,
) -> Refusal | Duty:
    """Find the open duty of a command, and require that the person may do it."""
    case = draft.case
    if case.opened_at is None:
        return refuse(UNKNOWN)
    if case.step(step).status == "done" and occurrence == case.step(step).occurrence:
        return _already(draft, step)
    if part and (done := case.step(step).parts.get(part)) and occurrence == case.step(step).occurrence:
        return refuse(
            Line(
                key="Already done at {done_at} by {who}. Nothing to do.",
                args={"done_at": done.at, "who": f"<@{done.by}>"},
            )
        )
    if not case.open:
        return refuse(CLOSED)
    duty = duty_of(draft.situation, step, part) if step in draft.playbook.steps else None
    if duty is None or duty.occurrence != occurrence:
        title = draft.playbook.steps[step].title if step in draft.playbook.steps else {"en": step}
        return refuse(Line(key=STALE.key, args={"step": title}))
    why = why_not(command.by, draft.situation, duty)
    return refuse(why) if why else duty


def _already(draft: Draft, step: str) -> Refusal:
    state = draft.case.step(step)
    outcome = draft.playbook.steps[step].outcome(state.outcome or "") if step in draft.playbook.steps else None
    title = outcome.title if outcome and outcome.title else {"en": "done", "it": "fatto"}
    done = state.done
    assert done is not None
    return refuse(
        Line(
            key="Already finished ({outcome}) at {done_at} by {who}. Nothing to do.",
            args={"outcome": title, "done_at": done.at, "who": f"<@{done.by}>"},
        )
    )


def _clashes(draft: Draft, spec: Step) -> Refusal:
    """Refuse what other cases did for the same orders."""
    key = "{cases} did this already for the same {what}. Nothing was done; ask {role} if it is really due twice."
    args = {
        "cases": ", ".join(draft.related.clashes),
        "what": _titles(draft.playbook, spec.unique),
        "role": f"role:{draft.playbook.override_by or spec.owner}",
    }
    return refuse(Line(key=key, args=args))


def complete_step(command: cmd.CompleteStep, draft: Draft) -> Verdict:
    """Finish a step with an outcome, after checking the person, the answers and the outcome's condition."""
    duty = check(draft, command, command.step, None, command.occurrence)
    if isinstance(duty, Refusal):
        return duty
    if soon := too_soon(draft.situation, command.step):
        return refuse(soon)
    spec = draft.playbook.steps[command.step]
    if not judged(draft.situation, spec) and spec.outcome(command.outcome) is None:
        return refuse(BY_HAND if any_by_desk(draft.playbook, spec) else CHOOSE)
    if draft.related.clashes:
        return _clashes(draft, spec)
    if why := ownership_disputes.held(command, draft):
        return refuse(why)
    ownership_disputes.flag(draft)
    if lockout.bar(draft) and lockout.passes_on(command, draft.playbook):
        return ()  # the step is the other role's now; what was answered is not kept
    return finish(draft, command, command.step, command.outcome)


def _titles(playbook: Playbook, names: tuple[str, ...]) -> Text:
    titles = [playbook.fields[name].title for name in names]
    languages = {language for title in titles for language in title}
    return {one: ", ".join(in_language(title, one) for title in titles) for one in languages}


def complete_part(command: cmd.CompletePart, draft: Draft) -> Verdict:
    """Finish a part of a step; incomplete ticks are saved, and an escalation finishes when it is posted."""
    duty = check(draft, command, command.step, command.part, command.occurrence)
    if isinstance(duty, Refusal):
        return duty
    if why := ownership_disputes.held(command, draft):
        return refuse(why)
    ownership_disputes.flag(draft)
    part = draft.playbook.steps[command.step].parts[command.part]
    facts, wrong = read_fills(part.asks, command.fills, draft.situation)
    if wrong:
        return refuse(INCOMPLETE, *wrong)
    by = command.by.id
    if facts:
        draft.add(ev.FactsRecorded(at=draft.now, by=by, facts=facts, step=command.step))
    if part.posts or unticked(part.asks, draft.situation):
        return ()
    if part.says:
        draft.add(ev.CustomerTold(at=draft.now, by=by, step=command.step, texts=part.says))
    done = ev.PartCompleted(at=draft.now, by=by, step=command.step, part=command.part, occurrence=command.occurrence)
    name = f"{command.step}.{command.part}"
    draft.add(done, *promises(draft.situation, (name,), by))
    return ()
