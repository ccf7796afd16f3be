"""Idempotent posting of messages and files. It knows keys, not cases.

Slack has no idempotency key: a post whose response was lost may be in the channel. Every post carries an opaque key as
metadata, which everybody in the workspace can read, and a repeated attempt searches for it first.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import time

from desk.service.ports import Attempt, TryAgain
from integrations.slack.text.lines import Block
from integrations.slack.web.client import SlackClient
from integrations.slack.web.errors import SYSTEM, SlackSaid

SKEW = timedelta(minutes=2)
"""Maximum clock skew between Slack and this machine."""
UNKNOWN_AGE = timedelta(hours=6)
LANDS = timedelta(seconds=10)
"""How long after sending a post may still appear: the client's timeout (see SlackClient)."""
NO_THREAD = frozenset({"thread_not_found", "cannot_reply_to_message", "message_not_found"})


def opaque(key: str) -> str:
    """Hash a key, so that readers of the metadata learn nothing about the case."""
    return hashlib.sha256(f"ato-desk/{key}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Message:
    """One message to post: its key is already opaque."""

    key: str
    text: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Paper:
    """A file to share: its name, and its displayed title."""

    name: str
    title: str
    content: bytes


class Posts:
    """Posts into conversations, each message once."""

    def __init__(self, client: SlackClient, wall: Callable[[], float] = time) -> None:
        """`wall` is real time, because Slack's own timestamps are."""
        self._client, self._wall = client, wall

    async def found(
        self, channel: str, thread: str | None, keys: Sequence[str], now: datetime, attempt: Attempt
    ) -> dict[str, str]:
        """Return the messages that an earlier attempt posted: key to ts."""
        if not attempt.before:
            return {}
        age = now - attempt.first_at if attempt.first_at else UNKNOWN_AGE
        oldest = self._wall() - max(age, timedelta()).total_seconds() - SKEW.total_seconds()
        wanted = set(keys)
        there: dict[str, str] = {}
        async for sent in self._client.sent(channel, thread, oldest):
            if sent.key in wanted:
                there[sent.key] = sent.ts
            if len(there) == len(wanted):
                break
        return there

    async def all(
        self,
        channel: str,
        thread: str | None,
        messages: Sequence[Message],
        now: datetime,
        attempt: Attempt,
        body: bytes = b"",
    ) -> str:
        """Post messages in order, each once, and return the ts of the first. Without a thread the first begins one."""
        there = await self._there(channel, thread, messages, now, attempt)
        await self._client.turn(channel)
        await attempt.prepare(body, LANDS)
        first = ""
        for number, message in enumerate(messages):
            if number and message.key not in there:
                await self._client.turn(channel)
                await attempt.prepare(body, LANDS)
            ts = there.get(message.key) or await self._client.post(
                channel, message.text, message.blocks, message.key, thread or first or None
            )
            first = first or ts
        return first

    async def _there(
        self,
        channel: str,
        thread: str | None,
        messages: Sequence[Message],
        now: datetime,
        attempt: Attempt,
    ) -> dict[str, str]:
        keys = [message.key for message in messages]
        there = await self.found(channel, thread, keys[:1] if thread is None else keys, now, attempt)
        if thread is None and keys[0] in there and len(keys) > 1:
            there |= await self.found(channel, there[keys[0]], keys[1:], now, attempt)
        return there

    async def uploaded(self, paper: Paper, attempt: Attempt) -> str:
        """Upload a file, or return the id of the one an earlier attempt uploaded."""
        noted = (attempt.prepared or b"").decode() if attempt.before else ""
        return noted or await self._client.upload(paper.name, paper.content)

    async def share(self, file: str, paper: Paper, channel: str, thread: str, attempt: Attempt) -> None:
        """Share a file once. Slack posts it asynchronously, which is not waited for."""
        if attempt.before and await self._client.is_shared(file, channel):
            return
        try:
            await self._client.share(file, paper.title, channel, thread)
        except SlackSaid as said:
            if not (attempt.before and said.code == "file_not_found"):
                raise
            # It was accepted before and is not visible yet: asking again is refused with this word.
            raise TryAgain(SYSTEM, "a file is being shared", after=timedelta(seconds=5)) from said
