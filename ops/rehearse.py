"""`ato rehearse`: play cases by signed HTTP through a private sandbox, and hold the outside to what the playbook expects.

What is printed is read from the sandbox's state and log: the bot is not asked how it went.
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
from desk.playbook.model import Playbook, Rehearsal
from desk.values import Text
from ops.player import NotAsWritten, Player
from ops.stage import PEOPLE, ROLES, Stage, StageFailed, stage
from ops.watching import Json, Watcher, texts

PATIENCE = 15.0
"""Seconds that the last effects of a case may take."""


@dataclass
class Played:
    """One branch as it was played: its lines, how it stood at the end, and what was not as written."""

    playbook: str
    branch: str
    lines: list[Json] = field(default_factory=list)
    last: Json = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run(playbook: str | None, branch: str | None, every: bool, as_json: bool, *, rough: bool = False) -> int:
    """Play what was asked for; 0 when everything was as written, 1 when not, 2 when there is nothing to play."""
    books = _books(playbook)
    wanted = [(book, name) for book in books.values() for name in book.rehearsals if branch in (None, name)]
    if not (every or branch or playbook) or not wanted:
        typer.echo(
            f"There is no rehearsal {branch or ''} there. Look at them with: ato playbook draw NAME",
            err=True,
        )
        return 2
    if every or not branch:
        for left in (one for book in books.values() for one in unplayed(book)):
            typer.echo(f"No rehearsal plays {left}.", err=True)
    folder = Path(playbook).parent if playbook and playbook.endswith((".yaml", ".yml")) else None
    extra = {"ATO_PLAYBOOKS__NAMES": ",".join(books)} | ({"ATO_PLAYBOOKS__FOLDER": str(folder)} if folder else {})
    with stage(extra, rough=rough) as built:
        played = [_play(built, book, name, as_json) for book, name in wanted]
    return _summary(played, as_json)


def unplayed(book: Playbook) -> Iterator[str]:
    """Name every outcome, part and try that no rehearsal plays, but those of steps that are switched off."""
    deeds = [one for rehearsal in book.rehearsals.values() for one in rehearsal.deeds if not one.refused]
    played = {f"{one.step}:{one.outcome or 'done'}" for one in deeds if one.step and not one.attempt}
    played |= {one.part for one in deeds if one.part} | {f"{one.step}:{one.attempt}" for one in deeds if one.attempt}
    for name, step in book.steps.items():
        parts = [f"{name}.{part}" for part, spec in step.parts.items() if spec.enabled]
        verdicts = () if step.parts or step.automatic else step.outcomes or ("done",)
        tries = [f"{name}:{one}" for one in (*verdicts, *step.attempts)]
        if step.enabled:
            yield from (f"{book.playbook}/{one}" for one in (*parts, *tries) if one not in played)


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
    """Play one branch on a stage that other branches were played on before."""
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
    """Give what is still not as written once nothing happens any more, or after PATIENCE."""
    until = time.monotonic() + PATIENCE
    while True:
        wrong = list(seen.differences(rehearsal))
        if not wrong or time.monotonic() > until:
            return wrong
        seen.watcher.quiet()


@dataclass
class Seen:
    """What a bystander sees of one case after it was played."""

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
        """Give the tickets the bot made for this case."""
        return [ticket for ticket in self.watcher.tickets() if ticket["id"] not in self.before]

    @property
    def mails(self) -> int:
        """Count the notifications Zendesk sent since the case began."""
        return len(self.watcher.mails()) - self.mails_before

    def card(self) -> Json:
        """Give the case's card before its opener: in direct messages, or in the inbox of a role."""
        cards = [one for one in self.player.messages(self.opener) if self._mine(one)]
        return cards[-1] if cards else {}

    def _mine(self, message: Json) -> bool:
        ours = str((message.get("metadata") or {}).get("event_type")) == "ato_desk"
        return ours and str(message.get("text")).startswith(f"{self.name()} ")

    def name(self) -> str:
        """Give the case's display name, from the newest card."""
        names = [
            str(one["text"]).split(" ")[0]
            for one in self.player.messages(self.opener)
            if str(one.get("text", "")).startswith(self.book.case_prefix)
        ]
        return max(names, key=lambda name: int(name.rpartition("-")[2]), default="")

    def last(self) -> Json:
        """Say where the case stands, in the words of its card."""
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
        """Find the structured escalation of this case."""
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
        """Say everything that is not as the playbook expects."""
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
        """Hold the channels that have a card of this case to the roles that should have one."""
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
    """Say whether words hold a title, in whichever of its languages."""
    return any(one in words for one in title.values())


def _is_done(line: str) -> bool:
    """Tell what was done from what is owed: it is green, it has a time, and nothing stands beside it."""
    return line.startswith("🟢") and "<!date" in line and " · " not in line


def _same(name: str, seen: Any, wanted: Any) -> bool:
    """Compare; a query type's levels may be parted by `>` or `::` (readings A15)."""
    if name == "query_type":
        return str(seen).replace("::", ">") == str(wanted).replace("::", ">")
    return bool(seen == wanted)


def _words(message: Json) -> list[str]:
    return [line for text in texts(message.get("blocks") or []) for line in text.split("\n")]


def _summary(played: list[Played], as_json: bool) -> int:
    """Say how it went, on standard error when the lines are for a machine."""
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
