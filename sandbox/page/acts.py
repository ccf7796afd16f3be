"""Browser events of the page mapped to calls of the control API: one method per event of the script.

Reads plain values from the browser and calls the endpoints that tests use. Renders nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.page import weather
from sandbox.page.looking import FEW_TICKETS, HOME, STRETCH
from sandbox.page.room import Json, Refused
from sandbox.page.screen import Screen, now_of

TROUBLE = "We had some trouble connecting. Try again?"


class Acts:
    """The event handlers of one browser."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.room, self.view = screen, screen.room, screen.view

    async def do(self, asked: Json) -> None:
        """Handle an event, then render; a refusal becomes a sentence."""
        act: Callable[[Json], Awaitable[None]] | None = getattr(self, f"on_{asked.get('act')}", None)
        if act is None:
            return
        try:
            await act(asked)
        except Refused as why:
            self.screen.say(str(why))
        await self.screen.refresh()

    # Going about -------------------------------------------------------------------------------

    async def on_who(self, asked: Json) -> None:
        """Switch the person; a channel they cannot see is left."""
        view = self.view
        view.me, view.thread, view.end = str(asked["value"]), "", -1
        seen = (await self.room.get("/slack/places", user=view.me))["places"]
        if view.place not in (HOME, *(p["id"] for p in seen)):
            view.place = "dm"
        await self._arrive()

    async def on_place(self, asked: Json) -> None:
        """Open a channel, the direct messages or the home tab."""
        self.view.place, self.view.thread, self.view.end = str(asked["channel"]), "", -1
        await self._arrive()

    async def _arrive(self) -> None:
        view = self.view
        if view.place == HOME:
            await self.room.post("/slack/home", {"user": view.me})
            return
        told = await self.room.get("/slack/stretch", user=view.me, channel=view.place, size=1)
        view.seen_before = told["read"]

    async def on_thread(self, asked: Json) -> None:
        """Open a thread in the side pane."""
        self.view.thread = str(asked["ts"])

    async def on_unthread(self, _: Json) -> None:
        """Close the thread."""
        self.view.thread = ""

    async def on_earlier(self, asked: Json) -> None:
        """Scroll back half a screenful."""
        first, last = int(asked["first"]), int(asked["last"])
        self.view.end = max(min(STRETCH, last), min(last, first + STRETCH // 2))

    async def on_beginning(self, _: Json) -> None:
        """Go to the first messages."""
        self.view.end = STRETCH

    async def on_later(self, asked: Json) -> None:
        """Scroll on half a screenful."""
        end = int(asked["last"]) + STRETCH // 2
        self.view.end = -1 if end >= int(asked["total"]) else end

    async def on_newest(self, _: Json) -> None:
        """Go to the end."""
        self.view.end = -1

    async def on_ticket(self, asked: Json) -> None:
        """Open a ticket, the form of a new one, or the list."""
        self.view.ticket = str(asked.get("ticket") or "")

    async def on_profile(self, asked: Json) -> None:
        """Open a profile, or the list."""
        self.view.profile = str(asked.get("profile") or "")

    async def on_entry(self, asked: Json) -> None:
        """Show one call in full, or close it."""
        number = int(asked.get("n") or 0)
        self.view.entry = 0 if number == self.view.entry else number

    async def on_find(self, asked: Json) -> None:
        """Search tickets."""
        self.view.find, self.view.tickets = str(asked["values"].get("find") or ""), FEW_TICKETS

    async def on_older(self, _: Json) -> None:
        """Show more tickets."""
        self.view.tickets += FEW_TICKETS

    # Slack -------------------------------------------------------------------------------------

    async def on_send(self, asked: Json) -> None:
        """Send a command or a message."""
        text = str(asked.get("text") or "").strip()
        where = {"user": self.view.me, "channel": self._channel()}
        if not text:
            return
        if not text.startswith("/"):
            thread = {"thread_ts": self.view.thread} if asked.get("threaded") else {}
            await self.room.post("/slack/say", {**where, "text": text, **thread})
            return
        command, _, rest = text.partition(" ")
        if command != "/ato":
            raise Refused(f"{command} is not a valid command. In this workspace there is /ato.")
        told = await self.room.post("/slack/command", {**where, "text": rest.strip()})
        if told.get("trouble"):
            self.screen.say(f"{command} failed with the error “{told['trouble']}”.", "negative")

    def _channel(self) -> str:
        return "dm" if self.view.place == HOME else self.view.place

    async def on_press(self, asked: Json) -> None:
        """Press a button, or choose in a menu that acts at once."""
        body: Json = {
            "user": self.view.me,
            "block_id": asked["block"],
            "action_id": asked["action"],
        }
        if asked.get("pressed"):
            body["pressed"] = asked["pressed"]
        if "selected" in asked:
            body["selected"] = self._meant(asked.get("kind"), asked["selected"])
        if asked.get("view"):
            body |= {"view_id": asked["view"], "values": self._values(asked)}
        else:
            body |= {"channel": asked["channel"], "ts": asked["ts"]}
        told = await self.room.post("/slack/click", body)
        if told.get("trouble"):
            self.screen.say(TROUBLE, "negative")

    async def on_submit(self, asked: Json) -> None:
        """Submit a form; validation errors of Slack's client appear at the input."""
        view = self.view
        body = {"user": view.me, "view_id": asked["view"], "values": self._values(asked)}
        told = await self.room.post("/slack/submit", body)
        view.wrong, view.wrong_in = dict(told.get("client_errors") or {}), str(asked["view"])
        view.sent += 1
        view.trouble = TROUBLE if told.get("trouble") else ""

    async def on_close(self, asked: Json) -> None:
        """Close the top modal."""
        await self.room.post("/slack/close", {"user": self.view.me, "view_id": asked["view"]})

    def _values(self, asked: Json) -> Json:
        """`{action: {kind, value}}` from the browser as `{action: value}` for the control room."""
        given: dict[str, Any] = asked.get("values") or {}
        return {name: self._meant(one["kind"], one["value"]) for name, one in given.items()}

    def _meant(self, kind: Any, value: Any) -> Any:
        """Interpret a date and time in the person's time zone."""
        if kind != "datetimepicker" or not value:
            return value
        zone = ZoneInfo(str(self.screen.company.people[self.view.me]["tz"]))
        return int(datetime.fromisoformat(str(value)).replace(tzinfo=zone).timestamp())

    # Zendesk and the back office ---------------------------------------------------------------

    async def on_make(self, asked: Json) -> None:
        """Create a ticket by hand."""
        given = _filled(asked)
        names = ("by", "subject", "comment", "form", "query_type", "group")
        body: Json = {name: given[name] for name in names if name in given}
        if given.get("email"):
            body["requester"] = {
                "email": given["email"],
                "name": given.get("name") or given["email"],
            }
        made = await self.room.post("/zendesk/tickets", {**body, "public": bool(given.get("public"))})
        self.view.ticket = str(made["id"])

    async def on_comment(self, asked: Json) -> None:
        """Add a note or a public reply to the open ticket."""
        given = _filled(asked)
        body = {"by": given["by"], "body": given["body"], "public": bool(given.get("public"))}
        await self.room.post(f"/zendesk/tickets/{self.view.ticket}/comment", body)

    async def on_move(self, asked: Json) -> None:
        """Change group, assignee, status or query type; unchanged values are not sent."""
        given, now = asked["values"], await self.room.get(f"/zendesk/tickets/{self.view.ticket}")
        body: Json = {"by": given["by"]}
        for name in ("group", "status", "query_type"):
            if given.get(name) and given[name] != now.get(name):
                body[name] = given[name]
        if (given.get("assignee") or "") != (now.get("assignee") or ""):
            body["assignee"] = given.get("assignee") or ""
        if len(body) == 1:
            raise Refused("Nothing is different yet: choose another group, person, status or query type.")
        await self.room.post(f"/zendesk/tickets/{self.view.ticket}/move", body)

    async def on_status(self, asked: Json) -> None:
        """Solve or reopen."""
        choices = await self.room.get("/zendesk/settings")
        me = self.screen.company.names[self.view.me]
        by = me if me in choices["agents"] else choices["agents"][0]
        body = {"by": by, "status": asked["status"]}
        await self.room.post(f"/zendesk/tickets/{self.view.ticket}/move", body)

    async def on_fraud(self, asked: Json) -> None:
        """Perform a fraudster's act on the open profile."""
        given = _filled(asked)
        body: Json = {"place_orders": int(given.get("place_orders") or 0)}
        for name in ("change_email", "spend"):
            if given.get(name):
                body[name] = given[name]
        await self.room.post(f"/backoffice/profiles/{self.view.profile}/fraud", body)

    # Time, weather, stories --------------------------------------------------------------------

    async def on_clock(self, asked: Json) -> None:
        """Advance the business clock."""
        if asked["move"] != "monday":
            await self.room.post("/clock", {"advance": float(asked["move"])})
            return
        zone = str(self.screen.company.people[self.view.me]["tz"])
        at = weather.monday(now_of(await self.room.get("/clock")), zone)
        await self.room.post("/clock", {"set": at.isoformat()})

    async def on_weather(self, asked: Json) -> None:
        """Toggle a fault preset of a system."""
        system, kind = str(asked["system"]), str(asked["kind"])
        faults = (await self.room.get("/faults"))["faults"]
        was_on = kind in weather.in_force(faults).get(system, [])
        await self.room.delete("/faults", system=system)
        if not was_on:
            await self.room.post("/faults", weather.fault_for(system, kind))

    async def on_calm(self, _: Json) -> None:
        """Remove all faults."""
        await self.room.delete("/faults")

    async def on_wish(self, asked: Json) -> None:
        """Request a story, its next act, or a reset from whoever runs the bot."""
        await self.room.post("/stage/wish", {"wish": asked["wish"], "story": asked.get("story")})


def _filled(asked: Json) -> Json:
    """The filled-in values; an empty field is absent."""
    return {name: value for name, value in asked["values"].items() if value not in ("", None, False)}
