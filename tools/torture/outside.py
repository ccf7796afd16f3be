"""Outside state read from the sandbox: posts, tickets, notes, and the acts answered as accepted."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.stage import Stage

Json = dict[str, Any]
_MARKER = re.compile(r"\[(ato-[0-9a-f]{40})\]")


@dataclass(frozen=True)
class Post:
    """A message of the bot: channel, ts, opaque key."""

    channel: str
    ts: str
    key: str
    text: str


@dataclass(frozen=True)
class Note:
    """A comment with a marker: ticket, position, marker."""

    ticket: int
    place: int
    marker: str


@dataclass
class Listener:
    """Tails the sandbox's log and keeps what the verdict needs."""

    stage: Stage
    read: int = 0
    accepted: dict[str, str] = field(default_factory=dict)
    """Delivery ids of the acts that were answered as accepted, with what each was and how it was answered."""
    faults: Counter[str] = field(default_factory=Counter)
    landed: set[str] = field(default_factory=set)
    """Keys and markers that reached the outside, whether or not the answer came back."""
    acts: int = 0
    token_faults: int = 0
    """Requests for an access token that a fault struck: one that was minted may not have arrived."""

    def listen(self) -> None:
        """Read new log entries."""
        for entry in self.stage.log(self.read):
            self.read = max(self.read, entry["n"])
            self._hear(entry)

    def _hear(self, entry: Json) -> None:
        if entry["system"] == "slack->bot":
            self.acts += 1
            if entry["status"] == 200 and _orders(entry["call"], entry["body"]) and not _told_no(entry["answer"]):
                self.accepted[f"slack:{entry['key']}"] = _in_words(entry)
            return
        if entry["fault"]:
            self.token_faults += entry["call"] == "POST /oauth/tokens"
            self.faults[f"{entry['system']} {entry['fault']}"] += 1
        if 200 <= (entry["status"] or 0) < 300:
            if entry["key"]:
                self.landed.add(entry["key"])
            if entry["call"].startswith("PUT"):
                self.landed.update(_MARKER.findall(json.dumps(entry["body"])))


def _orders(call: str, body: Any) -> bool:
    """Say whether an act must be stored: a case form, or a one-tap button."""
    if not isinstance(body, dict):
        return False
    if call == "view_submission":
        return '"case"' in str((body.get("view") or {}).get("private_metadata"))
    if call == "block_actions":
        action = str((body.get("actions") or [{}])[0].get("action_id"))
        return action.startswith(("do:", "part:"))
    return False


NOT_KEPT = ("Nothing was kept", "Non è stato salvato nulla")
"""How the desk tells people, in its languages, that an act was not kept."""


def _told_no(answer: Any) -> bool:
    """Say whether the answer tells the person that nothing was kept."""
    words = json.dumps(answer, ensure_ascii=False)
    return any(one in words for one in NOT_KEPT)


def _in_words(entry: Json) -> str:
    """Describe an act and its answer, without typed text."""
    body = entry["body"]
    view = body.get("view") or {}
    action = (body.get("actions") or [{}])[0].get("action_id", "")
    answer = entry["answer"] if isinstance(entry["answer"], dict) else {}
    title = ((answer.get("view") or {}).get("title") or {}).get("text", "")
    asked = f"{entry['call']} {action or view.get('callback_id', '')} {view.get('private_metadata', '')}"
    return (
        f"{asked.strip()} at log entry {entry['n']}, answered {answer.get('response_action', 'with nothing')} {title}"
    ).strip()


@dataclass(frozen=True)
class Outside:
    """Everything that exists outside at the end."""

    posts: tuple[Post, ...]
    tickets: tuple[Json, ...]
    notes: tuple[Note, ...]
    accepted: Mapping[str, str]


def look(stage: Stage, listener: Listener) -> Outside:
    """Read everything."""
    listener.listen()
    state = stage.control.get("/slack/state").json()
    known = stage.control.get("/zendesk/tickets").json()["tickets"]
    ours = [one for one in known if str(one.get("external_id") or "").startswith("ato-")]
    tickets = tuple(stage.control.get(f"/zendesk/tickets/{one['id']}").json() for one in ours)
    return Outside(tuple(_posts(state["channels"])), tickets, tuple(_notes(tickets)), dict(listener.accepted))


def _posts(channels: dict[str, Json]) -> Iterator[Post]:
    for name, channel in channels.items():
        for top in channel["messages"]:
            for one in (top, *top.get("replies", ())):
                metadata = one.get("metadata") or {}
                key = (metadata.get("event_payload") or {}).get("key")
                if metadata.get("event_type") == "ato_desk" and key:
                    yield Post(name, str(one["ts"]), str(key), str(one.get("text") or ""))


def _notes(tickets: tuple[Json, ...]) -> Iterator[Note]:
    for ticket in tickets:
        for place, comment in enumerate(ticket["comments"]):
            for found in _MARKER.findall(comment["body"]):
                yield Note(int(ticket["id"]), place, found)
