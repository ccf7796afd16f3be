"""Screen of one browser: its panes, and incremental rendering into them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import httpx
from nicegui import Client, ui
from nicegui.element import Element

from sandbox.page import weather, words
from sandbox.page.looking import FEW_CALLS, HOME, Json, Look, View, look
from sandbox.page.rendering import Company, Drawer, Reader
from sandbox.page.room import Changes, Room
from sandbox.page.stream import Stream

SIGNS = {"im": "●", "group": "", "channel": "#"}
BEAT_S = 0.1
"""How long changes are gathered after a drawing; one's own acts are drawn at once."""


class Screen:
    """The page of one browser. `panes` are HTML slots by name, `streams` append-only lists."""

    def __init__(self, room: Room, changes: Changes, drawer: Drawer, company: Company, view: View) -> None:
        self.room, self.changes, self.drawer = room, changes, drawer
        self.company, self.view = company, view
        self.panes: dict[str, ui.html] = {}
        self.streams: dict[str, Stream] = {}
        self._calls: dict[int, Json] = {}
        self._kept: dict[str, tuple[str, str]] = {}
        self._told = changes.told
        self._beginning = self._told.resets
        self._drawing = asyncio.Lock()
        self._shown: tuple[str, ...] = ()

    def pane(self, name: str, tag: str = "div") -> ui.html:
        """Add an HTML slot to the layout under construction."""
        made = self.panes[name] = ui.html("", sanitize=False, tag=tag).classes(f"p-{name}")
        return made

    def stream(self, name: str, holder: Element) -> None:
        """Add a list to the layout under construction."""
        self.streams[name] = Stream(holder)

    def say(self, text: str, kind: Literal["warning", "negative"] = "warning") -> None:
        """Show a toast."""
        ui.notify(text, type=kind, position="top", timeout=6000, multi_line=True)

    def _forget(self, *streams: str) -> None:
        """Drop cached fragments that are no longer shown."""
        shown = {key for name in streams for key in self.streams[name].keys}
        for key in [k for k in self._kept if k not in self.panes and k not in shown]:
            del self._kept[key]

    async def live(self, client: Client) -> None:
        """Render on every change until the browser disconnects."""
        event = self.changes.listen()
        try:
            while not client.is_deleted:
                await event.wait()
                event.clear()
                await self.refresh()
                await asyncio.sleep(BEAT_S)  # a burst of changes is one drawing
        finally:
            self.changes.leave(event)

    async def refresh(self) -> None:
        """Look, and draw what is different.

        What the stage tells is never newer than the look: whoever reads that an act was played sees what it did.
        """
        async with self._drawing:
            told = self.changes.told
            since = max(self._calls, default=0)
            try:
                seen = await look(self.room, self.view, told.newest, since)
            except httpx.HTTPError:
                return
            await self._read(seen)
            self._told = told
            self._draw(seen)

    async def _read(self, seen: Look) -> None:
        """Mark messages as read in Slack; what was new on arrival stays highlighted."""
        stretch, view = seen.stretch, self.view
        if not stretch or view.place == HOME or view.end != -1 or stretch["newest"] <= stretch["read"]:
            return
        place = _here(seen, view)
        await self.room.post("/slack/read", {"user": view.me, "channel": place, "ts": stretch["newest"]})

    # Drawing -----------------------------------------------------------------------------------

    def _set(self, pane: str, template: str, **values: Any) -> None:
        self.panes[pane].set_content(self._piece(pane, template, **values))

    def _piece(self, key: str, template: str, **values: Any) -> str:
        """Render a fragment, unless it equals the last one."""
        told = repr(values)
        kept = self._kept.get(key)
        if kept is None or kept[0] != told:
            kept = self._kept[key] = (told, self.drawer.draw(template, **values))
        return kept[1]

    def _draw(self, seen: Look) -> None:
        parts: tuple[Callable[[Look, Reader], None], ...] = (
            self._top,
            self._slack,
            self._modal,
            self._zendesk,
            self._office,
            self._outside,
        )
        channels = tuple((p["id"], p["name"]) for p in seen.places)
        reader = Reader(self.company, self.view.me, channels=channels)
        for part in parts:
            part(seen, reader)
        self._forget("messages", "thread", "calls")

    def _top(self, _: Look, r: Reader) -> None:
        self._set(
            "top",
            "top",
            groups=self.company.choices(),
            me=self.view.me,
            unread={},
            now=words.moment(self._told.clock.get("now"), r.zone),
            moved=weather.moved(self._told.clock.get("offset", 0)),
            faults=weather.in_words(self._told.faults),
            reached=self.changes.reached,
        )

    def _slack(self, seen: Look, r: Reader) -> None:
        view, here = self.view, _here(seen, self.view)
        home = {"id": HOME, "name": "Home", "sign": "⌂", "unread": 0}
        shown = [p | {"sign": SIGNS[p["kind"]]} for p in seen.places]
        groups = [("ATO Desk", [home, *shown[:1]]), ("Channels", shown[1:])]
        at = HOME if view.place == HOME else here
        self._set("places", "places", team=self.company.team, groups=groups, here=at)
        self._set("head", "head", place=_named(seen, at), home=view.place == HOME, me=r.me_name)
        self._set(
            "home", "home", v=seen.screens.get("home") if view.place == HOME else None, r=r
        ) if view.place == HOME else self.panes["home"].set_content("")
        self._messages(seen, r)
        self._show_thread(seen, r)

    def _messages(self, seen: Look, r: Reader) -> None:
        view, stretch = self.view, seen.stretch
        if view.place == HOME or not stretch:
            for name in ("earlier", "later"):
                self.panes[name].set_content("")
            self.streams["messages"].show([])
            return
        drawn = self._pieces(stretch["messages"], r)
        self.streams["messages"].show(drawn)
        more = {"first": stretch["first"], "last": stretch["last"], "total": stretch["total"]}
        self._set("earlier", "earlier", **more)
        self._set("later", "later", **more)

    def _pieces(self, messages: list[Json], r: Reader) -> list[tuple[str, str]]:
        drawn: list[tuple[str, str]] = []
        before = ""
        for one in messages:
            today = words.day(one["at"], r.zone)
            if today != before:
                drawn.append((f"day {one['ts']}", f'<p class="day"><span>{today}</span></p>'))
                before = today
            fresh = one["ts"] > self.view.seen_before and one["user"] != r.me
            key = f"{one['channel']} {one['ts']} {r.me}"
            html = self._piece(key, "message", m=one, r=r, threaded=False, fresh=fresh)
            drawn.append((key, html))
        return drawn

    def _show_thread(self, seen: Look, r: Reader) -> None:
        told = seen.thread if self.view.thread else {}
        self.panes["threadhead"].set_content(self.drawer.draw("threadhead", open=bool(told)))
        wanted = [told["parent"], *told["replies"]] if told else []
        drawn = []
        for one in wanted:
            key = f"t {one['ts']} {r.me}"
            html = self._piece(key, "message", m=one, r=r, threaded=True, fresh=False)
            drawn.append((key, html))
        self.streams["thread"].show(drawn)

    def _modal(self, seen: Look, r: Reader) -> None:
        stack = seen.screens.get("modals") or []
        if not stack:
            self._shown = ()
            self.panes["modal"].set_content("")
            return
        top = stack[-1]
        mine = self.view.wrong if self.view.wrong_in == top["id"] else {}
        trouble = self.view.trouble if self.view.wrong_in == top["id"] else ""
        errors = {**(top.get("errors") or {}), **mine}
        # What is typed is in the browser; only a new view or new errors are drawn again.
        shown = (top["id"], top["hash"], str(errors), trouble, r.me, str(self.view.sent))
        if shown == self._shown:
            return
        self._shown = shown
        reader = Reader(self.company, r.me, form=top["id"], channels=r.channels)
        self._set(
            "modal",
            "modal",
            v=top,
            r=reader,
            errors=errors,
            depth=len(stack),
            trouble=trouble,
            sent=self.view.sent,
        )

    def _zendesk(self, seen: Look, r: Reader) -> None:
        view, t = self.view, seen.ticket
        new = view.ticket == "new"
        open_ = new or bool(t)
        rows = list(reversed(seen.tickets.get("tickets", [])))
        here = t.get("id")
        self.panes["tickets"].classes(add="behind" if open_ else "", remove="" if open_ else "behind")
        self._set(
            "tickets",
            "tickets",
            rows=rows,
            total=seen.tickets.get("total", 0),
            find=view.find,
            here=here,
        )
        agents = seen.choices.get("agents", [])
        agent = r.me_name if r.me_name in agents else next(iter(agents), "")
        requester = (t.get("requester") or {}).get("email")
        mails = [m for m in seen.mails if m.get("ticket_id") == here]
        self._set(
            "ticket",
            "ticket",
            t=t,
            new=new,
            r=r,
            agent=agent,
            choices=seen.choices,
            mails=mails,
            speakers=[*agents, *([requester] if requester else [])],
        )

    def _office(self, seen: Look, r: Reader) -> None:
        self.panes["profiles"].classes(add="behind" if seen.profile else "", remove="" if seen.profile else "behind")
        self._set("profiles", "profiles", profiles=seen.profiles, here=self.view.profile)
        self._set("profile", "profile", p=seen.profile, r=r)

    def _outside(self, seen: Look, r: Reader) -> None:
        self._stage(r)
        if self._beginning != self._told.resets:
            self._beginning, self._calls = self._told.resets, {}
        self._calls |= {call["n"]: call for call in seen.calls}
        newest = sorted(self._calls, reverse=True)
        for number in newest[FEW_CALLS:]:
            del self._calls[number]
        drawn = []
        for n in newest[:FEW_CALLS]:
            here = n == self.view.entry
            html = self._piece(str(n), "call", c=self._calls[n], zone=r.zone, open=here)
            drawn.append((str(n), html))
        self.streams["calls"].show(drawn)
        self._set("entry", "entry", e=seen.entry)

    def _stage(self, r: Reader) -> None:
        told = self._told.stage.get("told") or {}
        on = weather.in_force(self._told.faults)
        systems = [{"id": s, "title": title, "on": on[s]} for s, title in weather.SYSTEMS]
        self._set(
            "stage",
            "stage",
            now=words.moment(self._told.clock.get("now"), r.zone),
            moved=weather.moved(self._told.clock.get("offset", 0)),
            moves=weather.MOVES,
            weathers=weather.WEATHERS,
            systems=systems,
            anything=bool(self._told.faults),
            weather_words=weather.in_words(self._told.faults) or "Everything works.",
            staged="stories" in told,
            told=told,
            story=told.get("story"),
        )


def now_of(clock: Json) -> datetime:
    """The business clock's instant."""
    return datetime.fromisoformat(clock["now"])


def _here(seen: Look, view: View) -> str:
    """The open channel's id; `dm` is the person's direct messages with the bot."""
    if view.place in ("dm", HOME):
        return str(seen.places[0]["id"]) if seen.places else "dm"
    return view.place


def _named(seen: Look, ident: str) -> Json:
    return next((p for p in seen.places if p["id"] == ident), {"name": "Home", "kind": "home"})
