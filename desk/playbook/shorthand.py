"""Short forms in playbook files: durations such as `15m`, single-language texts, one-item lists. Pure."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from desk.values import Text

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,5})(s|m|h|d)")


def read_duration(raw: Any) -> Any:
    """Parse `90s`, `15m`, `2h` or `3d`; raises ValueError for anything else."""
    if isinstance(raw, timedelta):
        return raw
    found = _DURATION.fullmatch(str(raw))
    if not found:
        raise ValueError(f"{raw!r} is not a duration: write a whole number and s, m, h or d, such as 15m")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def write_duration(duration: timedelta) -> str:
    """Format a duration as playbooks write it."""
    seconds = int(duration.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def read_text(raw: Any) -> Any:
    """Parse a text: plain words are English, a mapping is language to words."""
    return {"en": raw} if isinstance(raw, str) else raw


def read_list(raw: Any) -> Any:
    """Turn a single word into a list of one."""
    return [raw] if isinstance(raw, str) else raw


_STRING = {"type": "string"}
Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    PlainSerializer(write_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": rf"^({_DURATION.pattern}|\$\{{[a-z_0-9]+\}})$"}),
]
_WORDS = WithJsonSchema({"anyOf": [_STRING, {"type": "object", "additionalProperties": _STRING}]})
_NAMES = WithJsonSchema({"anyOf": [_STRING, {"type": "array", "items": _STRING}]})
Words = Annotated[Text, BeforeValidator(read_text), _WORDS]
Names = Annotated[tuple[str, ...], BeforeValidator(read_list), _NAMES]
"""List of names; the JSON schema accepts the short form, too."""
