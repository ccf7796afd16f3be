"""`ato rehearse`: end-to-end runs of a playbook's branches through a private sandbox by signed HTTP.

Results are read from the sandbox's state and log; the bot is not asked.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from config.load import PLAYBOOKS, check, load
from desk.playbook.model import Deed, Playbook, Rehearsal, Step
from desk.values import Text
from ops.player import NotAsWritten, Player
from ops.stage import PEOPLE, ROLES, Stage, StageFailed, stage
from ops.watching import Json, Watcher, texts

PATIENCE = 15.0
"""Seconds that the last effects of a case may take."""


@dataclass
class Played:
    """Result of one branch: its lines, its final state, its differences."""

    playbook: str
    branch: str
    lines: list[Json] = field(default_factory=list)
    last: Json = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run(playbook: str | None, branch: str | None, every: bool, as_json: bool, *, rough: bool = False) -> int:
    """Run the rehearsals; exit code 0 as expected, 1 different, 2 nothing to run."""
    books = _books(playbook)
    wanted = [(book, name) for book in books.values() for name in book.rehearsals if branch in (None, name)]
    if not wanted or not any((every, branch, playbook)):
        what = f"There is no rehearsal {branch or ''} there. Look at them with: ato playbook draw NAME"
        typer.echo(what, err=True)
        return 2
    if every or not branch:
        _say_unplayed(books)
    with stage(_chosen(playbook, books), rough=rough) as built:
        played = [_play(built, book, name, as_json) for book, name in wanted]
    return _summary(played, as_json)


def _chosen(playbook: str | None, books: Mapping[str, Playbook]) -> dict[str, str]:
    """Return the settings that make the stage use these playbooks."""
    names = {"ATO_PLAYBOOKS__NAMES": ",".join(books)}
    if playbook and playbook.endswith((".yaml", ".yml")):
        return names | {"ATO_PLAYBOOKS__FOLDER": str(Path(playbook).parent)}
    return names


def _say_unplayed(books: Mapping[str, Playbook]) -> None:
    for book in books.values():
        for left in unplayed(book):
            typer.echo(f"No rehearsal plays {left}.", err=True)


def unplayed(book: Playbook) -> Iterator[str]:
    """List outcomes, parts and attempts that no rehearsal covers, except in disabled steps."""
    deeds = [one for rehearsal in book.rehearsals.values() for one in rehearsal.deeds if not one.refused]
    played = {_played(one) for one in deeds}
    for name, step in book.steps.items():
        possible = _possible(name, step) if step.enabled else []
        yield from (f"{book.playbook}/{one}" for one in possible if one not in played)


def _played(deed: Deed) -> str | None:
    """Return what a deed plays, as `_possible` names it."""
    if not deed.step:
        return deed.part
    return f"{deed.step}:{deed.attempt or deed.outcome or 'done'}"


def _possible(name: str, step: Step) -> list[str]:
    """List what people can do in a step: its parts, outcomes and attempts."""
    parts = [f"{name}.{part}" for part, spec in step.parts.items() if spec.enabled]
    outcomes = () if step.parts or step.automatic else step.outcomes or ("done",)
    return [*parts, *(f"{name}:{one}" for one in (*outcomes, *step.attempts))]


def _books(playbook: str | None) -> Mapping[str, Playbook]:
    if playbook is None:
        return load()
    if playbook.endswith((".yaml", ".yml")):
        found = check(Path(playbook))
        for problem in found.problems:
            typer.echo(str(problem), err=True)
        return {found.playbook.playbook: found.playbook} if found.playbook else {}
    return load(PLAYBOOKS, [playbook])


def _play(built: Stage, book: Playbook, name: str, as_json: bool) -> Played:
    """Play one branch on a shared stage."""
    rehearsal, played = book.rehearsals[name], Played(book.playbook, name)
    watcher, player = Watcher(built), Player(built, book)
    watcher.quiet()
    before = {ticket["id"] for ticket in watcher.tickets()}
    mails = len(watcher.mails())
    watcher.news()
    try:
        for deed in rehearsal.deeds:
            player.play(deed)
        watcher.quiet()
    except (NotAsWritten, StageFailed) as failed:
        played.wrong.append(str(failed))
    seen = Seen(book, watcher, player, PEOPLE[rehearsal.deeds[0].who], before, mails)
    played.wrong.extend(_settled(seen, rehearsal))
    played.lines = watcher.news()
    played.last = seen.last()
    if as_json:
        for line in (*played.lines, played.last):
            typer.echo(json.dumps(line, ensure_ascii=False))
    return played


def _settled(seen: "Seen", rehearsal: Rehearsal) -> list[str]:
    """Wait until nothing happens any more, at most PATIENCE; return the remaining differences."""
    until = time.monotonic() + PATIENCE
    while True:
        wrong = list(seen.differences(rehearsal))
        if not wrong or time.monotonic() > until:
            return wrong
        seen.watcher.quiet()


@dataclass
class Seen:
    """One case as an outsider sees it."""

    book: Playbook
    watcher: Watcher
    player: Player
    opener: str
    """Who opened the case, and whose direct messages hold its card."""
    before: set[int]
    """Tickets that were there before this case."""
    mails_before: int

    @property
    def tickets(self) -> list[Json]:
        """Return the tickets the bot made for this case."""
        return [ticket for ticket in self.watcher.tickets() if ticket["id"] not in self.before]

    @property
    def mails(self) -> int:
        """Count Zendesk's notifications since the case began."""
        return len(self.watcher.mails()) - self.mails_before

    def card(self) -> Json:
        """Return the case's card: in direct messages of its opener, or in a role's inbox."""
        cards = [one for one in self.player.messages(self.opener) if self._mine(one)]
        return cards[-1] if cards else {}

    def _mine(self, message: Json) -> bool:
        ours = str((message.get("metadata") or {}).get("event_type")) == "ato_desk"
        return ours and str(message.get("text")).startswith(f"{self.name()} ")

    def name(self) -> str:
        """Return the case's display name, from its newest card."""
        names = [
            str(one["text"]).split(" ")[0]
            for one in self.player.messages(self.opener)
            if str(one.get("text", "")).startswith(self.book.case_prefix)
        ]
        return max(names, key=lambda name: int(name.rpartition("-")[2]), default="")

    def last(self) -> Json:
        """Return the status line of the case's card."""
        text = str(self.card().get("text", ""))
        ending = next((code for code, title in self.book.endings.items() if _says(text, title)), None)
        steps = [line for line in _words(self.card()) if _is_done(line)]
        return {
            "case": self.name(),
            "status": "closed" if ending else "open",
            "outcome": ending,
            "steps": steps,
        }

    def escalation(self) -> Json | None:
        """Find the case's structured escalation."""
        for post in self.book.posts.values():
            title = post.title["en"]
            for message in self._channel(post.inbox):
                if title in str(message.get("text")) and f"{self.name()}:" in str(message.get("text")):
                    return message
        return None

    def _channel(self, role: str) -> list[Json]:
        channel = ROLES[role][1]
        return list(self.watcher.channel(channel)["messages"]) if channel else []

    def differences(self, rehearsal: Rehearsal) -> Iterator[str]:
        """List every difference from the playbook's expectation."""
        expect = rehearsal.expect
        last = self.last()
        if "ending" in expect and last["outcome"] != expect["ending"]:
            yield f"the case ended as {last['outcome']}, not as {expect['ending']}"
        if "tickets" in expect:
            yield from self._tickets(expect["tickets"])
        if "escalation" in expect:
            yield from self._escalation(expect["escalation"])
        if "cards" in expect:
            yield from self._cards(expect["cards"])
        if "mails" in expect and self.mails != expect["mails"]:
            yield f"{self.mails} notifications went out, not {expect['mails']}"

    def _tickets(self, wanted: list[Json]) -> Iterator[str]:
        tickets = self.tickets
        if len(wanted) != len(tickets):
            yield f"{len(tickets)} tickets were made, not {len(wanted)}"
        for ticket, want in zip(tickets, wanted, strict=False):
            for name, value in want.items():
                if not _same(name, ticket.get(name), value):
                    yield f"the ticket's {name} is {ticket.get(name)!r}, not {value!r}"
            if any(comment["public"] for comment in ticket["comments"][:1]):
                yield "the ticket's first comment is public"

    def _cards(self, wanted: list[str]) -> Iterator[str]:
        """Compare the channels that have a card with the roles that should have one."""
        there = [role for role in self.book.roles if any(map(self._about, self._channel(role)))]
        if set(there) != set(wanted):
            yield f"the roles with a card are {', '.join(there) or 'none'}, not {', '.join(wanted) or 'none'}"

    def _about(self, message: Json) -> bool:
        return str(message.get("text", "")).startswith(f"{self.name()} ")

    def _escalation(self, want: Json) -> Iterator[str]:
        message = self.escalation()
        if message is None:
            yield f"no escalation was posted in #{want['channel']}"
            return
        if self.watcher.name(message["channel"]) != want["channel"]:
            yield f"the escalation is in #{self.watcher.name(message['channel'])}, not #{want['channel']}"
        labels = [item.label["en"] for post in self.book.posts.values() for item in post.items]
        there = sum(f"*{label}:*" in line for label in labels for line in _words(message))
        if there != want["items"]:
            yield f"the escalation has {there} of its items, not {want['items']}"


def _says(words: str, title: Text) -> bool:
    """Say whether a text contains a title in any of its languages."""
    return any(one in words for one in title.values())


def _is_done(line: str) -> bool:
    """Tell done from owed: green, with a time, and nothing beside it."""
    return line.startswith("🟢") and "<!date" in line and " · " not in line


def _same(name: str, seen: Any, wanted: Any) -> bool:
    """Compare values; levels of a query type are separated by `>` or `::` (readings A15)."""
    if name == "query_type":
        return str(seen).replace("::", ">") == str(wanted).replace("::", ">")
    return bool(seen == wanted)


def _words(message: Json) -> list[str]:
    return [line for text in texts(message.get("blocks") or []) for line in text.split("\n")]


def _summary(played: list[Played], as_json: bool) -> int:
    """Print the totals, on standard error when the lines are JSON."""
    console = Console(stderr=as_json, highlight=False)
    for one in played:
        mark = "[red]not as written[/red]" if one.wrong else "[green]as written[/green]"
        console.print(
            f"{one.playbook} · {one.branch}: {mark} · {one.last.get('outcome') or 'open'} · {len(one.lines)} lines"
        )
        for wrong in one.wrong:
            console.print(f"    {wrong}", markup=False)
    failed = sum(bool(one.wrong) for one in played)
    console.print(f"{len(played) - failed} as written, {failed} not")
    return 1 if failed else 0
