"""`ato provision`: create what the playbooks need in Zendesk, and list manual steps."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ops.setup.provision import Report


def provision(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference and change nothing.")] = False,
    env_file: Annotated[
        Path, typer.Option(help="The file that is read, and into which what was found is written.")
    ] = Path(".env"),
) -> None:
    """Find or make in Zendesk the form, field, options, groups, webhook and triggers; write what was found into .env.

    Nothing is deleted, and what the desk did not make is only added to. In Slack it looks, \
and says what a person must do.
    """
    from desk.service.ports import GiveUp, TryAgain
    from ops.exits import explained, stop
    from ops.setup import provision as work

    again = "ato provision --dry-run"
    with explained():
        try:
            report = work.provision(env_file, dry=dry_run)
        except GiveUp as wrong:
            stop(wrong.reason, again)
        except TryAgain as wrong:
            stop(f"{wrong}. What was made until then stays; nothing is made twice.", again)
    _say(report, env_file, dry=dry_run)
    if report.by_person and not dry_run:
        stop("That is left for a person.", "ato provision, once it is done; then ato doctor")


def _say(report: "Report", file: Path, *, dry: bool) -> None:
    begin = "would " if dry else "+ "
    for line in report.done:
        typer.echo(f"{begin}{line}")
    for line in report.written:
        typer.echo(f"{begin}write {line} into {file}")
    for line in report.notes:
        typer.echo(f"  {line}")
    for line in report.by_person:
        typer.echo(f"! {line}")
    if not (report.done or report.written or report.by_person):
        typer.echo(f"{report.checked} things looked at: everything is as it has to be.")
