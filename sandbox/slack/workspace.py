"""State of the simulated Slack: people, groups, channels, messages, files, triggers and response_urls.

Knows no HTTP and validates nothing: methods and acts do.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox import seeds
from sandbox.slack.apps import App, acting, new_app
from sandbox.slack.blocks import elements_of
from sandbox.slack.screens import Screens

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5
MOST_IDS = 20_000


class Refused(Exception):
    """An answer with `ok: false`."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer: dict[str, Any] = {"ok": False, "error": error, **more}


def refused_arguments(error: str, found: list[str]) -> Refused:
    """A refusal that lists what is wrong, the way Slack does."""
    return Refused(error, errors=found, response_metadata={"messages": found})


@dataclass
class User:
    """Somebody in the workspace, or the bot itself."""

    id: str
    name: str
    locale: str
    tz: str
    email: str
    deleted: bool = False
    is_bot: bool = False
    guest: str = ""  # "multi" or "single" for a guest of so many channels
    team: str = seeds.TEAM_ID
    updated: int = field(default_factory=lambda: int(time.time()))

    @property
    def handle(self) -> str:
        return self.name.lower().replace(" ", ".")


@dataclass
class UserGroup:
    """A user group and who is in it."""

    id: str
    handle: str
    title: str
    people: list[str]
    disabled: bool = False
    updated: int = field(default_factory=lambda: int(time.time()))


@dataclass
class Message:
    """A message in a conversation; `only_for` names the one person who sees an ephemeral one."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]] | None = None
    bot: bool = False
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: dict[str, Any] | None = None
    edited_ts: str | None = None
    subtype: str | None = None
    only_for: str | None = None
    client_msg_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    at: str = ""  # business time, which may have been moved; `ts` is real time

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Conversation:
    """A public channel, a private one, or the bot's direct messages with one person."""

    id: str
    name: str
    kind: str  # "channel" | "group" | "im", as Slack's events name it
    members: list[str]
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    ephemeral: list[Message] = field(default_factory=list)
    threads: dict[str, dict[str, Message]] = field(default_factory=dict)

    def add(self, message: Message) -> None:
        self.messages[message.ts] = message
        if message.is_reply:
            self.threads.setdefault(str(message.thread_ts), {})[message.ts] = message

    def remove(self, message: Message) -> None:
        self.messages.pop(message.ts, None)
        self.threads.get(str(message.thread_ts), {}).pop(message.ts, None)
        self.ephemeral[:] = [m for m in self.ephemeral if m is not message]

    def replies(self, ts: str) -> list[Message]:
        return list(self.threads.get(ts, {}).values())

    @property
    def person(self) -> str:
        return next((m for m in self.members if not m.startswith("UBOT")), "")


@dataclass
class File:
    """A file: announced, then uploaded, then completed, then shared."""

    id: str
    name: str
    title: str
    user: str
    size: int
    content: bytes | None = None
    complete: bool = False
    shares: list[tuple[str, str, str | None]] = field(default_factory=list)
    created: int = field(default_factory=lambda: int(time.time()))


@dataclass
class Trigger:
    """trigger_id: opens one modal for one person, once, within three seconds."""

    user: str
    born: float
    view_id: str | None = None
    used: bool = False
    opened: str | None = None
    app: App = field(default_factory=acting)


@dataclass
class ResponseUrl:
    """response_url: five responses within half an hour."""

    user: str
    channel: str
    born: float
    message: Message | None = None
    used: int = 0
    app: App = field(default_factory=acting)


class Workspace:
    """All state of the simulated Slack."""

    def __init__(self) -> None:
        self.trigger_seconds = TRIGGER_SECONDS
        self.base_url = ""  # where this pretend Slack answers; known once it listens
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.scopes: set[str] = set()  # what the app was installed with
        self.share_seconds = 0.0  # how long after its upload a file appears in the channel
        self.reset()

    def reset(self) -> None:
        self.users = {p.id: User(p.id, p.name, p.locale, p.tz, p.email) for p in seeds.PEOPLE}
        self.users[seeds.BOT_USER] = User(seeds.BOT_USER, seeds.BOT_NAME, "en-US", "Etc/UTC", "", is_bot=True)
        self.apps = [App()]
        self.groups = {g.id: UserGroup(g.id, g.handle, g.title, [*g.people]) for g in seeds.GROUPS}
        self.channels = {c.id: _channel(c) for c in seeds.CHANNELS}
        self.files: dict[str, File] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.read: dict[tuple[str, str], str] = {}  # (person, channel): the last message they saw
        self.screens = Screens()
        self._last_ts = 0
        self._last_number = int(time.time())

    # Apps ------------------------------------------------------------------------------------

    def install(self, name: str, command: str, url: str | None) -> App:
        """Install another app, and let its bot into every channel in which the first is."""
        app = new_app(len(self.apps) + 1, name, command, url)
        self.apps.append(app)
        self.users[app.bot_user] = User(app.bot_user, name, "en-US", "Etc/UTC", "", is_bot=True)
        for channel in self.channels.values():
            if channel.kind != "im" and seeds.BOT_USER in channel.members:
                channel.members.append(app.bot_user)
        return app

    def app_of(self, bot_user: str) -> App:
        """The app whose bot this is, else the first."""
        return next((app for app in self.apps if app.bot_user == bot_user), self.apps[0])

    def app_for(self, command: str) -> App:
        """The app that gets a command: of several, the one that was installed last."""
        found = next((app for app in reversed(self.apps) if app.command == command), None)
        if found is None:
            raise Refused("unknown_command", message=f"{command} is not a valid command.")
        return found

    # Ids -------------------------------------------------------------------------------------

    def new_ts(self) -> str:
        """A unique ts: real time in microseconds."""
        self._last_ts = max(self._last_ts + 1, int(time.time() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, letter: str) -> str:
        self._last_number += 1
        return f"{letter}0{self._last_number:X}{secrets.token_hex(2).upper()}"

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        self._last_number += 1
        name = f"{self._last_number}.{self._last_ts % 1_000_000_000}.{secrets.token_hex(16)}"
        self.triggers[name] = Trigger(user, time.monotonic(), view_id)
        _forget_oldest(self.triggers)
        return name

    def use_trigger(self, name: str) -> Trigger:
        trigger = self.triggers.get(name)
        if trigger is None or trigger.app.id != acting().id:
            raise Refused("invalid_trigger_id")
        if time.monotonic() - trigger.born > self.trigger_seconds:
            raise Refused("expired_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, user: str, channel: str, message: Message | None = None) -> str:
        name = secrets.token_urlsafe(18)
        self.response_urls[name] = ResponseUrl(user, channel, time.monotonic(), message)
        _forget_oldest(self.response_urls)
        return name

    # Conversations ---------------------------------------------------------------------------

    def direct(self, user: str) -> Conversation:
        """The bot's direct messages with a person, created on first use."""
        bot, own = acting().bot_user, (c for c in self.channels.values() if c.kind == "im" and c.person == user)
        found = next((c for c in own if bot in c.members), None)
        if found is None:
            id_ = "D" + user[1:] + ("" if acting().first else acting().id[-1])
            found = self.channels[id_] = Conversation(id_, user, "im", [acting().bot_user, user])
        return found

    def seen_by(self, user: str) -> list[Conversation]:
        return [c for c in self.channels.values() if user in c.members or c.kind == "channel"]

    def add_message(self, message: Message) -> Message:
        fill_ids(message.blocks)
        message.at = self.now().isoformat(timespec="seconds")
        conversation = self.channels[message.channel]
        if message.only_for is not None:
            conversation.ephemeral.append(message)
        else:
            conversation.add(message)
        return message


def _channel(seed: seeds.Channel) -> Conversation:
    members = [*seed.people, *([seeds.BOT_USER] if seed.bot_member else [])]
    return Conversation(seed.id, seed.name, "group" if seed.private else "channel", members)


def _forget_oldest(kept: dict[str, Any]) -> None:
    """Bound the memory of long runs; ids this old have expired."""
    if len(kept) > MOST_IDS:
        for name in list(kept)[: MOST_IDS // 2]:
            del kept[name]


def fill_ids(blocks: list[dict[str, Any]] | None) -> None:
    """Assign ids to blocks and elements without one."""
    for one in blocks or []:
        one.setdefault("block_id", secrets.token_urlsafe(3))
    for _, element in elements_of(blocks or []):
        element.setdefault("action_id", secrets.token_urlsafe(4))
