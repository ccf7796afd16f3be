"""Stamps: Slack's instants as microseconds since 1970, which order events and readings. Pure but for clocks."""

import re
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import Any

_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,6})\d*)?", re.ASCII)
SECOND = 1_000_000


def stamp_of(raw: object) -> int:
    """Parse a ts such as `1355517523.000005`, or whole seconds; 0 for anything else."""
    found = _TS.fullmatch(str(raw))
    return int(found[1]) * SECOND + int((found[2] or "").ljust(6, "0")) if found else 0


def within(second: int, happened: int) -> int:
    """Return the stamp of a change whose object names its second: as exact as the event is, and within that second.

    The event may have been made later than the change, and two changes of one second are told apart by their events.
    """
    if not second:
        return happened
    return min(max(happened, second * SECOND), second * SECOND + SECOND - 1)


def asked_at(answer: Any, began: float) -> int:
    """Return when Slack was asked, by its own clock (the header Date); `began` is this machine's monotonic second.

    It is early rather than late: what happened after it may or may not be in the answer. Without the header it is by
    this machine's clock.
    """
    took = monotonic() - began
    headers = {str(name).lower(): value for name, value in (getattr(answer, "headers", None) or {}).items()}
    try:
        answered = parsedate_to_datetime(str(headers.get("date"))).timestamp()
    except ValueError:
        answered = time()
    return int((answered - took) * SECOND)
