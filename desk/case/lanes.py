"""Lanes of effects, and the event that plans an effect. Pure.

A lane is `<case>:ticket:<name>`, `<case>:card:<inbox>`, or `<case>:` and another kind of work. It runs in order.
"""

from datetime import datetime

from desk.case.effects import Effect
from desk.case.state import Case
from desk.case.work_events import EffectPlanned
from desk.values import BOT


def planned(effect: Effect, now: datetime) -> EffectPlanned:
    """Return the event that an effect was planned."""
    return EffectPlanned(
        at=now,
        by=BOT.id,
        effect=effect.key,
        what=effect.kind,
        inbox=getattr(effect, "inbox", None),
        ticket=getattr(effect, "name", None),
    )


def ticket_lane(case: Case, name: str) -> str:
    """Return the lane of one of the case's tickets."""
    return f"{case.id}:ticket:{name}"


def card_lane(case: Case, inbox: str) -> str:
    """Return the lane of one of the case's cards and its thread."""
    return f"{case.id}:card:{inbox}"
