"""Terminal output of `ato doctor --live`: progress per step, refuted assumptions, leftovers."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import typer

from config.settings import settings, surroundings
from ops.exits import USAGE, stop
from ops.live.assumptions import BY_ID
from ops.live.rehearsal import Record, rehearse
from ops.live.report import as_data, as_markdown, counts
from ops.live.verdicts import REFUTED, Step

MARKS = {"done": "ok      ", "left out": "left out", "failed": "FAILED  "}
_ASKS = (
    "This works in the account and the workspace of the settings: it makes two test tickets with internal comments,"
    " moves one between two groups, whose agents Zendesk may write to as it does for any ticket, posts a card in the"
    " channel, makes and revokes access tokens, and deletes it all again."
)


def live(env_file: Path, channel: str | None, report: Path, *, as_json: bool, sure: bool) -> bool:
    """Run the rehearsal and write the report; True when every step ran and nothing is left."""
    found = settings(surroundings(env_file))
    if not sure:
        _confirm()
    try:
        report.touch()  # what cannot be written is known before anything is made
    except OSError as wrong:
        stop(
            f"The report cannot be written into {report}: {wrong.strerror}.",
            "ato doctor --live --report live-report.md",
        )
    record = Record()
    try:
        rehearse(found, channel, lambda step: _step(step, as_json=as_json), record)
    finally:
        data = as_data(record, found, datetime.now(UTC).date())
        report.write_text(as_markdown(data), "utf-8")
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        _end(record, report)
    return record.good


def _confirm() -> None:
    """Ask for confirmation; without a terminal --yes is required."""
    if not sys.stdin.isatty():
        stop(_ASKS, "ato doctor --live --yes", USAGE)
    if not typer.confirm(f"{_ASKS} Go on?", err=True):
        stop("Nothing was done.", "ato doctor, which only looks")


def _step(step: Step, *, as_json: bool) -> None:
    typer.echo(f"{MARKS[step.state]} {step.name}: {step.words}", err=as_json)


def _end(record: Record, report: Path) -> None:
    for one in record.verdicts:
        if one.result == REFUTED:
            typer.echo(
                f"\nREFUTED {one.id}: {BY_ID[one.id].says}\n        Seen: {one.seen}. It matters to"
                f" {BY_ID[one.id].matters}."
            )
    for left in record.left:
        typer.echo(f"\nLEFT BEHIND: {left.what} {left.cure}")
    told = ", ".join(f"{number} {name}" for name, number in counts(record).items())
    typer.echo(f"\n{len(record.verdicts)} assumptions: {told}. The report is in {report}.")
    if not record.left:
        typer.echo("Everything that was made is deleted.")
