"""Root of the `ato` command line: registers the subcommands and maps errors to exit codes; work is imported lazily."""

import gc
import logging
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from ops.commands import audit, database, effects, erasing, keys
from ops.commands.doctor import doctor
from ops.commands.manifest import manifest
from ops.commands.provision import provision
from ops.commands.schema import playbook_schema
from ops.commands.torture import torture
from ops.commands.unprovision import unprovision
from ops.exits import DONE, UNSET, USAGE, WRONG, explained, stop

_CODES = (
    f"Exit codes: {DONE} done, {WRONG} something is wrong and is named, {USAGE} the command was misused, {UNSET} a"
    " setting is missing or wrong."
)

app = typer.Typer(
    help="ATO Desk carries an account takeover from the first call to the last note.",
    epilog=_CODES,
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
playbook_app = typer.Typer(help="Look after playbooks.", epilog=_CODES, rich_markup_mode=None, no_args_is_help=True)
settings_app = typer.Typer(help="Look after settings.", epilog=_CODES, rich_markup_mode=None, no_args_is_help=True)
app.add_typer(playbook_app, name="playbook")
app.command("provision")(provision)
app.command("unprovision")(unprovision)
app.command("doctor")(doctor)
app.command("manifest")(manifest)
app.add_typer(effects.app, name="effects")
app.command("export")(effects.export)
app.add_typer(database.app, name="db")
app.add_typer(keys.app, name="keys")
app.command("erase")(erasing.erase)
app.command("hold")(erasing.hold)
app.command("release")(erasing.release)
app.command("backup")(database.backup)
app.command("restore")(database.restore)
playbook_app.command("schema")(playbook_schema)
catalogue_app = typer.Typer(
    help="Look after the sentences in other languages.",
    epilog=_CODES,
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(settings_app, name="settings")
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(audit.app, name="audit")
app.command("torture")(torture)


def main() -> None:
    """Run the command that was typed."""
    keep_logs_quiet()
    app()


def keep_logs_quiet() -> None:
    """Silence our loggers: commands print their errors, and only `serve` says where its log goes."""
    for room in ("bot", "config", "desk", "handlers", "integrations"):
        logging.getLogger(room).addHandler(logging.NullHandler())


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; else ATO_WEB__HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; else ATO_WEB__PORT.")] = None,
) -> None:
    """Run the bot: Slack, Zendesk and the reminders."""
    gc.disable()  # what is loaded now stays: looking for cycles in it is a sixth of a start. `run` goes on looking
    try:
        with explained():
            from ops.serve import run

            run(host=host, port=port)
    finally:
        gc.enable()


@app.command()
def demo(
    leave: Annotated[bool, typer.Option("--exit", help="Play one case from start to end, then leave.")] = False,
    speed: Annotated[float, typer.Option(min=0.0, help="How many times faster than real the clock goes.")] = 1.0,
    port: Annotated[int, typer.Option(help="The port of the page; a free one when it is taken, or 0.")] = 8765,
) -> None:
    """Run the bot against a pretend Slack, Zendesk and back office, with a page to act as anybody."""
    from ops.demo import run

    raise typer.Exit(run(leave=leave, speed=speed, port=port))


@app.command()
def rehearse(
    playbook: Annotated[str | None, typer.Argument(help="The playbook's name or file; left out with --all.")] = None,
    branch: Annotated[str | None, typer.Option(help="Play this rehearsal only.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Play every rehearsal of every playbook.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
    rough: Annotated[
        bool,
        typer.Option(help="Let Zendesk's access tokens last a minute and be revoked at random."),
    ] = False,
) -> None:
    """Play a playbook's rehearsals from start to end and compare what came of it."""
    if playbook is None and not every:
        stop("Name a playbook, or ask for all of them.", "ato rehearse --all", USAGE)
    with explained():
        from ops.rehearse import run

        raise typer.Exit(run(playbook=playbook, branch=branch, every=every, as_json=as_json, rough=rough))


@playbook_app.command("check")
def playbook_check(
    files: Annotated[list[Path] | None, typer.Argument(help="Files or folders; left out, the desk's own.")] = None,
) -> None:
    """Check playbooks: every problem with its file, its line and the nearest valid word."""
    from config.load import PLAYBOOKS, check, playbook_files

    given = (playbook_files(path) if path.is_dir() else [path] for path in files or [PLAYBOOKS])
    paths = list(chain.from_iterable(given))
    found = [problem for path in paths for problem in check(path).problems]
    typer.echo("".join(f"{problem}\n" for problem in found), nl=False)
    wrong = sum(not problem.warning for problem in found)
    typer.echo(f"{len(paths)} checked: {wrong} wrong, {len(found) - wrong} warnings")
    if not paths:
        stop("There is no playbook (*.yaml) there.", "ato playbook check config/playbooks")
    if wrong:
        stop("These playbooks cannot be used.", "the same command, once the lines above are mended")


@playbook_app.command("draw")
def playbook_draw(
    name: Annotated[str, typer.Argument(help="The playbook's name or file.")],
) -> None:
    """Draw a playbook as a Mermaid flowchart."""
    from config.load import PLAYBOOKS, check
    from ops.draw import draw

    path = Path(name) if name.endswith((".yaml", ".yml")) else PLAYBOOKS / f"{name}.yaml"
    playbook = check(path).playbook
    if playbook is None:
        stop(f"“{name}” cannot be read as a playbook.", f"ato playbook check {path}")
    typer.echo(draw(playbook), nl=False)


@catalogue_app.command("check")
def catalogue_check() -> None:
    """Check that every sentence of the desk has its words in every language, with the same values."""
    from ops.catalogue import check

    found = check()
    for problem in found:
        typer.echo(problem)
    if found:
        stop("The catalogues are not complete.", "ato catalogue update, then fill in what is empty")
    typer.echo("Every sentence has its words.")


@catalogue_app.command("update")
def catalogue_update() -> None:
    """Write new sentences into the catalogues and drop those that nothing says any more."""
    from ops.catalogue import update

    for language, left in update().items():
        typer.echo(f"{language}: {left} sentences still without words")


@settings_app.command("check")
def settings_check() -> None:
    """Read the settings and tell everything that is missing or wrong."""
    from config.settings import settings

    with explained():
        settings()
    typer.echo("The settings are complete.")


@settings_app.command("key")
def settings_key() -> None:
    """Make a key for ATO_VAULT__KEYS or ATO_VAULT__DIGEST_KEY."""
    from cryptography.fernet import Fernet

    typer.echo(Fernet.generate_key().decode())


@settings_app.command("write")
def settings_write(
    folder: Annotated[Path, typer.Argument(help="The project's folder.")] = Path(),
) -> None:
    """Write docs/settings.md and .env.example from config/settings.py."""
    from config.settings_pages import example_page, settings_page

    if not (folder / "docs").is_dir():
        stop(
            f"There is no docs folder in {folder.resolve()}.",
            "ato settings write <the project's folder>",
            USAGE,
        )
    (folder / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")
    (folder / ".env.example").write_text(example_page(), encoding="utf-8")
    typer.echo("Written: docs/settings.md, .env.example")


if __name__ == "__main__":
    main()
