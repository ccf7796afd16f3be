"""`ato demo`: the pretend company and the bot on loopback, one case played aloud, then both left running."""

import signal
import threading
import time
from html import unescape
from typing import Any

from rich.console import Console
from rich.markup import escape

from config.load import load
from desk.playbook import Deed, Playbook
from desk.values import in_language
from ops.player import Player
from ops.stage import PEOPLE, Stage, stage
from ops.watching import Json, Watcher

BRANCH = "unchanged"
PAUSE = 1.2
"""Seconds between two acts, so that a person can read along."""

STYLES = {"slack": "magenta", "zendesk": "green", "backoffice": "yellow"}


def run(leave: bool = False, speed: float = 1.0, port: int = 0) -> int:
    """Play the Mr D case in the terminal; then serve until Ctrl-C unless `leave`."""
    console = Console(highlight=False)
    book = load(names=["mr_d"])["mr_d"]
    console.print("Starting a pretend Slack, Zendesk and back office, and the bot …")
    with stage(port=port) as built:
        console.print(
            f"The bot listens on {built.bot_url}; the sandbox is told what to do on {built.urls['control']}\n"
        )
        _play(built, book, console, PAUSE / speed if speed else 0.0)
        if not leave:
            _stay(built, console)
    return 0


def _play(built: Stage, book: Playbook, console: Console, pause: float) -> None:
    watcher, player = Watcher(built), Player(built, book)
    watcher.quiet()
    watcher.news()
    console.print(f"[bold]{book.brand} · {in_language(book.rehearsals[BRANCH].title, 'en')}[/bold]")
    for deed in book.rehearsals[BRANCH].deeds:
        console.print(
            f"\n[bold cyan]{_who(watcher, deed)}[/bold cyan] · {escape(_does(book, deed))}"
        )
        player.play(deed)
        watcher.quiet()
        for line in watcher.news():
            _tell(console, line)
        time.sleep(pause)
    _result(console, watcher)


def _who(watcher: Watcher, deed: Deed) -> str:
    return watcher.name(PEOPLE[deed.who])


def _does(book: Playbook, deed: Deed) -> str:
    """Say a deed in the playbook's words."""
    name, _, part = (deed.part or deed.step or "").partition(".")
    step = book.steps[name]
    title = in_language(step.parts[part].title if part else step.title, "en")
    outcome = step.outcome(deed.outcome or "")
    chosen = f" → {in_language(outcome.title, 'en')}" if outcome and outcome.title else ""
    number = f"step {step.sop}: " if step.sop else ""
    return f"{number}{title}{chosen}"


def _tell(console: Console, line: Json) -> None:
    if "who" in line:
        console.print(f"   [dim]{line['did']}[/dim]", markup=True)
        return
    style = STYLES.get(str(line["system"]), "white")
    console.print(
        f"   [{style}]{line['system']:<8}[/{style}] {line['call']:<34} {escape(_short(line['summary']))}"
    )


def _short(summary: dict[str, Any]) -> str:
    """Put a call's summary into one line."""
    if summary.get("form"):
        kept = ("form", "query_type", "group", "status", "requester")
        return f"#{summary['id']} · " + " · ".join(f"{name}: {summary[name]}" for name in kept)
    where = f"#{summary['channel']} · " if summary.get("channel") else ""
    words = str(summary.get("text") or summary.get("title") or summary.get("status") or "")
    return where + unescape(words)


def _result(console: Console, watcher: Watcher) -> None:
    console.print("\n[bold]What stands in Zendesk[/bold]")
    for ticket in watcher.tickets():
        console.print(f"   {escape(_short(ticket))}")
        for comment in ticket["comments"]:
            kind = "public" if comment["public"] else "internal note"
            console.print(
                f"   [dim]{kind}:[/dim]\n      " + escape(comment["body"].replace("\n", "\n      "))
            )
    console.print("\n[bold]What stands in #investigation_account_takeover[/bold]")
    for message in watcher.channel("CINVEST1")["messages"]:
        console.print(f"   {escape(str(message['text']))}")


def _stay(built: Stage, console: Console) -> None:
    """Keep serving until Ctrl-C."""
    console.print(
        f"\nBoth keep running. Act as anybody through the sandbox, for example:\n"
        f"   curl -s {built.urls['control']}/slack/command -H 'Content-Type: application/json' "
        '-d \'{"user": "UAGENT01", "channel": "CGENERAL", "text": ""}\'\n'
        f"   curl -s {built.urls['control']}/log?since=0\n"
        "docs/by-hand.md goes through a whole case this way. Ctrl-C stops everything."
    )
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    console.print("Stopping …")
