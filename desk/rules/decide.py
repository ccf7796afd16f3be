"""Decision function: `decide(command, situation) -> Decision`. Pure and total.

No await, no clock, no vendor, no database, and no exception: a refusal is a value, and it is recorded as an event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desk.cards.staleness import cards
from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.commands import DecideDispute, LookAtClaims, ShowPersonal
from desk.case.effects import Effect
from desk.case.situation import Draft, Situation
from desk.case.state import Case
from desk.fields.redact_secrets import scrubbed
from desk.identity.answer_lookups import look_ups
from desk.reminders import ladder
from desk.rules import (
    adopt_ticket,
    case_actions,
    disputes,
    erasure,
    leaving,
    notes,
    questions,
    settle_effects,
    steps,
    unmask,
)
from desk.rules.plan_effects import plan
from desk.values import Line, Refusal
from desk.workflow.flow import follow


@dataclass(frozen=True)
class Decision:
    """Decision on a command: events, effects, or a refusal. `case` is the case with the events applied."""

    case: Case
    events: tuple[ev.Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    refusal: Refusal | None = None
    taken_out: tuple[str, ...] = ()
    """Kinds of secrets redacted from the command's free text."""

    @property
    def erases(self) -> tuple[str, ...]:
        """Return the retention classes whose keys this decision destroys."""
        return tuple(keep for event in self.events if event.kind == "case_erased" for keep in event.keep)


_RULES: dict[type[cmd.Command], Callable[..., Any]] = {
    cmd.OpenCase: steps.open_case,
    cmd.CompleteStep: steps.complete_step,
    cmd.CompletePart: steps.complete_part,
    cmd.ClaimStep: case_actions.claim_step,
    cmd.HandOver: case_actions.hand_over,
    cmd.PersonLeft: leaving.person_left,
    cmd.Snooze: case_actions.snooze,
    cmd.LogAttempt: case_actions.log_attempt,
    cmd.WaitForCustomer: case_actions.wait_for_customer,
    cmd.Resume: case_actions.resume,
    cmd.Override: case_actions.override,
    cmd.Cancel: case_actions.cancel,
    cmd.Reopen: case_actions.reopen,
    cmd.Merge: case_actions.merge,
    cmd.AddNote: notes.add_note,
    cmd.Question: questions.question,
    cmd.RecordFacts: notes.record_facts,
    cmd.NoteTicket: settle_effects.note_ticket,
    cmd.AdoptTicket: adopt_ticket.adopt,
    cmd.Erase: erasure.erase,
    cmd.Hold: erasure.hold,
    cmd.Release: erasure.release,
    ShowPersonal: unmask.show_personal,
    cmd.Settle: settle_effects.settle,
    cmd.RetryEffect: settle_effects.retry_effect,
    cmd.FinishByHand: settle_effects.finish_by_hand,
    cmd.Chase: ladder.chase,
    LookAtClaims: disputes.look_at_claims,
    DecideDispute: disputes.decide_dispute,
}


def decide(command: cmd.Command, situation: Situation) -> Decision:
    """Decide a command in its situation."""
    draft, playbook = Draft(situation), situation.playbook
    command, taken_out = scrubbed(command, playbook, playbook.languages[0])
    answer = _RULES[type(command)](command, draft)
    if isinstance(answer, Refusal):
        return _refused(command, situation, answer)
    effects: list[Effect] = list(answer)
    follow(draft, command.by.id)
    effects.extend(plan(draft, command.by.id, 0))
    effects.extend(disputes.spread(draft))
    effects.extend(look_ups(draft))
    effects.extend(cards(draft, _dead_card(command)))
    return Decision(draft.case, tuple(draft.events), _in_order(effects), taken_out=taken_out)


def ends(command: cmd.Command, decision: Decision) -> tuple[str | None, str | None, str | None]:
    """Return the effects this decision settles, kills and revives."""
    if decision.refusal:
        return None, None, None
    if isinstance(command, cmd.Settle) and command.result.kind != "delayed":
        dead = command.result.kind == "dead"
        return (None, command.effect.key, None) if dead else (command.effect.key, None, None)
    if isinstance(command, cmd.FinishByHand):
        return command.effect, None, None
    return None, None, command.effect if isinstance(command, cmd.RetryEffect) else None


def refused(command: cmd.Command, situation: Situation) -> Refusal | None:
    """Return why a command would be refused; a dry run without events and effects."""
    answer = _RULES[type(command)](command, Draft(situation))
    return answer if isinstance(answer, Refusal) else None


def _in_order(effects: list[Effect]) -> tuple[Effect, ...]:
    """Order card updates before messages in their threads, since a lane runs in order."""
    return tuple(sorted(effects, key=lambda effect: effect.kind == "tell_people"))


def _refused(command: cmd.Command, situation: Situation, refusal: Refusal) -> Decision:
    """Record a refusal as an event, unless the case does not exist."""
    return told_no(situation, command.by.id, what(command), refusal)


def told_no(situation: Situation, by: str, asked: str, refusal: Refusal) -> Decision:
    """Return the decision that records a refusal; `asked` names the command. Nothing is recorded for a missing case."""
    if situation.case.opened_at is None:
        return Decision(situation.case, refusal=refusal)
    draft = Draft(situation)
    why = Line(key=refusal.line.key, args=refusal.line.args)
    draft.add(ev.ActRefused(at=draft.now, by=by, what=asked, why=why))
    return Decision(draft.case, tuple(draft.events), refusal=refusal)


def what(command: cmd.Command) -> str:
    """Return the name of a command's request, without personal data."""
    named = [getattr(command, name, None) for name in ("step", "part", "outcome", "effect")]
    words = [type(command).__name__, *(word for word in named if isinstance(word, str))]
    return " ".join(words)


def _dead_card(command: cmd.Command) -> str | None:
    """Handle a card that could not be drawn: it is retried at the next change, not at once."""
    if isinstance(command, cmd.Settle) and command.result.kind == "dead":
        return getattr(command.effect, "inbox", None)
    return None
