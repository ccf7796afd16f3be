"""Entry point of the fault injection: `python -m tools.torture`, started by `ato torture`."""

from urllib.parse import urlsplit

import typer

from ops.cli import keep_logs_quiet
from ops.commands.torture import Address, AsJson, Keep, Minutes, Replicas, Seed, Without
from ops.exits import USAGE, explained, stop
from tools.torture.run import Wish, run
from tools.torture.weaken import WITHOUT

LOOPBACK = {"127.0.0.1", "::1", "localhost", None, ""}

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
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
        _must_be_empty(database)
        wish = Wish(minutes, replicas, database, seed, without)
        raise typer.Exit(run(wish, as_json=as_json, keep=keep))


def _must_be_empty(database: str) -> None:
    """Exit when the named database is not empty."""
    from integrations.store.current import is_empty
    from integrations.store.engine import without_password

    if database and not is_empty(database):
        stop(
            f"There are tables in {without_password(database)}. The torture fills its database with invented cases, so"
            " it takes an empty one only. Nothing was changed.",
            "createdb torture, and --database postgresql://…/torture",
            USAGE,
        )


if __name__ == "__main__":
    keep_logs_quiet()
    app()
