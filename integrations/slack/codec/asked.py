"""Mapping of clicks and submitted modals to commands, or to the form that opens instead. Pure.

It knows no playbook and no case: permissions are the desk's question.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desk.case.commands import (
    AddNote,
    Cancel,
    ClaimStep,
    Command,
    CompletePart,
    CompleteStep,
    DecideDispute,
    FinishByHand,
    HandOver,
    LogAttempt,
    Merge,
    OpenCase,
    Override,
    Question,
    RecordFacts,
    Reopen,
    Resume,
    RetryEffect,
    ShowPersonal,
    Snooze,
    WaitForCustomer,
)
from desk.values import Fill, Person
from integrations.slack.codec.arrivals import Click, Show, Submission
from integrations.slack.codec.meta import FormMeta
from integrations.slack.people.voice import known_zone

TOMORROW = "tomorrow"
MORNING = time(8)
SNOOZES = ("900", "3600", "14400", TOMORROW, "259200")
"""Snooze lengths: seconds, or until tomorrow morning in the person's zone."""


def command_of(click: Click, person: Person) -> Command | Show | None:
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
    if click.what == "resume":
        return Resume(**about)
    return _show(click)


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
        return FinishByHand(**about, effect=meta.effect, reference=words(fills, "reference"))
    if meta.new:
        return OpenCase(**about, playbook=meta.playbook, fills=fills)
    if meta.part:
        return CompletePart(**step, part=meta.part)
    return CompleteStep(**step, outcome=sent.outcome or "done")


def words(fills: Mapping[str, Fill], name: str) -> str:
    """Return what was typed or chosen in a field, as one string."""
    fill = fills.get(name)
    return fill.raw.strip() if fill and isinstance(fill.raw, str) else ""


def command_beside(sent: Submission, person: Person, who: Callable[[str], Person], now: datetime) -> Command | None:
    """Map a submitted case-action modal to its command; None for an unknown one.

    `who` returns the roles of the person to whom a step is handed over.
    """
    build = _BESIDE.get(sent.meta.ask)
    if build is None:
        return None
    about = {"case": sent.meta.case, "delivery": sent.delivery, "by": person}
    kind, more = build(sent, person, who, now)
    return kind(**about, **more)


_Built = tuple[type[Command], dict[str, Any]]


def _step(sent: Submission) -> dict[str, Any]:
    step = words(sent.fills, "step") or sent.meta.step
    name, _, occurrence = step.partition("/")
    number = int(occurrence) if occurrence.isdecimal() else sent.meta.occurrence
    return {"step": name, "occurrence": number}


def _hand_over(sent: Submission, _by: Person, who: Callable[[str], Person], _now: datetime) -> _Built:
    return HandOver, {**_step(sent), "to": who(words(sent.fills, "to"))}


def _snooze(sent: Submission, by: Person, _who: object, now: datetime) -> _Built:
    seconds = length(words(sent.fills, "length"), by, now)
    return Snooze, {**_step(sent), "seconds": seconds, "reason": words(sent.fills, "reason")}


def length(chosen: str, person: Person, now: datetime) -> int:
    """Return the seconds of a choice of `SNOOZES` for this person; an invalid choice is the shortest."""
    if chosen != TOMORROW:
        return int(chosen) if chosen in SNOOZES else int(SNOOZES[0])
    zone = ZoneInfo(known_zone(person.zone))
    morning = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
    return int((morning - now).total_seconds())


def _attempt(sent: Submission, *_: object) -> _Built:
    meta = sent.meta
    about = {"step": meta.step, "occurrence": meta.occurrence, "attempt": meta.attempt}
    return LogAttempt, {**about, "fills": sent.fills}


def _override(sent: Submission, *_: object) -> _Built:
    return Override, {**_step(sent), "reason": words(sent.fills, "reason")}


def _cancel(sent: Submission, *_: object) -> _Built:
    return Cancel, {"code": words(sent.fills, "code"), "reason": words(sent.fills, "reason")}


def _dispute(sent: Submission, *_: object) -> _Built:
    shown = tuple(filter(None, sent.meta.field.split(",")))
    return DecideDispute, {"reason": words(sent.fills, "reason"), "shown": shown}


def _correct(sent: Submission, *_: object) -> _Built:
    name = sent.meta.field
    return RecordFacts, {"fills": {name: sent.fills[name]} if name in sent.fills else {}}


def _with(kind: type[Command], arg: str, name: str) -> Callable[..., _Built]:
    return lambda sent, *_: (kind, {arg: words(sent.fills, name)})


_BESIDE: dict[str, Callable[..., _Built]] = {
    "hand_over": _hand_over,
    "snooze": _snooze,
    "attempt": _attempt,
    "override": _override,
    "cancel": _cancel,
    "correct": _correct,
    "wait": _with(WaitForCustomer, "reason", "reason"),
    "reopen": _with(Reopen, "reason", "reason"),
    "dispute": _dispute,
    "merge": _with(Merge, "into", "into"),
    "note": _with(AddNote, "words", "words"),
    "question": _with(Question, "words", "words"),
}
