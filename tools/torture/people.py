"""Simulated crews under fault injection, each with its own accounts, who retry when no answer comes.

They learn from the event log, by the delivery id of their click, whether an act was stored; a person would see it on
the card.
"""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from desk.playbook.model import Deed, Playbook
from ops.player import Json, NotAsWritten, Player
from ops.stage import PEOPLE, ROLES, Stage
from tools.torture.ledger import Ledger

PERSISTENCE = 240.0
"""Seconds for which somebody tries to get one act kept before the case counts as stuck."""
ROLE_OF = {
    "agent": "cs_agent",
    "agent2": "cs_agent",
    "mod": "mod",
    "mod2": "mod",
    "data": "data_compliance",
    "security": "platform_security",
    "lead": "team_lead",
    "qagent": "agent",
    "qhigher": "higher_tier",
    "qsecurity": "security",
    "qlead": "lead",
}


class Unanswered(Exception):
    """No answer came: the act may be stored or not."""


@dataclass
class Played:
    """One case: how far it was played, and why it stuck, if it did."""

    branch: str
    case: str = ""
    deeds: int = 0
    finished: bool = False
    ending: str | None = None
    stuck: str = ""


def hire(stage: Stage, crews: int) -> list[Mapping[str, str]]:
    """Create accounts for each crew in every role, so that no two share a screen."""
    hired: list[dict[str, str]] = [dict(PEOPLE) for _ in range(crews)]
    for number, crew in enumerate(hired[1:], 1):
        for name in ROLE_OF:
            crew[name] = f"UT{number}{name.upper()}"
            stage.control.post("/slack/users", json={"id": crew[name], "name": f"{name} {number}".title()})
    for role, (group, channel) in ROLES.items():
        mine = [crew[name] for crew in hired for name, its in ROLE_OF.items() if its == role]
        stage.control.post("/slack/groups", json={"id": group, "users": mine})
        if channel:
            there = stage.control.get(f"/slack/channels/{channel}").json()["channel"]["members"]
            members = list(dict.fromkeys([*there, *mine]))
            stage.control.post("/slack/channels", json={"id": channel, "members": members})
    return list(hired)


def renumbered(deed: Deed, by: int) -> Deed:
    """Give a case orders and a customer of its own.

    The desk refuses to refund one order in two cases, and stops an agent whose customer failed verification elsewhere.
    """

    def other(text: str) -> str:
        text = re.sub(r"DFD-(\d{5})\b", lambda found: f"DFD-{int(found[1]) + by:05d}", text)
        text = re.sub(r"\b(20488\d\d)\b", lambda found: str(int(found[1]) + 100 * by), text)
        text = re.sub(r"\b([a-z.]+)@example\.com\b", rf"\g<1>{by}@example.com", text)
        return re.sub(r"\b555 (\d{4})\b", lambda found: _telephone(int(found[1]) + by), text)

    fill = json.loads(other(json.dumps(deed.fill)))
    return deed.model_copy(update={"fill": fill})


def _telephone(number: int) -> str:
    return f"{555 - number // 10000 % 400} {number % 10000:04d}"


@dataclass
class Hardy(Player):
    """A player that tolerates missing answers and records the delivery ids it sent."""

    sent: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    """The keys of the cases that were begun, the one that was opened among them."""
    since: str = "0"
    ticket_of: Callable[[str], int | None] = lambda _: None

    def messages(self, user: str) -> list[Json]:
        """Return what this person sees since the case began."""
        asked = {"user": user, "since": self.since}
        return list(self._control("GET", "/slack/messages", params=asked)["messages"])

    def _begin(self, user: str) -> str | None:
        refused = super()._begin(user)
        self.begun.append(self.case)
        return refused

    def _act(self, act: str, **asked: Any) -> Json:
        told = self._control("POST", f"/slack/{act}", json=asked)
        if told.get("key"):
            self.sent.append(f"slack:{told['key']}")
        if told.get("trouble") or told.get("status") not in (200, None):
            raise Unanswered(str(told.get("trouble") or told.get("status")))
        return told

    def _move(self, deed: Deed) -> None:
        ticket = self.ticket_of(self.case)
        if ticket is None:
            raise NotAsWritten("there is no ticket to move yet")
        self._control("POST", f"/zendesk/tickets/{ticket}/move", json={"by": deed.who, **(deed.moves or {})})


@dataclass
class Crew:
    """People who play case after case until stopped."""

    stage: Stage
    books: Mapping[str, Playbook]
    ledger: Ledger
    people: Mapping[str, str]
    dice: random.Random
    stop: threading.Event
    count: Callable[[], int]
    played: list[Played] = field(default_factory=list)

    def work(self) -> None:
        """Play until stopped; the last case is left unfinished."""
        while not self.stop.is_set():
            self.played.append(self._case())

    def _case(self) -> Played:
        book = self.dice.choice(list(self.books.values()))
        branches = {name: one for name, one in book.rehearsals.items() if not any(deed.makes for deed in one.deeds)}
        name = self.dice.choice(list(branches))
        number, played = self.count(), Played(f"{book.playbook}/{name}")
        player = Hardy(
            self.stage, book, people=self.people, beat=0.15, since=f"{time.time():.6f}", ticket_of=self._ticket
        )
        deeds = [renumbered(one, 10 * number) for one in branches[name].deeds if not one.refused]
        if self.dice.random() < 0.15:
            deeds = deeds[: self.dice.randrange(1, len(deeds))]  # some cases are left lying
        else:
            played.ending = branches[name].expect.get("ending")
        for deed in deeds:
            if not self._persist(player, deed, played):
                return played
        played.finished = True
        return played

    def _persist(self, player: Hardy, deed: Deed, played: Played) -> bool:
        """Retry one deed until the event log has it; False at the end of the run or when it is impossible."""
        player.sent.clear()
        until, why = time.monotonic() + PERSISTENCE, ""
        while not self.stop.is_set():
            why = self._try(player, deed)
            if deed.moves and not why:
                return True
            if self.ledger.kept(player.sent):
                player.case = self._known(player)
                played.case, played.deeds = player.case, played.deeds + 1
                return True
            if time.monotonic() > until:
                played.case = player.case
                played.stuck = f"{deed.who}, {deed.part or deed.step}: {why or 'not kept'}"
                return False
            time.sleep(0.2)
        played.case = player.case
        return False

    def _known(self, player: Hardy) -> str:
        """Identify the case among those opened without an answer."""
        return next((one for one in player.begun if self.ledger.case(one)), player.case)

    def _try(self, player: Hardy, deed: Deed) -> str:
        """Try once and return what came instead; a modal whose answer was lost is reopened."""
        before = len(player.sent)
        try:
            player.play(deed)
        except NotAsWritten as refused:  # kept as a refusal: that does not count as done
            del player.sent[before:]
            player.modals.pop(player.people[deed.who], None)
            return str(refused)
        except (Unanswered, httpx.HTTPError, KeyError, TypeError) as instead:
            player.modals.pop(player.people[deed.who], None)
            return f"{type(instead).__name__}: {instead}"
        return ""

    def _ticket(self, case: str) -> int | None:
        found = self.ledger.case(case)
        return next((one.id for one in found.tickets.values()), None) if found else None
