"""`ato effects`: list, retry or resolve dead letters; `ato export`: case figures as CSV."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Look after work outside that was given up.", rich_markup_mode=None, no_args_is_help=True)
Key = Annotated[str, typer.Argument(help="The work's key, as `ato effects list` shows it.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="Your Slack user id, for the case's record; left out, your name on this machine.",
    ),
]


@app.command("list")
def effects_list() -> None:
    """List what was given up: of which case, why, and the key that retry and by-hand take."""
    from ops.exits import WRONG, explained
    from ops.keeping import letters

    with explained():
        from config.settings import settings

        found, waiting = asyncio.run(letters(settings()))
    for one in found:
        typer.echo(
            f"{one.case}  {one.kind}  {one.tries} tries since {one.since:%Y-%m-%d %H:%M} UTC\n  {one.why}\n  {one.key}"
        )
    typer.echo(f"{len(found)} given up, {waiting} waiting")
    if found:
        raise typer.Exit(WRONG)


@app.command("retry")
def effects_retry(
    key: Annotated[str | None, typer.Argument(help="The work's key; left out with --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that was given up.")] = False,
    person: As = None,
) -> None:
    """Try again what was given up. The running bot does it; mend the cause first."""
    from ops.exits import USAGE, explained, stop
    from ops.keeping import letters

    if (key is None) != every:
        stop("Name one key, or ask for all of them.", "ato effects list", USAGE)
    with explained():
        from config.settings import settings

        keys = [key] if key else [one.key for one in asyncio.run(letters(settings()))[0]]
    for one in keys:
        _mend(one, None, person)
        typer.echo(f"Tried again: {one}")
    typer.echo(f"{len(keys)} will be tried again")


@app.command("by-hand")
def effects_by_hand(
    key: Key,
    reference: Annotated[
        str,
        typer.Option(help="Where it was done: for a ticket its number, else a link or a few words."),
    ],
    confirmed: Annotated[
        str, typer.Option(help="The mark of the ticket, as this command showed it: that it is the case's.")
    ] = "",
    person: As = None,
) -> None:
    """Say that given-up work was done by hand; what waited for it goes on. A ticket is shown first."""
    _mend(key, reference, person, confirmed)
    typer.echo(f"Taken as done by hand: {key}")


def _mend(key: str, reference: str | None, person: str | None, confirmed: str = "") -> None:
    from ops.exits import explained, stop
    from ops.keeping import mend

    with explained():
        from config.settings import settings

        refused = asyncio.run(mend(settings(), key, reference, person, confirmed))
    if refused:
        stop(refused, "ato effects list")


def export(
    to: Annotated[Path, typer.Option(help="The folder for cases.csv and steps.csv.")] = Path("export"),
) -> None:
    """Write every case and every step as CSV, for the company's own reporting; no personal value is in them."""
    from ops.exits import explained
    from ops.keeping import export as write

    with explained():
        from config.settings import settings

        cases, steps = asyncio.run(write(settings(), to))
    typer.echo(f"Written: {to / 'cases.csv'} ({cases}), {to / 'steps.csv'} ({steps})")
