"""State of one browser's view, and the concurrent queries of the control API that fill it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sandbox.page.room import Refused, Room

Json = dict[str, Any]
STRETCH, FEW_TICKETS, FEW_CALLS = 60, 40, 80
HOME = "home"


@dataclass
class View:
    """The person one is in this browser, and what is open."""

    me: str
    place: str = "dm"
    thread: str = ""
    end: int = -1
    ticket: str = ""
    find: str = ""
    tickets: int = FEW_TICKETS
    profile: str = ""
    entry: int = 0
    seen_before: str = "0"
    """The read mark when this place was opened: what is newer is marked as new."""
    wrong: dict[str, str] = field(default_factory=dict)
    """What Slack's client would not send, by the input's action id; of the modal `wrong_in`."""
    wrong_in: str = ""
    trouble: str = ""
    sent: int = 0
    """How often a form was sent: a form that comes back is drawn again, and the first wrong input gets the focus."""


@dataclass(frozen=True)
class Look:
    """All data to render one browser's page."""

    places: list[Json]
    stretch: Json
    thread: Json
    screens: Json
    tickets: Json
    ticket: Json
    choices: Json
    mails: list[Json]
    profiles: list[Json]
    profile: Json
    calls: list[Json]
    entry: Json


async def look(room: Room, view: View, newest: int, calls_since: int) -> Look:
    """Query everything concurrently; what is not there (any more) is empty."""
    asked = [
        _maybe(room, "/slack/places", user=view.me),
        _stretch(room, view),
        _thread(room, view),
        _maybe(room, "/slack/views", user=view.me),
        _maybe(room, "/zendesk/tickets", newest=view.tickets, find=view.find),
        _one(room, "/zendesk/tickets", view.ticket if view.ticket != "new" else ""),
        _maybe(room, "/zendesk/settings") if view.ticket else _nothing(),
        _maybe(room, "/zendesk/mails") if view.ticket else _nothing(),
        _maybe(room, "/backoffice/profiles"),
        _one(room, "/backoffice/profiles", view.profile),
        _maybe(room, "/log", since=max(calls_since, newest - FEW_CALLS), short=True),
        _one(room, "/log", str(view.entry) if view.entry else ""),
    ]
    places, stretch, thread, screens, *rest = await asyncio.gather(*asked)
    tickets, ticket, choices, mails, profiles, profile, calls, entry = rest
    return Look(
        places.get("places", []),
        stretch,
        thread,
        screens,
        tickets,
        ticket,
        choices,
        mails.get("mails", []),
        profiles.get("profiles", []),
        profile.get("profile", {}),
        calls.get("entries", []),
        entry,
    )


async def _nothing() -> Json:
    return {}


async def _maybe(room: Room, path: str, **query: Any) -> Json:
    try:
        return await room.get(path, **query)
    except Refused:
        return {}


async def _one(room: Room, path: str, name: str) -> Json:
    return await _maybe(room, f"{path}/{name}") if name else {}


async def _stretch(room: Room, view: View) -> Json:
    channel = "dm" if view.place == HOME else view.place
    return await _maybe(room, "/slack/stretch", user=view.me, channel=channel, end=view.end, size=STRETCH)


async def _thread(room: Room, view: View) -> Json:
    if not view.thread:
        return {}
    return await _maybe(room, "/slack/thread", user=view.me, channel=view.place, ts=view.thread)
