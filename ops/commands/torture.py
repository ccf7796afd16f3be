"""`ato torture`: whether anything is lost, doubled or disordered when everything breaks and the bot is killed at random."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

LOOPBACK = {"127.0.0.1", "::1", "localhost", None, ""}


def torture(
    minutes: Annotated[
        float, typer.Option(min=0.1, max=60, help="How long to play, in minutes.")
    ] = 5.0,
    replicas: Annotated[
        int, typer.Option(min=1, max=8, help="How many processes serve one database.")
    ] = 1,
    database: Annotated[
        str, typer.Option(help="An empty database on this machine; left out, a new SQLite file.")
    ] = "",
    seed: Annotated[int, typer.Option(help="The dice: what happens depends on it.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
    without: Annotated[
        str,
        typer.Option(help="Take one safeguard out, to see it found: look, repeat or transaction."),
    ] = "",
    keep: Annotated[
        Path | None, typer.Option(help="A folder for the logs and the database afterwards.")
    ] = None,
) -> None:
    """Play cases with random faults and kill -9, then count what was lost, doubled or disordered."""
    from ops.cli import USAGE, explained, stop
    from ops.torture.weaken import WITHOUT

    if urlsplit(database).hostname not in LOOPBACK:
        stop("The torture speaks to this machine only.", "a database on 127.0.0.1", USAGE)
    if replicas > 1 and not database.startswith("postgresql"):
        stop(
            "Several replicas need PostgreSQL.",
            "ato torture --replicas 3 --database postgresql://…",
            USAGE,
        )
    if without and without not in WITHOUT:
        stop(f"There is no safeguard “{without}”.", f"--without {' or '.join(WITHOUT)}", USAGE)
    with explained():
        from ops.torture.run import Wish, run

        _must_be_empty(database)
        wish = Wish(minutes, replicas, database, seed, without)
        raise typer.Exit(run(wish, as_json=as_json, keep=keep))


def _must_be_empty(database: str) -> None:
    """End the command when there is anything in the database that was named."""
    from integrations.store.current import is_empty
    from integrations.store.engine import without_password
    from ops.cli import USAGE, stop

    if database and not is_empty(database):
        stop(
            f"There are tables in {without_password(database)}. The torture fills its database with invented cases, so it "
            "takes an empty one only. Nothing was changed.",
            "createdb torture, and --database postgresql://…/torture",
            USAGE,
        )
