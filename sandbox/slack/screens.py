"""Open views per person: the stack of modals and App Home.

State only: neither who requested a view nor whether its blocks are valid.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from sandbox import seeds
from sandbox.slack.apps import App, acting
from sandbox.slack.blocks import elements_of

Entered = dict[str, dict[str, Any]]  # block_id -> action_id -> what the person put in
DEEPEST_STACK = 3


def new_hash() -> str:
    return f"{int(time.time())}.{secrets.token_hex(4)}"


@dataclass
class View:
    """One modal or App Home of one person, with its input state."""

    id: str
    user: str
    body: dict[str, Any]
    root: str
    previous: str | None = None
    hash: str = field(default_factory=new_hash)
    entered: Entered = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    app: App = field(default_factory=acting)

    @property
    def kind(self) -> str:
        return str(self.body["type"])

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.body.get("blocks") or []

    @property
    def external_id(self) -> str:
        return self.body.get("external_id") or ""

    def replace(self, body: dict[str, Any]) -> None:
        """New content; input is kept where block_id, action_id and type are equal."""
        before = {(b["block_id"], e["action_id"]): e["type"] for b, e in elements_of(self.blocks)}
        self.body = body
        kept: Entered = {}
        for block, element in elements_of(self.blocks):
            at = (block["block_id"], element["action_id"])
            old = self.entered.get(at[0], {}).get(at[1])
            if old is not None and before.get(at) == element["type"]:
                kept.setdefault(at[0], {})[at[1]] = old
        self.entered = kept
        self.errors = {}
        self.hash = new_hash()

    def written(self, values: Entered) -> dict[str, Any]:
        """The view as Slack writes it in answers and payloads."""
        body = self.body
        return {
            "id": self.id,
            "team_id": seeds.TEAM_ID,
            "type": self.kind,
            "blocks": self.blocks,
            "private_metadata": body.get("private_metadata") or "",
            "callback_id": body.get("callback_id") or "",
            "state": {"values": values},
            "hash": self.hash,
            "title": body.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(body.get("clear_on_close")),
            "notify_on_close": bool(body.get("notify_on_close")),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "previous_view_id": self.previous,
            "root_view_id": self.root,
            "app_id": self.app.id,
            "external_id": self.external_id,
            "app_installed_team_id": seeds.TEAM_ID,
            "bot_id": self.app.bot_id,
        }


def _home_of(user: str) -> str:
    """Each app has a home tab of its own."""
    return f"{user}/{acting().id}"


class Screens:
    """Open views by person."""

    def __init__(self) -> None:
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, str] = {}

    def stack(self, user: str) -> list[View]:
        return [self.views[name] for name in self.stacks.get(user, [])]

    def top(self, user: str) -> View | None:
        stack = self.stack(user)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        name = self.homes.get(_home_of(user))
        return self.views[name] if name else None

    def by_external(self, external_id: str) -> View | None:
        return next((v for v in self.views.values() if v.external_id == external_id), None)

    def open(self, name: str, user: str, body: dict[str, Any]) -> View:
        """A new stack; an open modal is discarded."""
        self.clear(user)
        view = self.views[name] = View(name, user, body, name)
        self.stacks[user] = [name]
        return view

    def push(self, name: str, user: str, body: dict[str, Any]) -> View:
        under = self.stack(user)[-1]
        view = self.views[name] = View(name, user, body, under.root, under.id)
        self.stacks[user].append(name)
        return view

    def publish(self, name: str, user: str, body: dict[str, Any]) -> View:
        home = self.home(user)
        if home is None:
            home = self.views[name] = View(name, user, body, name)
            self.homes[_home_of(user)] = name
        else:
            home.replace(body)
        return home

    def is_open(self, view: View) -> bool:
        return view.id in self.stacks.get(view.user, []) or view.id in self.homes.values()

    def pop(self, user: str) -> None:
        if self.stacks.get(user):
            self.views.pop(self.stacks[user].pop())

    def clear(self, user: str) -> None:
        for name in self.stacks.pop(user, []):
            self.views.pop(name, None)
