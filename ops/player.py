"""Simulated people: type, click and fill in forms through the sandbox, using only buttons that are shown.

Knows what a person sees and a playbook's rehearsal; nothing of the bot's internals.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from desk.playbook.model import Deed, Playbook
from desk.rules.adopt_ticket import case_of
from desk.values import TicketRef
from integrations.zendesk.names import account_of
from ops.stage import PEOPLE, Stage

Json = dict[str, Any]
PATIENCE = 15.0
"""Seconds a person waits for a button to appear."""


class NotAsWritten(Exception):
    """The playbook's expectation failed; the message says what was seen instead."""


@dataclass
class Player:
    """Everybody on a stage, with the modal each has open."""

    stage: Stage
    playbook: Playbook
    home: str = "CGENERAL"
    case: str = ""
    modals: dict[str, Json] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=lambda: PEOPLE)
    beat: float = 0.02
    """Seconds between two looks for a button."""

    def play(self, deed: Deed) -> None:
        """Perform one deed and compare the response with it. Raises NotAsWritten."""
        user = self.people[deed.who]
        if deed.moves:
            self._move(deed)
            return
        if deed.makes:
            self._make(deed)
            return
        refused = self._open(user, deed) if deed.part or deed.step != self.playbook.opens_with else self._begin(user)
        modal = self.modals.get(user)
        if refused is None and modal:
            refused = self._fill(user, modal, deed)
        if bool(refused) is not deed.refused:
            raise NotAsWritten(f"{deed.who}, {deed.part or deed.step}: {refused or 'was not refused'}")

    def _begin(self, user: str) -> str | None:
        told = self._act("command", user=user, channel=self.home, text="")
        if not told.get("view"):
            return _words(told)
        self.modals[user] = told["view"]
        self.case = json.loads(told["view"]["private_metadata"])["case"]
        return None

    def _open(self, user: str, deed: Deed) -> str | None:
        """Use the modal chained from the step before, else the button on a card."""
        modal = self.modals.get(user)
        if modal and _about(modal).get("step") == (deed.step or ""):
            return None
        self.modals.pop(user, None)
        message, action = self._button(user, deed)
        told = self._act("click", user=user, channel=message["channel"], ts=message["ts"], action_id=action)
        if told.get("view"):
            self.modals[user] = told["view"]
            return None
        return _words(told) or None

    def _button(self, user: str, deed: Deed) -> tuple[Json, str]:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for message in reversed(self.messages(user)):
                action = _action(message, self.case, deed)
                if action:
                    return message, action
            time.sleep(self.beat)
        raise NotAsWritten(f"{deed.who} has no button for {deed.part or deed.step} ({deed.outcome or 'done'})")

    def messages(self, user: str) -> list[Json]:
        """Read everything this person sees, oldest first."""
        return list(self._control("GET", "/slack/messages", params={"user": user})["messages"])

    def _fill(self, user: str, modal: Json, deed: Deed) -> str | None:
        """Select the outcome, fill in the inputs shown, and submit."""
        modal = self._pick(user, modal, deed)
        asked = set(_inputs(modal))
        values = {name: value for name, value in deed.fill.items() if name in asked}
        values |= {f"{name}__none": why for name, why in deed.none.items() if f"{name}__none" in asked}
        told = self._act("submit", user=user, view_id=modal["id"], values=values)
        if told.get("client_errors"):
            raise NotAsWritten(f"{deed.who}, {deed.part or deed.step}: Slack would not send {told['client_errors']}")
        if told.get("errors"):
            self.modals[user] = told["view"]
            return str(told["errors"])
        self.modals.pop(user, None)
        if told.get("view") and _about(told["view"]):
            self.modals[user] = told["view"]
        return None

    def _pick(self, user: str, modal: Json, deed: Deed) -> Json:
        if deed.outcome is None or "pick:outcome" not in set(_inputs(modal)):
            return modal
        told = self._act("click", user=user, view_id=modal["id"], action_id="pick:outcome", selected=deed.outcome)
        return told.get("view") or modal

    def _move(self, deed: Deed) -> None:
        """Move a ticket as an agent in Zendesk does."""
        tickets = self._control("GET", "/zendesk/tickets")["tickets"]
        self._control(
            "POST",
            f"/zendesk/tickets/{tickets[-1]['id']}/move",
            json={"by": deed.who, **(deed.moves or {})},
        )

    def _make(self, deed: Deed) -> None:
        """Create a ticket as an agent does who skips `/ato`."""
        made, plan = deed.makes or {}, self.playbook.ticket_plans[0]
        people = self._control("GET", "/people")["people"]
        name = next(one["name"] for one in people if one["id"] == self.people[deed.who])
        ticket = self._control(
            "POST",
            "/zendesk/tickets",
            json={
                "by": name,
                "comment": "By hand",
                "public": False,
                "form": plan.form,
                "group": made["group"],
                "query_type": (plan.query_type or "").replace(">", "::"),
                "status": plan.status,
                "requester": {"email": made["email"], "name": made["name"]},
            },
        )
        account = account_of(self.stage.urls["zendesk"])
        self.case = case_of(TicketRef(account=account, id=int(ticket["id"])))

    def _act(self, act: str, **asked: Any) -> Json:
        told = self._control("POST", f"/slack/{act}", json=asked)
        if told.get("status") not in (200, None):
            raise NotAsWritten(f"the bot answered {told['status']} to {act}: {told.get('answer')}")
        return told

    def _control(self, method: str, path: str, **options: Any) -> Json:
        answer = self.stage.control.request(method, path, **options)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise NotAsWritten(f"the sandbox has no {path}: {answer.text}")
        return dict(answer.json())


def _about(view: Json) -> Json:
    try:
        return dict(json.loads(view.get("private_metadata") or "{}"))
    except ValueError:
        return {}


def _words(told: Json) -> str:
    """Return the message shown to the person instead."""
    private = [str(one.get("text", "")) for one in told.get("ephemeral") or []]
    answer = told.get("answer")
    return "; ".join(private) or (str(answer.get("text", "")) if isinstance(answer, dict) else "")


def _elements(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield from block.get("elements", [])
        for name in ("element", "accessory"):
            if isinstance(block.get(name), dict):
                yield block[name]


def _inputs(view: Json) -> Iterator[str]:
    for element in _elements(view.get("blocks") or []):
        if element.get("action_id"):
            yield str(element["action_id"])


def _action(message: Json, case: str, deed: Deed) -> str | None:
    """Find a deed's button on a card of this case."""
    there = [
        str(e.get("action_id"))
        for e in _elements(message.get("blocks") or [])
        if str(e.get("value", "")).startswith(case)
    ]
    return next((action for action in _actions(deed) if action in there), None)


def _actions(deed: Deed) -> list[str]:
    """List the action ids that a deed's button may have, one-tap before form."""
    step, _, part = (deed.part or deed.step or "").partition(".")
    if deed.attempt:
        return [f"try:{step}:{deed.attempt}"]
    if deed.part:
        return [f"part:{step}:{part}", f"partform:{step}:{part}"]
    outcome = deed.outcome or "done"
    return [f"do:{step}:{outcome}", f"form:{step}:{outcome}", f"form:{step}:"]
