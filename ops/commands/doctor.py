"""`ato doctor`: health checks of the installation, one line each; `--live` tests assumptions on a real account."""

import json
from pathlib import Path
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
    env_file: Annotated[Path, typer.Option(help="The file of settings, beneath the environment.")] = Path(".env"),
    live: Annotated[
        bool,
        typer.Option("--live", help="Rehearse on the account: make, change and delete test data."),
    ] = False,
    channel: Annotated[
        str | None, typer.Option(help="With --live: the Slack channel to post in, an id or #name.")
    ] = None,
    report: Annotated[Path, typer.Option(help="With --live: the file that the report is written into.")] = Path(
        "live-report.md"
    ),
    yes: Annotated[bool, typer.Option("--yes", help="With --live: do not ask before.")] = False,
) -> None:
    """Look at Slack, Zendesk, the bot, the database, the clock and the playbooks; say what is broken and what to do.

    One line each. What cannot be looked at, such as a bot that was not started yet, is said and is no failure.
    """
    from ops.exits import USAGE, WRONG, explained, stop

    if not live and (channel or yes):
        stop("--channel and --yes belong to --live.", "ato doctor --live --help", USAGE)
    if live:
        from ops.live.telling import live as rehearsed

        with explained():
            good = rehearsed(env_file, channel, report, as_json=as_json, sure=yes)
    else:
        good = _looked(env_file, as_json=as_json)
    if not good:
        raise typer.Exit(WRONG)


def _looked(env_file: Path, *, as_json: bool) -> bool:
    from config.settings import surroundings
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
    return not wrong
