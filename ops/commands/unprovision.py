"""`ato unprovision`: take away from Zendesk what this desk made for itself alone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ops.setup.unprovision import Plan


def unprovision(
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Left out, only what would go is said.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go and change nothing.")] = False,
    env_file: Annotated[Path, typer.Option(help="The file of settings, beneath the environment.")] = Path(".env"),
) -> None:
    """Delete this desk's webhook and triggers in Zendesk. Groups, field and forms stay, and whatever others made.

    It is refused while cases of this desk are open.
    """
    from desk.service.ports import GiveUp, TryAgain
    from ops.exits import USAGE, explained, stop
    from ops.setup import unprovision as work

    again = "ato unprovision"
    if yes and dry_run:
        stop("--dry-run changes nothing and --yes does it: give one of them.", again, USAGE)
    with explained():
        try:
            plan = work.unprovision(env_file, sure=yes)
        except GiveUp as wrong:
            stop(wrong.reason, again)
        except TryAgain as wrong:
            stop(f"{wrong}. What was taken away until then is gone; the rest stays.", again)
    if plan.refused and yes:
        stop(plan.refused, again)
    _say(plan, sure=yes)


def _say(plan: "Plan", *, sure: bool) -> None:
    for one in plan.parts:
        typer.echo(f"{'- delete' if sure else 'would delete'} {one.check} “{one.name}”")
    if not plan.parts and not plan.refused:
        typer.echo("Nothing of this desk is in Zendesk.")
    for line in plan.left:
        typer.echo(f"  stays: {line}")
    if plan.refused:
        typer.echo(f"! {plan.refused}")
    if plan.parts and not sure:
        typer.echo("Nothing was changed.\nTry: ato unprovision --yes")
