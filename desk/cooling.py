"""A rest before something that cannot be taken back, after contacts were changed or money was paid: how a playbook says it, and the event. Pure data."""

from datetime import timedelta
from typing import Literal

from desk.outcomes import Happened
from desk.short_forms import Duration, Names
from desk.values import Instant, Value


class CoolOff(Value):
    """The step rests so long after the latest of these steps and `step.part`s; whoever may override lifts it with a reason."""

    after: Names
    wait: Duration = timedelta(0)


class StepRests(Happened):
    """A step that opened rests until then: nobody is reminded before, and nobody finishes it."""

    kind: Literal["step_rests"] = "step_rests"
    step: str
    until_at: Instant
