"""Fault presets ("weather") and clock moves of the page's buttons. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
SYSTEMS = (("slack", "Slack"), ("zendesk", "Zendesk"), ("backoffice", "Back office"))
MOVES = (("+15 min", "900"), ("+1 h", "3600"), ("To Monday 08:00", "monday"))


@dataclass(frozen=True)
class Weather:
    """A fault preset, as `POST /faults` takes it."""

    id: str
    title: str
    state: str
    what: str
    fault: Json = field(default_factory=dict)

    def fits(self, fault: Json) -> bool:
        """Say whether a fault belongs to this preset."""
        return all(fault.get(name) == value for name, value in self.fault.items() if name != "match")


WEATHERS = (
    Weather("slow", "Slow", "is slow", "every answer takes two seconds", {"kind": "slow", "seconds": 2}),
    Weather(
        "busy",
        "429",
        "asks to wait",
        "asks to come back in five seconds",
        {"kind": "status", "status": 429, "retry_after": "5"},
    ),
    Weather("broken", "500", "is broken", "answers that it is broken", {"kind": "status", "status": 500}),
    Weather("lost", "Lost", "loses answers", "does what it is asked, but the answer is lost", {"kind": "reset_after"}),
    Weather("down", "Down", "is down", "takes no connection", {"kind": "down"}),
)
WRITES = {"slack": "chat.*", "zendesk": "POST *", "backoffice": "POST *"}
"""What a lost answer strikes: calls that change something. Looking things up still works, or nobody could find out."""


def fault_for(system: str, name: str) -> Json:
    """The request body that sets this preset."""
    fault = next(one for one in WEATHERS if one.id == name).fault
    return {"system": system, **fault} | ({"match": WRITES.get(system, "*")} if name == "lost" else {})


def in_force(faults: list[Json]) -> dict[str, list[str]]:
    """Active presets by system."""
    found: dict[str, list[str]] = {system: [] for system, _ in SYSTEMS}
    for fault in faults:
        hit = [system for system in found if fault["system"] in (system, "*")]
        for weather in WEATHERS:
            if weather.fits(fault):
                for system in hit:
                    found[system].append(weather.id)
    return found


def in_words(faults: list[Json]) -> str:
    """A summary such as `Slack is slow · Zendesk is down`; empty without faults."""
    states = {weather.id: weather.state for weather in WEATHERS}
    names = dict(SYSTEMS)
    return " · ".join(
        f"{names[system]} {', '.join(states[one] for one in ids)}" for system, ids in in_force(faults).items() if ids
    )


def moved(offset: float) -> str:
    """The clock's offset in words; empty below half a minute."""
    minutes = round(abs(offset) / 60)
    if minutes < 1:
        return ""
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [
        f"{days} d" if days else "",
        f"{hours} h" if hours else "",
        f"{left} min" if left else "",
    ]
    return f"{'+' if offset > 0 else '−'}{' '.join(filter(None, parts))}"


def monday(now: datetime, zone: str) -> datetime:
    """The next Monday 08:00 in the reader's zone."""
    here = now.astimezone(ZoneInfo(zone))
    at = here.replace(hour=8, minute=0, second=0, microsecond=0)
    at += timedelta(days=-here.weekday() % 7)
    return at if at > here else at + timedelta(days=7)
