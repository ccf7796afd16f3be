"""The answer to a command: `decide(command, case, playbook, now) -> Decision`. Pure and total.

No await, no clock, no vendor, no database, and nothing is ever raised: a refusal is a value, and an event too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.cards.staleness import cards
from desk.case import commands as cmd
from desk.case import events as ev
from desk.case.commands import DecideDispute, LookAtClaims, ShowPersonal
from desk.case.effects import Effect
from desk.case.state import Case
from desk.fields.redact_secrets import scrubbed
from desk.identity.answer_lookups import look_ups
from desk.playbook.model import Playbook
from desk.reminders import ladder
from desk.rules import (
    adopt_ticket,
    case_actions,
    disputes,
    erasure,
    notes,
    questions,
    settle_effects,
    steps,
    unmask,
)
from desk.rules.plan_effects import plan
from desk.values import Line, Refusal
from desk.workflow.flow import Growing, follow


@dataclass(frozen=True)
class Decision:
    """What happened, what must be done outside, and why not. `case` is the case with the events applied."""

    case: Case
    events: tuple[ev.Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    refusal: Refusal | None = None
    taken_out: tuple[str, ...] = ()
    """The kinds of secrets that stood in the command's free text and were not kept."""

    @property
    def erases(self) -> tuple[str, ...]:
        """Name the retention classes whose keys go with this decision."""
        return tuple(keep for event in self.events if event.kind == "case_erased" for keep in event.keep)


_RULES: dict[type[cmd.Command], Callable[..., Any]] = {
    cmd.OpenCase: steps.open_case,
    cmd.CompleteStep: steps.complete_step,
    cmd.CompletePart: steps.complete_part,
    cmd.ClaimStep: case_actions.claim_step,
    cmd.HandOver: case_actions.hand_over,
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


def decide(command: cmd.Command, case: Case, playbook: Playbook, now: datetime) -> Decision:
    """Decide what a command means for a case at this instant."""
    growing = Growing(case)
    command, taken_out = scrubbed(command, playbook, playbook.languages[0])
    answer = _RULES[type(command)](command, growing, playbook, now)
    if isinstance(answer, Refusal):
        return _refused(command, case, answer, now)
    effects: list[Effect] = list(answer)
    follow(growing, playbook, now, command.by.id)
    effects.extend(plan(growing, playbook, now, command.by.id, 0))
    effects.extend(disputes.spread(growing, playbook, now))
    effects.extend(look_ups(growing, playbook, now))
    effects.extend(cards(growing, playbook, now, _dead_card(command)))
    return Decision(growing.case, tuple(growing.events), _in_order(effects), taken_out=taken_out)


def ends(command: cmd.Command, decision: Decision) -> tuple[str | None, str | None, str | None]:
    """Say which effect this decision settles, kills or revives."""
    if decision.refusal:
        return None, None, None
    if isinstance(command, cmd.Settle) and command.result.kind != "delayed":
        dead = command.result.kind == "dead"
        return (None, command.effect.key, None) if dead else (command.effect.key, None, None)
    if isinstance(command, cmd.FinishByHand):
        return command.effect, None, None
    return None, None, command.effect if isinstance(command, cmd.RetryEffect) else None


def refused(command: cmd.Command, case: Case, playbook: Playbook, now: datetime) -> Refusal | None:
    """Say why a command would be refused, and decide nothing: no event, no effect."""
    answer = _RULES[type(command)](command, Growing(case), playbook, now)
    return answer if isinstance(answer, Refusal) else None


def _in_order(effects: list[Effect]) -> tuple[Effect, ...]:
    """Put cards before what is said in their threads: a lane is done in this order."""
    return tuple(sorted(effects, key=lambda effect: effect.kind == "tell_people"))


def _refused(command: cmd.Command, case: Case, refusal: Refusal, now: datetime) -> Decision:
    """Keep a refusal as an event; a case that was never opened has no log to keep it in."""
    return told_no(case, command.by.id, what(command), refusal, now)


def told_no(case: Case, by: str, asked: str, refusal: Refusal, now: datetime) -> Decision:
    """Keep that somebody was told no; `asked` names what for. A case that was never opened has no log to keep it in."""
    if case.opened_at is None:
        return Decision(case, refusal=refusal)
    growing = Growing(case)
    why = Line(key=refusal.line.key, args=refusal.line.args)
    growing.add(ev.ActRefused(at=now, by=by, what=asked, why=why))
    return Decision(growing.case, tuple(growing.events), refusal=refusal)


def what(command: cmd.Command) -> str:
    """Name what a command asked for, without any customer's data."""
    named = [getattr(command, name, None) for name in ("step", "part", "outcome", "effect")]
    words = [type(command).__name__, *(word for word in named if isinstance(word, str))]
    return " ".join(words)


def _dead_card(command: cmd.Command) -> str | None:
    """A card that could not be drawn is drawn again at the next change, not at once."""
    if isinstance(command, cmd.Settle) and command.result.kind == "dead":
        return getattr(command.effect, "inbox", None)
    return None
