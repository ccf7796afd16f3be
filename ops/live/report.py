"""Report of a live rehearsal as Markdown and as plain data. It names no account and nobody in it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, SecretStr

from config.settings import Settings
from ops.live.assumptions import ALL, BY_ID
from ops.live.rehearsal import Record
from ops.live.verdicts import CONFIRMED, NOT_SEEN, REFUTED, veiled

ORDER = (REFUTED, CONFIRMED, NOT_SEEN)
NOTHING = (
    "Nothing. The requester of the test tickets, the placeholder of the settings, stays a user of the account: the desk"
    " needs it."
)
_SHORTEST = 6
"""Characters from which on a value of the settings can be told from a word."""


def as_data(record: Record, settings: Settings, today: date) -> dict[str, Any]:
    """Return the report as plain data."""
    rows = [
        {
            "id": one.id,
            "result": one.result,
            "seen": one.seen,
            "says": BY_ID[one.id].says,
            "matters": BY_ID[one.id].matters,
        }
        for one in record.verdicts
    ]
    data = {
        "good": record.good,
        "date": today.isoformat(),
        "version": version("ato-desk"),
        "calls": {name: record.calls.get(name, 0) for name in ("zendesk", "slack", "updates")},
        "counts": counts(record),
        "steps": [one.model_dump() for one in record.steps],
        "assumptions": rows,
        "left": [one.model_dump() for one in record.left],
    }
    secrets = (*secrets_of(settings), *record.hidden)
    veiled_data: dict[str, Any] = _veiled(data, secrets)
    return veiled_data


def counts(record: Record) -> dict[str, int]:
    """Count verdicts by kind."""
    found = Counter(one.result for one in record.verdicts)
    return {name: found.get(name, 0) for name in ORDER}  # type: ignore[call-overload]  # a Literal, one of these three


def as_markdown(data: dict[str, Any]) -> str:
    """Render the report."""
    return "\n".join(_lines(data)) + "\n"


def _lines(data: dict[str, Any]) -> Iterator[str]:
    numbers, calls = data["counts"], data["calls"]
    yield "# ATO Desk on a real account: a rehearsal\n"
    yield (
        f"{data['date']}, ATO Desk {data['version']}, one Zendesk account and one Slack workspace. {calls['zendesk']}"
        f" calls of Zendesk, {calls['updates']} of them made or changed a ticket; {calls['slack']} calls of Slack.\n"
    )
    yield (
        f"{len(ALL)} assumptions: **{numbers[REFUTED]} refuted**, {numbers[CONFIRMED]} confirmed, {numbers[NOT_SEEN]}"
        " not seen.\n"
    )
    yield "## Left behind\n"
    yield from ([f"- {one['what']} {one['cure']}" for one in data["left"]] or [NOTHING])
    yield "\n## What was done\n"
    yield from _table(("step", "", ""), ((one["name"], one["state"], one["words"]) for one in data["steps"]))
    for result in ORDER:
        rows = [one for one in data["assumptions"] if one["result"] == result]
        yield f"\n## {result.capitalize()}: {len(rows)}\n"
        if rows:
            told = ((f"`{one['id']}`", one["says"], one["seen"], one["matters"]) for one in rows)
            yield from _table(("", "assumption", "what was seen", "where it matters"), told)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def secrets_of(part: Any) -> Iterator[str]:
    """Collect every secret of the settings, at any depth."""
    if isinstance(part, SecretStr):
        if len(part.get_secret_value()) >= _SHORTEST:
            yield part.get_secret_value()
    elif isinstance(part, BaseModel | dict | list | tuple):
        inner = part.values() if isinstance(part, dict) else part
        for one in vars(part).values() if isinstance(part, BaseModel) else inner:
            yield from secrets_of(one)


def _veiled(found: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(found, dict):
        return {name: _veiled(value, secrets) for name, value in found.items()}
    if isinstance(found, list):
        return [_veiled(value, secrets) for value in found]
    return veiled(found, secrets) if isinstance(found, str) else found
