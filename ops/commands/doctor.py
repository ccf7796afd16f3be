"""`ato doctor`: whether everything the desk stands on is as it has to be, one line each."""

import json
from pathlib import Path
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
    env_file: Annotated[
        Path, typer.Option(help="The file of settings, beneath the environment.")
    ] = Path(".env"),
) -> None:
    """Look at Slack, Zendesk, the bot, the database, the clock and the playbooks; say what is broken and what to do.

    One line each. What cannot be looked at, such as a bot that was not started yet, is said and is no failure.
    """
    from config.settings import surroundings
    from ops.exits import WRONG
    from ops.setup.doctor import examine

    found = examine(surroundings(env_file))
    wrong = [one for one in found if one.state == "broken"]
    if as_json:
        rows = [one.model_dump() for one in found]
        typer.echo(json.dumps({"good": not wrong, "checks": rows}, ensure_ascii=False, indent=1))
    else:
        marks = {"good": "ok    ", "broken": "BROKEN", "unknown": "?     "}
        for one in found:
            words = " ".join(filter(None, (one.what, one.cure)))
            typer.echo(f"{marks[one.state]} {one.check}: {words}")
        typer.echo(f"{len(found)} looked at: {len(wrong)} broken")
    if wrong:
        raise typer.Exit(WRONG)
