"""`ato demo`: start sandbox and bot on loopback, play one case, keep serving."""

from importlib.util import find_spec

from rich.console import Console

from ops.stage import stage

PAUSE = 1.2
"""Seconds between two acts, so that a person can read along."""


def run(leave: bool = False, speed: float = 1.0, port: int = 0) -> int:
    """Play the Mr D case in the terminal; then serve until Ctrl-C unless `leave`."""
    console = Console(highlight=False)
    console.print("Starting a pretend Slack, Zendesk and back office, and the bot …")
    page = None if leave or not _can_show() else port
    with stage(page=page, bot=False) as built:
        built.spawn_bot()
        if page is not None:
            console.print(f"[bold]Open {built.open_page()} to see it in a browser.[/bold]")
        from ops.aloud import perform  # loading this takes as long as the bot needs to start
        from ops.exits import explained

        with explained():
            perform(built, console, PAUSE / speed if speed else 0.0, leave=leave)
    return 0


def _can_show() -> bool:
    """Check whether the page's optional dependencies are installed; a runtime-only image lacks them."""
    return find_spec("nicegui") is not None
