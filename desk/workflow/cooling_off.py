"""Cooling-off periods: which steps must wait, until when, and the refusal before that. Pure.

Waiting times on changed contacts and on payouts: NIST SP 800-63B-4 section 4.2, and the Red Flags Rule (16 CFR 681).
"""

from datetime import datetime

from desk.case.situation import Situation
from desk.case.state import Case
from desk.case.verification_events import StepRests
from desk.playbook.safeguards import CoolOff
from desk.values import BOT, Line

RESTS = Line(
    key=(
        "This rests until {until_at}, because contact details were changed or money was paid. {role} may lift that,"
        " with a reason. I have not changed anything."
    )
)


def rest(case: Case, step: str, spec: CoolOff | None, now: datetime) -> tuple[StepRests, ...]:
    """Begin the cooling-off period of an opening step, where the event it follows is recent."""
    if spec is None:
        return ()
    times = [at for name in spec.after if (at := _done_at(case, name))]
    until = max(times, default=now) + spec.wait
    return (StepRests(at=now, by=BOT.id, step=step, until_at=until),) if until > now and times else ()


def _done_at(case: Case, name: str) -> datetime | None:
    step, _, part = name.partition(".")
    state = case.step(step)
    done = state.parts.get(part) if part else state.done
    return done.at if done else None


def too_soon(situation: Situation, step: str) -> Line | None:
    """Return why a step may not be finished yet; an override lifts it."""
    playbook = situation.playbook
    state = situation.case.step(step)
    if state.rests_until is None or state.rests_until <= situation.now or state.overridden:
        return None
    role = playbook.override_by or playbook.steps[step].owner
    return Line(key=RESTS.key, args={"until_at": state.rests_until, "role": playbook.roles[role].title})
