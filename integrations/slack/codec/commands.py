"""Mapping of clicks and submitted modals to commands, or to the form that opens instead. Pure.

It knows no playbook and no case: permissions are the desk's question.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.case.commands import (
    ClaimStep,
    Command,
    CompletePart,
    CompleteStep,
    FinishByHand,
    OpenCase,
    RetryEffect,
    ShowPersonal,
)
from desk.rules.action_inputs import Entered
from desk.rules.action_table import TABLE
from desk.values import Fill, Person
from integrations.slack.codec.arrivals import Click, Show, Submission
from integrations.slack.codec.meta import FormMeta
from integrations.slack.people.voice import known_zone


def command_of(click: Click, person: Person, now: datetime) -> Command | Show | None:
    """Map a click to its command, or to the form it opens; None for a link."""
    about = {"case": click.case, "delivery": click.delivery, "by": person}
    step = {**about, "step": click.step, "occurrence": click.occurrence}
    if click.act == "do":
        return CompleteStep(**step, outcome=click.outcome)
    if click.act == "part" and click.part:
        return CompletePart(**step, part=click.part)
    if click.act == "claim":
        return ClaimStep(**step)
    if click.act == "retry":
        return RetryEffect(**about, effect=click.effect)
    if click.act == "show":
        return ShowPersonal(**about, inbox=f"role:{click.what}")
    return _one_tap(click, person, now) or _show(click)


def _one_tap(click: Click, person: Person, now: datetime) -> Command | None:
    """Return the command of a case action that asks for nothing."""
    action = TABLE.get(click.what) if click.act == "ask" else None
    if action is None or action.inputs is not None:
        return None
    return action.build(click.case, click.delivery, person, Entered(now, click.step, click.occurrence))


def _show(click: Click) -> Show | None:
    if click.act not in {"form", "partform", "hand", "ask", "try"}:
        return None
    return Show(
        meta=FormMeta(
            case=click.case,
            step=click.step,
            part=click.part,
            occurrence=click.occurrence,
            outcome=click.outcome or None,
            pinned=bool(click.outcome),
            effect=click.effect,
            channel=click.where.channel,
            ts=click.ts,
            ask="attempt" if click.act == "try" else click.what,
            attempt=click.attempt,
        )
    )


def command_sent(sent: Submission, person: Person) -> Command:
    """Map the submission of a step's form to its command."""
    meta, fills = sent.meta, sent.fills
    about = {"case": meta.case, "delivery": sent.delivery, "by": person}
    step = {**about, "step": meta.step, "occurrence": meta.occurrence, "fills": fills}
    if meta.effect:
        given = meta.field if meta.shown else words(fills, "reference")
        return FinishByHand(**about, effect=meta.effect, reference=given, shown=meta.shown)
    if meta.new:
        return OpenCase(**about, playbook=meta.playbook, fills=fills)
    if meta.part:
        return CompletePart(**step, part=meta.part)
    return CompleteStep(**step, outcome=sent.outcome or "done")


def words(fills: Mapping[str, Fill], name: str) -> str:
    """Return what was typed or chosen in a field, as one string."""
    fill = fills.get(name)
    return fill.raw.strip() if fill and isinstance(fill.raw, str) else ""


def command_of_action(sent: Submission, person: Person, who: Callable[[str], Person], now: datetime) -> Command | None:
    """Map a submitted case-action modal to its command; None for an unknown one.

    `who` returns the roles of the person to whom a step is handed over.
    """
    meta = sent.meta
    action = TABLE.get(meta.ask)
    if action is None or action.inputs is None:
        return None
    zone = ZoneInfo(known_zone(person.zone))
    entered = Entered(now, meta.step, meta.occurrence, meta.attempt, meta.field, sent.fills, zone, who)
    return action.build(meta.case, sent.delivery, person, entered)
