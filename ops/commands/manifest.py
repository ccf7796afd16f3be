"""`ato manifest`: print the Slack app manifest."""

import json
from typing import Annotated

import typer


def manifest(
    url: Annotated[str | None, typer.Option(help="The bot's address; left out, ATO_WEB__PUBLIC_URL.")] = None,
    socket: Annotated[
        bool,
        typer.Option("--socket", help="Without an address: the app speaks through Socket Mode."),
    ] = False,
) -> None:
    """Write the Slack app's manifest: command, shortcut, events and the scopes the desk needs, and no more.

    Paste it at https://api.slack.com/apps, under “Create New App”, “From a manifest”.
    """
    from pydantic import ValidationError

    from config.settings import desk_and_command, surroundings
    from desk.values import desk_title
    from integrations.slack.app.manifest import manifest as written
    from ops.exits import USAGE, explained, stop

    given = surroundings()
    address = None if socket else url or given.get("ATO_WEB__PUBLIC_URL")
    if not socket and not address:
        stop(
            "Slack has to know the bot's address.",
            "ato manifest --url https://ato.example.com, or ato manifest --socket",
            USAGE,
        )
    with explained():
        name, command = desk_and_command(given)
    try:
        asked = written(address, command=command, name=desk_title(name))
        typer.echo(json.dumps(asked, ensure_ascii=False, indent=2))
    except ValidationError:
        stop(f"“{address}” is no address Slack would take.", "ato manifest --url https://ato.example.com", USAGE)
