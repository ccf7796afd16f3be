"""Observer of the sandbox: reads its state and log, with ids resolved to names. The bot is not asked."""

import time
from typing import Any

from ops.stage import Stage

Json = dict[str, Any]


class Watcher:
    """The outside view: people's acts, outside calls, tickets, channels."""

    def __init__(self, stage: Stage) -> None:
        """Load everybody's name once."""
        self._stage = stage
        known = stage.control.get("/people").json()
        self._names = {one["id"]: one["name"] for one in (*known["people"], *known["channels"])}
        self.read = 0

    def name(self, ident: object) -> str:
        """Resolve an id to a name."""
        return str(self._names.get(str(ident), ident))

    def news(self) -> list[Json]:
        """Return what happened since the last call, as lines of a rehearsal."""
        entries = self._stage.log(self.read)
        self.read = max([self.read, *(entry["n"] for entry in entries)])
        return [line for line in map(self.line, entries) if line]

    def line(self, entry: Json) -> Json | None:
        """Format one log entry; webhooks are left out, being neither a person's act nor our call."""
        if entry["system"] == "slack->bot":
            return self._act(entry)
        if entry["system"] == "zendesk->bot":
            return {"system": "zendesk", "call": "webhook", "summary": {"status": entry["status"]}}
        return {"system": entry["system"], "call": entry["call"], "summary": self._summary(entry)}

    def _act(self, entry: Json) -> Json | None:
        body = entry["body"] if isinstance(entry["body"], dict) else {}
        who = body.get("user_id") or (body.get("user") or {}).get("id")
        if not who:
            return None
        return {"who": self.name(who), "did": _did(entry["call"], body)}

    def _summary(self, entry: Json) -> Json:
        body = entry["body"] if isinstance(entry["body"], dict) else {}
        if entry["system"] == "slack":
            return self._slack(entry, body)
        if entry["system"] == "zendesk":
            return self._zendesk(entry)
        return {"status": entry["status"]}

    def _slack(self, entry: Json, body: Json) -> Json:
        kept: Json = {name: body[name] for name in ("text", "thread_ts", "ts") if body.get(name)}
        if body.get("channel"):
            kept["channel"] = self.name(body["channel"])
        if isinstance(body.get("view"), dict):
            kept["title"] = (body["view"].get("title") or {}).get("text")
        if entry["call"] in {"chat.postMessage", "chat.update"}:
            kept["blocks"] = texts(body.get("blocks") or [])
        return kept | _trouble(entry)

    def _zendesk(self, entry: Json) -> Json:
        answer = entry["answer"] if isinstance(entry["answer"], dict) else {}
        ticket = answer.get("ticket") or {}
        if ticket.get("id") and entry["call"].split(" ")[0] in {"POST", "PUT"}:
            return self.ticket(int(ticket["id"])) | _trouble(entry)
        return {"status": entry["status"]} | _trouble(entry)

    def ticket(self, number: int) -> Json:
        """Return a ticket as agents see it."""
        seen = self._stage.control.get(f"/zendesk/tickets/{number}").json()
        requester = seen.get("requester") or {}
        kept = {name: seen.get(name) for name in ("id", "subject", "form", "query_type", "group", "status")}
        notes = [{"public": c["public"], "body": c["body"]} for c in seen.get("comments") or []]
        return kept | {"requester": requester.get("email"), "comments": notes}

    def tickets(self) -> list[Json]:
        """Return every ticket the bot made."""
        known = self._stage.control.get("/zendesk/tickets").json()["tickets"]
        return [self.ticket(one["id"]) for one in known if one.get("external_id")]

    def channel(self, ident: str) -> Json:
        """Return a channel with its messages and threads."""
        return dict(self._stage.control.get(f"/slack/channels/{ident}").json())

    def mails(self) -> list[Json]:
        """Return every notification of Zendesk."""
        return list(self._stage.control.get("/zendesk/mails").json()["mails"])

    def quiet(self, seconds: float = 0.25, at_most: float = 15.0) -> None:
        """Wait until no calls were made for a while."""
        until, seen, since = time.monotonic() + at_most, -1, time.monotonic()
        while time.monotonic() < until and time.monotonic() - since < seconds:
            newest = max([0, *(entry["n"] for entry in self._stage.log(max(seen, 0)))])
            if newest > seen:
                seen, since = newest, time.monotonic()
            time.sleep(0.03)


def _button(action: Json) -> Any:
    """Return the label of a button or a chosen option, else its action id."""
    chosen = (action.get("selected_option") or {}).get("text") or action.get("text") or {}
    return chosen.get("text") or action.get("action_id")


def _did(call: str, body: Json) -> str:
    if body.get("command"):
        return f"typed {body['command']} {body.get('text', '')}".strip()
    if call == "block_actions":
        return f"clicked {_button((body.get('actions') or [{}])[0])}"
    if call == "view_submission":
        return f"submitted {((body.get('view') or {}).get('title') or {}).get('text')}"
    return call


def texts(blocks: list[Json]) -> list[str]:
    """Extract the text of a message's blocks, buttons included."""
    found: list[str] = []
    for block in blocks:
        text = block.get("text")
        found += [text["text"]] if isinstance(text, dict) else []
        found += [field["text"] for field in block.get("fields") or []]
        for element in block.get("elements") or []:
            inner = element.get("text")
            found += [inner if isinstance(inner, str) else inner["text"]] if inner else []
    return found


def _trouble(entry: Json) -> Json:
    return {"fault": entry["fault"]} if entry.get("fault") else {}
