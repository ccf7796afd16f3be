"""Workspace changes that are no interaction: messages, uploads, channel and group membership.

Each changes the workspace and then sends the bot an event, if it is entitled to one.
"""

from __future__ import annotations

import base64
import time
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from sandbox import seeds
from sandbox.slack import events, payloads, sight
from sandbox.slack.acts import Asked, Told, outcome
from sandbox.slack.apps import acting, become, using
from sandbox.slack.chat import read_thread
from sandbox.slack.door import Door, Manner
from sandbox.slack.forms import rich
from sandbox.slack.workspace import Conversation, File, Message, User, Workspace
from sandbox.slack.writing import write_channel, write_file, write_group, write_user


class Happenings:
    """Workspace changes around the bot."""

    def __init__(self, space: Workspace, door: Door) -> None:
        self.space = space
        self.door = door

    async def say(self, asked: Asked) -> Told:
        user = sight.person(self.space, asked.get("user"))
        place = sight.place(self.space, user, asked.get("channel"))
        text = str(asked.get("text") or "")
        message = self._message(user, place, text, asked.get("thread_ts"))
        return await self._posted(message, asked)

    def _message(self, user: User, place: Conversation, text: str, thread_ts: str | None) -> Message:
        return Message(
            ts=self.space.new_ts(),
            channel=place.id,
            user=user.id,
            text=text,
            blocks=[rich(text)] if text else None,
            thread_ts=read_thread(place, thread_ts),
            client_msg_id=str(uuid4()),
        )

    async def _posted(self, message: Message, asked: Asked) -> Told:
        self.space.add_message(message)
        told: Told = {"ts": message.ts, "channel": message.channel, "status": None}
        members = self.space.channels[message.channel].members
        for app in [one for one in self.space.apps if one.bot_user in members]:
            with using(app):
                told |= await self._emit(events.message_posted(self.space, message), asked)
        return told

    async def upload(self, asked: Asked) -> Told:
        """A person's file, shared in a channel, or only kept for a file input when none is named."""
        user = sight.person(self.space, asked.get("user"))
        content = base64.b64decode(str(asked.get("content_base64") or ""))
        name = str(asked.get("filename") or "file.bin")
        file = File(self.space.new_id("F"), name, name, user.id, len(content), content, True)
        self.space.files[file.id] = file
        told: Told = {"file": write_file(self.space, file), "status": None}
        if not asked.get("channel"):
            return told
        place = sight.place(self.space, user, asked["channel"])
        message = self._message(user, place, str(asked.get("text") or ""), asked.get("thread_ts"))
        message.subtype, message.files = "file_share", [file.id]
        message.extra = {"upload": False, "display_as_bot": False}
        file.shares.append((place.id, message.ts, message.thread_ts))
        return told | await self._posted(message, asked)

    async def home(self, asked: Asked) -> Told:
        """Open App Home; a bot that publishes just after its answer may be waited for."""
        user = sight.person(self.space, asked.get("user"))
        become(next((one for one in self.space.apps if one.id == asked.get("app")), self.space.apps[0]))
        before = self.space.screens.home(user.id)
        had = before.hash if before else None
        told = await self._emit(events.home_opened(self.space, user), asked)
        await self._published(user.id, had, float(asked.get("wait") or 0))
        return told | {"view": sight.see_view(self.space.screens.home(user.id), self.space)}

    async def _published(self, user: str, had: str | None, seconds: float) -> None:
        until, world = time.monotonic() + seconds, self.door.world
        while True:
            home = self.space.screens.home(user)
            left = until - time.monotonic()
            if (home is not None and home.hash != had) or left <= 0:
                return
            await world.wait_newer(world.last, "slack", left)

    async def group(self, asked: Asked) -> Told:
        """Set a group's members, or switch it off and on again, of which only one event tells."""
        group = self.space.groups.get(str(asked.get("id")))
        if group is None:
            raise sight.NotSeen(f"There is no group {asked.get('id')}.")
        before, at = group.people, group.updated
        group.updated = int(time.time())
        if asked.get("disabled") is not None:
            group.disabled = bool(asked["disabled"])
            event = events.group_updated(self.space, group)
            event["subteam"].pop("users", None)
            return await self._emit(event, asked) | {"group": write_group(group)}
        group.people = [str(name) for name in asked["users"]]
        changed = events.group_members_changed(self.space, group, before, at)
        told = await self._emit_all(changed, asked)
        await self._emit_all(events.group_updated(self.space, group), asked)
        return told | {"group": write_group(group)}

    async def user(self, asked: Asked) -> Told:
        """Change a person, or add one who has a name and is not there yet."""
        name = str(asked.get("id"))
        found, kind = self.space.users.get(name), "user_change"
        if found is None:
            found, kind = self._newcomer(name, asked), "team_join"
        for key in ("locale", "deleted", "tz", "name", "email", "guest", "team"):
            if asked.get(key) is not None:
                setattr(found, key, asked[key])
        found.updated = int(time.time())
        told = await self._emit_all(events.user_changed(self.space, found, kind), asked)
        return told | {"user": write_user(found, locale=True)}

    def _newcomer(self, name: str, asked: Asked) -> User:
        if not asked.get("name"):
            raise sight.NotSeen(f"There is nobody with the id {name}; a new person needs a name.")
        person = seeds.Person(name, str(asked["name"]))
        user = User(name, person.name, person.locale, person.tz, person.email)
        self.space.users[name] = user
        return user

    async def scopes(self, asked: Asked) -> Told:
        """Grant or revoke scopes of the app; no event."""
        self.space.scopes -= {str(name) for name in asked.get("remove") or ()}
        self.space.scopes |= {str(name) for name in asked.get("add") or ()}
        return {"status": None, "scopes": sorted(self.space.scopes)}

    async def channel(self, asked: Asked) -> Told:
        """Change a channel, or add one; whoever joins or leaves is told of."""
        place = self._channel(str(asked.get("id")), asked)
        if asked.get("is_private") is not None:
            place.kind = "group" if asked["is_private"] else "channel"
        place.archived = bool(asked.get("archived", place.archived))
        place.name = str(asked.get("name") or place.name)
        told: Told = {"status": None}
        for user, kind in self._moves(place, asked):
            told |= await self._emit(events.membership(self.space, place.id, user, kind), asked)
        return told | {"channel": write_channel(place, count=True) | {"members": place.members}}

    def _channel(self, name: str, asked: Asked) -> Conversation:
        if name not in self.space.channels:
            title = str(asked.get("name") or name.lower())
            self.space.channels[name] = Conversation(name, title, "channel", [])
        return self.space.channels[name]

    def _moves(self, place: Conversation, asked: Asked) -> list[tuple[str, str]]:
        """Joins and leaves that the bot, as a member of the channel, is told of."""
        before, bot = list(place.members), acting().bot_user
        place.members = _wanted(before, asked)
        if bot not in place.members and bot not in before:
            return []
        joined = [(u, "member_joined_channel") for u in place.members if u not in before]
        left = [(u, "member_left_channel") for u in before if u not in place.members]
        return joined + left

    async def app(self, asked: Asked) -> Told:
        """Install another app, or change the command of one that is there."""
        found = next((one for one in self.space.apps if one.id == asked.get("id")), None)
        if found is None:
            found = self.space.install(str(asked["name"]), str(asked["command"]), asked.get("events_url"))
        found.command = str(asked.get("command") or found.command)
        found.url = asked.get("events_url") or found.url
        return {"status": None, "app": asdict(found)}

    async def _emit_all(self, event: dict[str, Any], asked: Asked) -> Told:
        """Send an event to every app; the answer is the first one's."""
        told: list[Told] = []
        for app in self.space.apps:
            with using(app):
                told.append(await self._emit(event, asked))
        return told[0]

    async def _emit(self, event: dict[str, Any], asked: Asked) -> Told:
        body = payloads.event_callback(self.space, event)
        replies = await self.door.emit(body, Manner.read(asked))
        return outcome(replies) if replies else {"status": None, "trouble": "not_connected"}


def _wanted(before: list[str], asked: Asked) -> list[str]:
    """The members that a channel is to have, each once."""
    bot = acting().bot_user
    wanted = [str(name) for name in asked.get("members") or [m for m in before if m != bot]]
    if bool(asked.get("bot_member", bot in before)):
        wanted.append(bot)
    return list(dict.fromkeys(wanted))
