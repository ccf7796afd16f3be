"""What journeys are told with: people act by the buttons that are really there, and everybody looks from outside."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ops.stage import PEOPLE, Stage

Json = dict[str, Any]
T = TypeVar("T")

MOD, DATA, SECURITY, LEAD = "CMOD0001", "CDATA001", "CINVEST1", "CLEAD001"
"""The inboxes of the roles that have a channel."""

NALEDI = {
    "channel": "call",
    "reasons": ["orders", "hacked"],
    "name": "Naledi",
    "surname": "Mahlangu",
    "email": "naledi.mahlangu@example.com",
    "phone": "082 555 0142",
}
WERNER = {
    "channel": "call",
    "reasons": ["no_access"],
    "name": "Werner",
    "surname": "van Wyk",
    "email": "werner.vanwyk@example.com",
    "phone": "083 555 0177",
}
FOUND = {
    "profile_link": "https://admin.example/profiles/2048811",
    "customer_id": "2048811",
    "username_now": "same",
    "email_now": "same",
    "phone_now": "same",
}
EARLY = {
    "still_going": "yes",
    "fraud_orders": "DFD-77117\nDFD-77118\nDFD-77120",
    "last_good_orders": "DFD-77111",
    "app_version": "7.12.0",
}
PASSED = {"popi_full_name": "pass", "popi_contact": "pass", "popi_last_order": "pass"}
LOGS = "18:31 DFD-77118 R 612.70 new address\n18:36 DFD-77120 R 1399.00"


def eventually(look: Callable[[], T], what: str, seconds: float = 15.0) -> T:
    """Look until there is something to see and give it; what was seen last is in the error."""
    until = time.monotonic() + seconds
    seen = look()
    while not seen:
        assert time.monotonic() < until, f"after {seconds:g} s still not: {what} (last seen: {seen!r})"
        time.sleep(0.02)  # the beat of looking: nothing rests on its length
        seen = look()
    return seen


def words(message: Json) -> str:
    """Everything a person reads in a message or modal, line by line."""
    return "\n".join(_words(message.get("blocks") or []))


def _words(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        for name in ("text", "label", "hint"):
            if isinstance(block.get(name), dict):
                yield str(block[name]["text"])
        yield from (one["text"] for one in block.get("fields") or [])
        for element in _elements(block):
            yield from _element_words(element)


def _elements(block: Json) -> Iterator[Json]:
    yield from block.get("elements") or []
    yield from (block[name] for name in ("element", "accessory") if isinstance(block.get(name), dict))


def _element_words(element: Json) -> Iterator[str]:
    text = element.get("text")
    if text:
        yield text["text"] if isinstance(text, dict) else str(text)
    for inner in element.get("elements") or []:
        yield from _element_words(inner)
    for option in element.get("options") or []:
        yield str(option["text"]["text"])


def buttons(message: Json) -> list[str]:
    """The action ids of a message's buttons."""
    every = [e for block in message.get("blocks") or [] for e in _elements(block)]
    return [str(e["action_id"]) for e in every if e.get("type") == "button"]


def inputs(view: Json) -> set[str]:
    """The action ids of a modal's inputs."""
    every = [e for block in view.get("blocks") or [] for e in _elements(block)]
    return {str(e["action_id"]) for e in every if e.get("action_id")}


def about(view: Json | None) -> Json:
    """What a modal says it is for; nothing for one that only tells something."""
    try:
        return dict(json.loads((view or {}).get("private_metadata") or "{}"))
    except ValueError:
        return {}


def private(told: Json) -> str:
    """What only the person who acted was told, in the answer or beside it."""
    said = [str(one.get("text", "")) for one in told.get("ephemeral") or []]
    answer = told.get("answer")
    return "\n".join([*said, str(answer.get("text", "")) if isinstance(answer, dict) else ""]).strip()


@dataclass
class Scene:
    """A stage and the people on it."""

    stage: Stage

    def control(self, method: str, path: str, **options: Any) -> Json:
        answer = self.stage.control.request(method, path, **options)
        assert answer.status_code < 300, f"the sandbox answered {answer.status_code} to {path}: {answer.text}"
        return dict(answer.json())

    def act(self, act: str, who: str, **asked: Any) -> Json:
        """Act as somebody; the answer holds what that person then sees."""
        return self.control("POST", f"/slack/{act}", json={"user": PEOPLE[who], **asked})

    def command(self, who: str, text: str = "", **manner: Any) -> Json:
        return self.act("command", who, channel="CGENERAL", text=text, **manner)

    def messages(self, who: str) -> list[Json]:
        """Everything somebody sees, oldest first."""
        return list(self.control("GET", "/slack/messages", params={"user": PEOPLE[who]})["messages"])

    def channel(self, channel: str) -> list[Json]:
        return list(self.control("GET", f"/slack/channels/{channel}")["messages"])

    def tickets(self, name: str) -> list[Json]:
        """The tickets of a case, as agents see them."""
        every = self.control("GET", "/zendesk/tickets")["tickets"]
        mine = [one["id"] for one in every if one["external_id"] and one["subject"].startswith(f"{name}:")]
        return [self.ticket(number) for number in mine]

    def ticket(self, number: int) -> Json:
        return self.control("GET", f"/zendesk/tickets/{number}")

    def mails_about(self, ticket: int) -> list[Json]:
        mails = self.control("GET", "/zendesk/mails")["mails"]
        return [one for one in mails if one["ticket_id"] == ticket]

    def fault(self, system: str, kind: str, **how: Any) -> None:
        self.control("POST", "/faults", json={"system": system, "kind": kind, **how})

    def mend(self) -> None:
        """Take all faults away."""
        self.control("DELETE", "/faults")

    def asked(self, system: str, call: str) -> list[Json]:
        """Every call of this name that a system was asked, oldest first."""
        return [one for one in self.stage.log() if one["system"] == system and one["call"] == call]

    def open_case(self, who: str = "agent", **fill: Any) -> "CaseInPlay":
        """Type /ato and send the first page."""
        told = self.command(who)
        assert told["view"], f"no form opened: {private(told)}"
        case = CaseInPlay(self, str(about(told["view"])["case"]), modals={who: told["view"]})
        case.submit(who, NALEDI | fill)
        case.name = case.modals[who]["blocks"][0]["elements"][0]["text"].split(" ")[0]
        return case

    def case_with_mod(self, **fill: Any) -> "CaseInPlay":
        """Bring a case to the MOD: profile found, nothing changed, verified."""
        case = self.open_case(**fill)
        case.submit("agent", FOUND | EARLY, outcome="found")
        case.submit("agent", PASSED, outcome="verified")
        return case


@dataclass
class CaseInPlay:
    """One case as people play it: its key, the name it goes by, and the modal each of them has open."""

    scene: Scene
    id: str
    name: str = ""
    modals: dict[str, Json] = field(default_factory=dict)

    def submit(self, who: str, values: Json | None = None, outcome: str | None = None, **manner: Any) -> Json:
        """Choose the outcome, fill in what the open modal asks, and send it."""
        if outcome and "pick:outcome" in inputs(self.modals[who]):
            self.pick(who, outcome)
        view = self.modals.pop(who)
        given = {name: value for name, value in (values or {}).items() if name in inputs(view)}
        told = self.scene.act("submit", who, view_id=view["id"], values=given, **manner)
        assert not told.get("client_errors"), told["client_errors"]
        if told.get("view"):
            self.modals[who] = told["view"]
        return told

    def pick(self, who: str, outcome: str) -> Json:
        view_id = self.modals[who]["id"]
        told = self.scene.act("click", who, view_id=view_id, action_id="pick:outcome", selected=outcome)
        self.modals[who] = told["view"]
        return told

    def close(self, who: str) -> Json:
        return self.scene.act("close", who, view_id=self.modals.pop(who)["id"])

    def button(self, who: str, *actions: str) -> tuple[Json, str]:
        """Wait for a button of this case in front of somebody; the first of these action ids wins."""

        def look() -> tuple[Json, str] | None:
            for message in reversed(self.scene.messages(who)):
                there = [a for a in actions if a in buttons(message) and self.id in json.dumps(message)]
                if there:
                    return message, there[0]
            return None

        found = eventually(look, f"{who} has a button {' or '.join(actions)} for {self.name}")
        assert found is not None
        return found

    def click(self, who: str, *actions: str, **manner: Any) -> Json:
        message, action = self.button(who, *actions)
        told = self.press(who, message, action, **manner)
        if told.get("view"):
            self.modals[who] = told["view"]
        return told

    def press(self, who: str, message: Json, action: str, **manner: Any) -> Json:
        """Press a button of a message that somebody has before them."""
        at = {"channel": message["channel"], "ts": message["ts"], "action_id": action}
        return self.scene.act("click", who, **at, **manner)

    def cards(self, channel: str) -> list[Json]:
        """The messages of the bot about this case at the top of a channel."""
        return [one for one in self.scene.channel(channel) if self.about_this(one)]

    def about_this(self, message: Json) -> bool:
        text = str(message.get("text", ""))
        return text.startswith(f"{self.name} ") or f" {self.name}:" in text

    def escalate(self) -> None:
        """Let data compliance put a suspended case before platform security, who confirms, and tell the customer."""
        self.click("data", "partform:flag_security:escalation")
        self.submit("data", {"blacklisted": "blacklisted", "logs": LOGS})
        self.click("security", "part:flag_security:acknowledged")
        self.click("data", "partform:flag_security:customer_told")
        self.submit("data", {"told_how": "call"})

    def card(self, channel: str, *holds: str) -> Json:
        """Wait for this case's card in a channel to hold these words, and give it; there is only one."""
        return self._card(lambda: self.cards(channel), channel, holds)

    def card_of(self, who: str, *holds: str) -> Json:
        """Wait for this case's card in somebody's direct messages."""
        return self._card(lambda: [m for m in self.scene.messages(who) if self._direct(m)], who, holds)

    def _direct(self, message: Json) -> bool:
        return str(message["channel"]).startswith("D") and self.about_this(message) and "blocks" in message

    def _card(self, find: Callable[[], list[Json]], where: str, holds: tuple[str, ...]) -> Json:
        def look() -> Json | None:
            found = find()
            assert len(found) <= 1, f"{len(found)} cards of {self.name} in {where}"
            return found[0] if found and all(one in words(found[0]) for one in holds) else None

        card = eventually(look, f"the card of {self.name} for {where} says {holds}")
        assert card is not None
        return card

    def ticket(self) -> Json:
        """Wait for the one ticket of this case."""
        found = eventually(lambda: self.scene.tickets(self.name), f"a ticket of {self.name}")
        assert len(found) == 1, f"{len(found)} tickets of {self.name}"
        return found[0]

    def thread(self, channel: str) -> list[Json]:
        """The replies under this case's card."""
        return [reply for card in self.cards(channel) for reply in card["replies"]]
