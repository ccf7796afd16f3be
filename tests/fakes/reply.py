"""Answers to one person, kept in lists: what was opened, updated, told and drawn."""

from dataclasses import dataclass, field
from typing import Any

from desk.values import Line
from integrations.slack.codec.arrivals import Where


@dataclass
class FakeReply:
    """A Slack that shows everything; set `fails` to the line it answers instead."""

    opened: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    updated: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    places: list[Where] = field(default_factory=list)
    homes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fails: Line | None = None

    async def open(self, trigger: str, view: dict[str, Any]) -> Line | None:
        if self.fails is None:
            self.opened.append((trigger, view))
        return self.fails

    async def update(self, view_id: str, view: dict[str, Any], hash_: str = "") -> Line | None:
        if self.fails is None:
            self.updated.append((view_id, view, hash_))
        return self.fails

    async def replace(self, external_id: str, view: dict[str, Any]) -> Line | None:
        return await self.update(external_id, view)

    async def private(self, where: Where, person: str, text: str) -> None:
        self.told.append((person, text))
        self.places.append(where)

    async def publish_home(self, person: str, view: dict[str, Any]) -> None:
        self.homes.append((person, view))
