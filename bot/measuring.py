"""Metrics and log lines: requests, effects, cases and their steps. Never personal data.

Measured at three places: around each request, around each effect, and at each committed transaction.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import datetime

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.case import events as ev
from desk.case.effects import Effect
from desk.service.ports import Attempt, Commit, LookPlan
from desk.values import TicketRef
from integrations.store.cases import StoredCases

_log = structlog.get_logger("ato")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
LONG = (
    60,
    5 * _MINUTE,
    15 * _MINUTE,
    30 * _MINUTE,
    _HOUR,
    2 * _HOUR,
    4 * _HOUR,
    8 * _HOUR,
    _DAY,
    2 * _DAY,
    4 * _DAY,
    7 * _DAY,
    14 * _DAY,
)
"""Histogram buckets for steps and cases, in seconds: minutes, hours and days."""
SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20)
"""Histogram buckets for responses, in seconds: Slack waits three, Zendesk ten."""

DOOR = Histogram(
    "ato_door_seconds", "Seconds until an answer left, by door and status", ["door", "status"], buckets=SHORT
)
EFFECTS = Counter("ato_effects", "Tries at work outside, by kind and outcome: done, again or dead", ["kind", "outcome"])
_EFFECT = Histogram("ato_effect_seconds", "Seconds one try at work outside took", ["kind"], buckets=SHORT)
REMINDERS = Counter("ato_reminders", "Reminders sent, by playbook and rung of the ladder", ["playbook", "rung"])
OPENED = Counter("ato_cases_opened", "Cases opened", ["playbook"])
_CLOSED = Counter("ato_cases_closed", "Cases closed, by how they ended", ["playbook", "ending"])
STEPS = Counter(
    "ato_steps", "Steps, by what became of them: opened, completed or skipped", ["playbook", "step", "what"]
)
STEP = Histogram(
    "ato_step_seconds", "Seconds from the intake to the completion of a step", ["playbook", "step"], buckets=LONG
)
ESCALATED = Histogram("ato_escalated_seconds", "Seconds from the intake to the escalation", ["playbook"], buckets=LONG)
CASE = Histogram("ato_case_seconds", "Seconds from the intake to the end of a case", ["playbook"], buckets=LONG)

Perform = Callable[[Effect, Attempt], Awaitable[datetime | None]]
_DOORS = {"/slack/events": "slack", "/zendesk/webhook": "zendesk"}
_dead: ContextVar[set[str] | None] = ContextVar("ato_dead", default=None)


class MeasuredDoors:
    """ASGI middleware that times Slack's and Zendesk's requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time one request up to the start of its response."""
        door = _DOORS.get(scope.get("path", ""))
        if door is None:
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                DOOR.labels(door, str(message["status"])).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, sent)


def measured(perform: Perform) -> Perform:
    """Wrap `perform`: count and log each attempt at an effect."""

    async def tried(effect: Effect, attempt: Attempt) -> datetime | None:
        dead: set[str] = set()
        token, began = _dead.set(dead), time.perf_counter()
        try:
            again = await perform(effect, attempt)
        finally:
            _dead.reset(token)
        seconds = time.perf_counter() - began
        outcome = "again" if again else "dead" if effect.key in dead else "done"
        EFFECTS.labels(effect.kind, outcome).inc()
        _EFFECT.labels(effect.kind).observe(seconds)
        _log.info(
            "effect",
            effect=effect.key,
            kind=effect.kind,
            case=effect.case,
            outcome=outcome,
            number=attempt.number,
            seconds=round(seconds, 3),
            again_at=again and again.isoformat(),
        )
        return again

    return tried


class MeasuredCases(StoredCases):
    """The `Cases` port, with each committed decision counted and logged."""

    async def commit(self, commit: Commit) -> None:
        """Commit a decision, then count it; an exception of the store is passed on and nothing is counted.

        Counting and logging run in the event loop's next iteration, after the waiting request was answered.
        """
        await super().commit(commit)
        dead = _dead.get()
        if commit.kills and dead is not None:
            dead.add(commit.kills)
        asyncio.get_running_loop().call_soon(_tell, commit)

    async def note(self, ticket: TicketRef, delivery: str, at: datetime, plan: LookPlan) -> str | None:
        """Store a delivery about a ticket, then log it; exceptions of the store are passed on."""
        case = await super().note(ticket, delivery, at, plan)
        if case is not None:
            _log.info("noted", case=case, ticket=ticket.id, account=ticket.account, delivery=delivery)
        return case


def _tell(commit: Commit) -> None:
    for event in commit.events:
        _count(commit, event)
    _say(commit)


def _count(commit: Commit, event: ev.Event) -> None:
    name = commit.case.playbook
    match event:
        case ev.CaseOpened():
            OPENED.labels(name).inc()
        case ev.StepOpened():
            STEPS.labels(name, event.step, "opened").inc()
        case ev.StepSkipped():
            STEPS.labels(name, event.step, "skipped").inc()
        case ev.StepCompleted():
            STEPS.labels(name, event.step, "completed").inc()
            STEP.labels(name, event.step).observe(_since(commit, event))
        case ev.Escalated():
            ESCALATED.labels(name).observe(_since(commit, event))
        case ev.ChaseSent():
            REMINDERS.labels(name, str(event.rung)).inc()
        case ev.CaseEnded():
            _CLOSED.labels(name, commit.case.ending or "").inc()
            CASE.labels(name).observe(_since(commit, event))
        case _:
            return


def _since(commit: Commit, event: ev.Event) -> float:
    opened = commit.case.opened_at
    return max(0.0, (event.at - opened).total_seconds()) if opened else 0.0


def _say(commit: Commit) -> None:
    """Log one line for a commit: the case, its events and the command; no values and no free text."""
    if not commit.events:
        return
    _log.info(
        "kept",
        case=commit.case.id,
        number=commit.case.number,
        playbook=commit.case.playbook,
        events=[event.kind for event in commit.events],
        steps=_steps(commit),
        effects=[effect.key for effect in commit.effects],
        delivery=commit.delivery or None,
        settles=commit.settles,
        kills=commit.kills,
        revives=commit.revives,
    )


def _steps(commit: Commit) -> list[str]:
    found = (getattr(event, "step", None) for event in commit.events)
    return list(dict.fromkeys(step for step in found if step))
