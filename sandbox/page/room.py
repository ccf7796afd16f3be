"""The control room as the page asks it: one connection, JSON in and out, and refusals as sentences."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx

Json = dict[str, Any]


class Refused(Exception):
    """The control room would not do it; the sentence says why."""


class Room:
    """A client of the control API, for every browser that looks at the page."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.AsyncClient(base_url=url, timeout=65)

    async def get(self, path: str, **query: Any) -> Json:
        """Read; raises Refused when there is no such thing."""
        return _told(await self._http.get(path, params=query))

    async def post(self, path: str, asked: Json | None = None) -> Json:
        """Do; raises Refused with what the company said."""
        return _told(await self._http.post(path, json=asked or {}))

    async def delete(self, path: str, **query: Any) -> Json:
        """Take away; raises Refused with what the company said."""
        return _told(await self._http.delete(path, params=query))

    async def content(self, path: str) -> bytes | None:
        """The bytes of a file; None when it is not there."""
        answer = await self._http.get(path)
        return answer.content if answer.is_success else None

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.aclose()


def _told(answer: httpx.Response) -> Json:
    try:
        told = dict(answer.json())
    except ValueError:
        raise Refused(f"The sandbox answered {answer.status_code}.") from None
    if answer.is_error:
        raise Refused(why(told))
    return told


def why(told: Json) -> str:
    """The sentence in a refusal, however deep it lies."""
    found: Any = told.get("error") or told.get("refused") or told.get("client_errors") or told
    while isinstance(found, dict):
        found = found.get("description") or found.get("details") or next(iter(found.values()), "Refused.")
    while isinstance(found, list):
        found = found[0] if found else "Refused."
        if isinstance(found, dict):
            return why(found)
    return str(found)


@dataclass(frozen=True)
class Told:
    """What every browser shows, as of one moment: the log's last number, the clock, faults in force, what the stage tells."""

    newest: int = 0
    resets: int = 0
    clock: Json = field(default_factory=dict)
    faults: list[Json] = field(default_factory=list)
    stage: Json = field(default_factory=dict)


class Changes:
    """One long question for all browsers: whoever waits here is woken when anything is different.

    What every browser shows comes with the answer. `reached` says whether the company answered last time.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._waiting: set[asyncio.Event] = set()
        self.reached = True
        self.told = Told()

    def listen(self) -> asyncio.Event:
        """An event that is set at every change, until `leave`."""
        event = asyncio.Event()
        event.set()
        self._waiting.add(event)
        return event

    def leave(self, event: asyncio.Event) -> None:
        """Wake this one no more."""
        self._waiting.discard(event)

    async def run(self) -> None:
        """Ask until cancelled; a company that does not answer is asked again."""
        revision = -1
        while True:
            try:
                told = await self._room.get("/changes", since=revision, wait=25)
                revision = int(told["revision"])
                self._keep(told)
            except (httpx.HTTPError, Refused):
                self.reached = False
                await asyncio.sleep(0.5)
            for event in self._waiting:
                event.set()

    def _keep(self, told: Json) -> None:
        self.reached = True
        self.told = Told(int(told["newest"]), int(told["resets"]), told["clock"], told["faults"], told["stage"])
