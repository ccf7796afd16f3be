"""Prometheus gauges of the watchdog's findings. Labels never hold personal data."""

from collections.abc import Collection, Mapping

from prometheus_client import Gauge

from desk.service.watchdog import Alarm, Watch, lateness

_LATE = Gauge(
    "ato_reminder_late_seconds", "Seconds by which the latest reminder is overdue beyond two ticks; 0 when none is"
)
WAITING = Gauge("ato_effects_waiting", "Work outside that is not done", ["urgent"])
OLDEST = Gauge("ato_effect_oldest_seconds", "Seconds for which the oldest work outside has waited", ["urgent"])
DEAD = Gauge("ato_effects_dead", "Work outside that was given up and waits for a person")
WELL = Gauge(
    "ato_watchdog_well", "1 when nothing is later than it may be, 0 when something is or the database does not answer"
)
LINK = Gauge(
    "ato_link_up",
    "1 while a connection over which the desk is told things is open (Slack's Socket Mode), 0 while it is not",
    ["vendor"],
)
UNREAD = Gauge("ato_role_unread", "1 while the user group of a role could not be read from Slack", ["role"])
NOT_SEEN = Gauge("ato_people_unread", "People of roles whose account was not read from Slack yet: they have no role")
STANDING = Gauge("ato_cases", "Open cases by the step somebody owes", ["playbook", "step"])


def show_cases(standing: Mapping[tuple[str, str], int]) -> None:
    """Set the number of cases at each step; a step that no case is at any more is set to 0."""
    _SHOWN.update(standing)
    for playbook, step in _SHOWN:
        STANDING.labels(playbook, step).set(standing.get((playbook, step), 0))


_SHOWN: set[tuple[str, str]] = set()


def show_people(roles: Collection[str], unread: Collection[str], not_seen: int) -> None:
    """Set for each role whether its user group could not be read, and how many people were not read."""
    NOT_SEEN.set(not_seen)
    for role in roles:
        UNREAD.labels(role).set(role in unread)


def write_gauges(seen: Watch | None, wrong: tuple[Alarm, ...]) -> None:
    """Set the gauges; without a reading only the health gauge is set, to unhealthy."""
    WELL.set(0 if seen is None or wrong else 1)
    if seen is None:
        return
    _LATE.set(lateness(seen.late, seen.now))
    DEAD.set(seen.backlog.dead)
    for urgent, queue in (("yes", seen.backlog.urgent), ("no", seen.backlog.routine)):
        WAITING.labels(urgent).set(queue.count)
        OLDEST.labels(urgent).set(lateness((queue.since,), seen.now))
