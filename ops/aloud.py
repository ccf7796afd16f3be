"""Narrated demo run: plays one case, prints every step and outside call, then the final state in Zendesk and Slack."""

import signal
import threading
import time
from html import unescape
from typing import Any

from rich.console import Console
from rich.markup import escape

from config.load import load
from desk.playbook.model import Playbook
from desk.values import in_language
from ops.director import Director, tidy
from ops.player import NotAsWritten
from ops.stage import Stage
from ops.watching import Json, Watcher

BRANCH = "unchanged"
STYLES = {"slack": "magenta", "zendesk": "green", "backoffice": "yellow"}


def perform(built: Stage, console: Console, pause: float, *, leave: bool) -> None:
    """Play the case with `pause` seconds between acts, then serve the page until Ctrl-C unless `leave`."""
    book = load(names=["mr_d"])["mr_d"]
    director = Director(built, book)
    built.await_bot()
    console.print(f"The bot listens on {built.bot_url}; the sandbox is told what to do on {built.urls['control']}\n")
    trouble = _play(built, director, book, console, pause)
    tidy(built)
    if trouble and leave:
        raise NotAsWritten(trouble)
    if not leave:
        _stay(built, director, console)


def _play(built: Stage, director: Director, book: Playbook, console: Console, pause: float) -> str:
    """Play the case and return what went wrong; a person acting in the same case on the page may end it."""
    watcher = Watcher(built)
    watcher.quiet()
    watcher.news()
    console.print(f"[bold]{book.brand} · {in_language(book.rehearsals[BRANCH].title, 'en')}[/bold]")
    director.begin("plain")
    while act := director.coming:
        console.print(f"\n[bold cyan]{act.who}[/bold cyan] · {escape(act.does)}")
        if not director.next():
            break
        watcher.quiet()
        for line in watcher.news():
            _tell(console, line)
        time.sleep(pause)
        if director.wished():
            console.print("\nSomebody wishes something else on the page; this play ends here.")
            return ""
    if director.trouble:
        console.print(f"\n{escape(director.trouble)}")
    else:
        _result(console, watcher)
    return director.trouble


def _tell(console: Console, line: Json) -> None:
    if "who" in line:
        console.print(f"   [dim]{line['did']}[/dim]", markup=True)
        return
    style = STYLES.get(str(line["system"]), "white")
    console.print(f"   [{style}]{line['system']:<8}[/{style}] {line['call']:<34} {escape(_short(line['summary']))}")


def _short(summary: dict[str, Any]) -> str:
    """Shorten a call's summary to one line."""
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
            console.print(f"   [dim]{kind}:[/dim]\n      " + escape(comment["body"].replace("\n", "\n      ")))
    console.print("\n[bold]What stands in #investigation_account_takeover[/bold]")
    for message in watcher.channel("CINVEST1")["messages"]:
        console.print(f"   {escape(unescape(str(message['text'])))}")


def _where(built: Stage) -> str:
    return built.open_page() if built.page else "not here; pip install 'ato-desk[sandbox]'"


def _stay(built: Stage, director: Director, console: Console) -> None:
    """Keep serving until Ctrl-C."""
    console.print(
        "\nEverything keeps running. Tests and scripts act as anybody through the sandbox, for example:\n"
        f"   curl -s {built.urls['control']}/slack/command -H 'Content-Type: application/json' "
        '-d \'{"user": "UAGENT01", "channel": "CGENERAL", "text": ""}\'\n'
        f"   curl -s {built.urls['control']}/log?since=0\n"
        "docs/by-hand.md goes through a whole case this way. Ctrl-C stops everything.\n\n"
        f"Act as anybody in a browser: [bold]{_where(built)}[/bold]"
    )
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    director.serve(stopped.is_set)
    console.print("Stopping …")
