"""Step rules: open a case, complete a step, complete a part. Pure; each rule adds events or refuses."""

from datetime import datetime

from desk.case import commands as cmd
from desk.case import events as ev
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
from desk.workflow.flow import Growing, promises
from desk.workflow.permissions import CLOSED, UNKNOWN, why_not
from desk.workflow.refusals import Verdict, refuse

CHOOSE = Line(key="Choose how this ended.")
STALE = Line(key="This card is out of date: “{step}” is not open now. I have not changed anything.")


def open_case(command: cmd.OpenCase, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Open a case by finishing the playbook's first step."""
    if growing.case.opened_at is not None:
        return refuse(Line(key="This case is already open. Nothing was done twice."))
    owner = playbook.steps[playbook.opens_with].owner
    if owner not in command.by.roles:
        return refuse(
            Line(
                key="Only {role} may open a case. On duty now: {people}. I have not changed anything.",
                args={"role": playbook.roles[owner].title, "people": f"role:{owner}"},
            )
        )
    opener = command.by.id
    growing.add(
        ev.CaseOpened(
            at=now,
            by=opener,
            number=command.number,
            playbook=playbook.playbook,
            playbook_hash=growing.case.playbook_hash,
            language=command.by.language,
        ),
        ev.FactsRecorded(at=now, by=opener, facts=known_at_once(playbook, now)),
        ev.StepOpened(at=now, by=opener, step=playbook.opens_with),
    )
    if command.twins:
        growing.add(ev.TwinsSeen(at=now, by=BOT.id, cases=command.twins))
    lockout.bar(growing, playbook, now, command.failures)
    ownership_disputes.flag(growing, now, command.rivals)
    return finish(growing, playbook, now, command, playbook.opens_with, "done")


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
    growing: Growing,
    playbook: Playbook,
    command: cmd.Command,
    step: str,
    part: str | None,
    occurrence: int,
) -> Refusal | Duty:
    """Find the open duty of a command, and require that the person may do it."""
    case = growing.case
    if case.opened_at is None:
        return refuse(UNKNOWN)
    if case.step(step).status == "done" and occurrence == case.step(step).occurrence:
        return _already(growing, playbook, step)
    if part and (done := case.step(step).parts.get(part)) and occurrence == case.step(step).occurrence:
        return refuse(
            Line(
                key="Already done at {done_at} by {who}. Nothing to do.",
                args={"done_at": done.at, "who": f"<@{done.by}>"},
            )
        )
    if not case.open:
        return refuse(CLOSED)
    duty = duty_of(case, playbook, step, part) if step in playbook.steps else None
    if duty is None or duty.occurrence != occurrence:
        title = playbook.steps[step].title if step in playbook.steps else {"en": step}
        return refuse(Line(key=STALE.key, args={"step": title}))
    why = why_not(command.by, case, playbook, duty)
    return refuse(why) if why else duty


def _already(growing: Growing, playbook: Playbook, step: str) -> Refusal:
    state = growing.case.step(step)
    outcome = playbook.steps[step].outcome(state.outcome or "") if step in playbook.steps else None
    title = outcome.title if outcome and outcome.title else {"en": "done", "it": "fatto"}
    done = state.done
    assert done is not None
    return refuse(
        Line(
            key="Already finished ({outcome}) at {done_at} by {who}. Nothing to do.",
            args={"outcome": title, "done_at": done.at, "who": f"<@{done.by}>"},
        )
    )


def complete_step(command: cmd.CompleteStep, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Finish a step with an outcome, after checking the person, the answers and the outcome's condition."""
    duty = check(growing, playbook, command, command.step, None, command.occurrence)
    if isinstance(duty, Refusal):
        return duty
    if soon := too_soon(growing.case, playbook, command.step, now):
        return refuse(soon)
    spec = playbook.steps[command.step]
    if not judged(growing.case, playbook, spec) and spec.outcome(command.outcome) is None:
        return refuse(BY_HAND if any_by_desk(playbook, spec) else CHOOSE)
    if command.clashes:
        key = "{cases} did this already for the same {what}. Nothing was done; ask {role} if it is really due twice."
        return refuse(
            Line(
                key=key,
                args={
                    "cases": ", ".join(command.clashes),
                    "what": _titles(playbook, spec.unique),
                    "role": f"role:{playbook.override_by or spec.owner}",
                },
            )
        )
    if why := ownership_disputes.held(command, playbook):
        return refuse(why)
    ownership_disputes.flag(growing, now, command.rivals)
    if lockout.bar(growing, playbook, now, command.failures) and lockout.passes_on(command, playbook):
        return ()  # the step is the other role's now; what was answered is not kept
    return finish(growing, playbook, now, command, command.step, command.outcome)


def _titles(playbook: Playbook, names: tuple[str, ...]) -> Text:
    titles = [playbook.fields[name].title for name in names]
    languages = {language for title in titles for language in title}
    return {one: ", ".join(in_language(title, one) for title in titles) for one in languages}


def complete_part(command: cmd.CompletePart, growing: Growing, playbook: Playbook, now: datetime) -> Verdict:
    """Finish a part of a step; incomplete ticks are saved, and an escalation finishes when it is posted."""
    duty = check(growing, playbook, command, command.step, command.part, command.occurrence)
    if isinstance(duty, Refusal):
        return duty
    if why := ownership_disputes.held(command, playbook):
        return refuse(why)
    ownership_disputes.flag(growing, now, command.rivals)
    part = playbook.steps[command.step].parts[command.part]
    facts, wrong = read_fills(part.asks, command.fills, growing.case, playbook, now)
    if wrong:
        return refuse(INCOMPLETE, *wrong)
    by = command.by.id
    if facts:
        growing.add(ev.FactsRecorded(at=now, by=by, facts=facts, step=command.step))
    if part.posts or unticked(part.asks, growing.case, playbook):
        return ()
    if part.says:
        growing.add(ev.CustomerTold(at=now, by=by, step=command.step, texts=part.says))
    done = ev.PartCompleted(at=now, by=by, step=command.step, part=command.part, occurrence=command.occurrence)
    name = f"{command.step}.{command.part}"
    growing.add(done, *promises(growing.case, playbook, (name,), now, by))
    return ()
