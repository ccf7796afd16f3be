"""`ato db upgrade`, `ato backup`, `ato restore`: migrations, backup and restore of the database."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Look after the database.", rich_markup_mode=None, no_args_is_help=True)


@app.command("upgrade")
def upgrade(
    backed_up: Annotated[bool, typer.Option("--backed-up", help="PostgreSQL: you have a copy of your own.")] = False,
) -> None:
    """Bring the tables to this version. SQLite is copied first; a newer version's database is left alone."""
    from ops.exits import explained, stop

    with explained():
        from config.settings import settings
        from integrations.store.current import bring_up, may_write, revision_of
        from integrations.store.engine import database_file, without_password
        from integrations.store.starting import newest

        url = settings().database_url.get_secret_value()
        before, name = revision_of(url), without_password(url)
        if before is not None and may_write(url, before):
            typer.echo(f"{name} is at {before}, which this version may write. Nothing to do.")
            return
        if before is not None and database_file(url) is None and not backed_up:
            stop(
                f"{name} is at {before}; this version wants {newest()}. Make a copy first: pg_dump --format=custom. "
                "Nothing was changed.",
                "ato db upgrade --backed-up",
            )
        copied = bring_up(url)
    if copied:
        typer.echo(f"Copied first: {copied}")
    typer.echo(f"{name} was at {before or 'nothing'} and is at {newest()} now.")


def backup(
    target: Annotated[Path, typer.Argument(help="The new file; nothing is written over.")],
) -> None:
    """Copy an SQLite database to a file, while the bot runs. The vault's keys are not in it: keep them elsewhere."""
    from ops.exits import explained

    with explained():
        from config.settings import settings
        from integrations.store.backup import copy

        copied = copy(settings().database_url.get_secret_value(), target)
    typer.echo(
        f"Copied: {copied.file}, {copied.size:,} bytes, {copied.cases} cases, tables at {copied.revision}. "
        "Checked whole."
    )


def restore(
    source: Annotated[Path, typer.Argument(help="A file that ato backup made.")],
) -> None:
    """Put a copy in the database's place; what was there is set aside. The bot must be stopped."""
    from ops.exits import explained

    with explained():
        from config.settings import settings
        from integrations.store.backup import put_back

        restored, aside = put_back(settings().database_url.get_secret_value(), source)
    if aside:
        typer.echo(f"Set aside: {aside}")
    if restored.erased is None:
        typer.echo(
            "The replaced database cannot be read: repeat `ato erase` for what was erased since the copy was made."
        )
    elif restored.erased:
        typer.echo(f"Erased anew in {restored.erased} cases: it was erased after the copy was made.")
    typer.echo(
        f"Put back: {restored.file}, {restored.cases} cases, tables at {restored.revision}. "
        "Start the bot: it reads every open case's ticket again and says on the cards what changed meanwhile."
    )
