"""`ato torture`: randomised fault injection with kill -9, then a count of lost, duplicate and reordered work."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from ops.exits import stop

Minutes = Annotated[float, typer.Option(min=0.1, max=60, help="How long to play, in minutes.")]
Replicas = Annotated[int, typer.Option(min=1, max=8, help="How many processes serve one database.")]
Address = Annotated[str, typer.Option(help="An empty database on this machine; left out, a new SQLite file.")]
Seed = Annotated[int, typer.Option(help="The dice: what happens depends on it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write the result as JSON.")]
Without = Annotated[
    str,
    typer.Option(help="Take one safeguard out, to see it found: look, repeat or transaction."),
]
Keep = Annotated[Path | None, typer.Option(help="A folder for the logs and the database afterwards.")]


def torture(
    minutes: Minutes = 5.0,
    replicas: Replicas = 1,
    database: Address = "",
    seed: Seed = 0,
    as_json: AsJson = False,
    without: Without = "",
    keep: Keep = None,
) -> None:
    """Play cases with random faults and kill -9, then count what was lost, doubled or disordered."""
    if find_spec("tools") is None or find_spec("tools.torture") is None:
        stop("The torture does not come with the package.", "ato torture, in a checkout")
    given = {
        "--minutes": minutes,
        "--replicas": replicas,
        "--database": database,
        "--seed": seed,
        "--without": without,
        "--keep": keep,
    }
    words = [f"{name}={value}" for name, value in given.items() if value not in {"", None}]
    sys.stdout.flush()
    os.execv(  # noqa: S606 - our own tool, in the place of this process, so that it gets its signals
        sys.executable,
        [sys.executable, "-m", "tools.torture", *words, *(["--json"] if as_json else [])],
    )
