"""Test channel of a rehearsal: posts a message, finds it, updates it and deletes it.

It returns only the rehearsal's own messages, identified by their key; those of others are dropped.
"""

from collections.abc import Sequence
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from desk.values import Value
from integrations.slack.text.lines import Block
from integrations.slack.web.client import EVENT_TYPE
from integrations.slack.web.heard import heard

_PAGE = 100


class Mine(Value):
    """A message of this rehearsal."""

    ts: str
    keyed: bool
    edited: bool
    text: str


class Trial:
    """One channel. Every method raises TryAgain and GiveUp only."""

    def __init__(self, token: str, api_url: str, session: aiohttp.ClientSession, channel: str, key: str) -> None:
        """Take the bot's token, a session that the caller closes, a channel's id and an opaque key."""
        self._web = AsyncWebClient(token, api_url, session=session, timeout=10, retry_handlers=[])
        self._channel, self._key = channel, key
        self._known: set[str] = set()

    async def post(self, text: str, blocks: Sequence[Block], thread: str | None = None) -> str:
        """Post a message with the key and return its ts."""
        asked = self._web.chat_postMessage(
            channel=self._channel,
            text=text,
            blocks=list(blocks),
            thread_ts=thread,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": self._key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        answer = await heard(asked, self._channel)
        self._known.add(str(answer["ts"]))
        return str(answer["ts"])

    async def draw(self, ts: str, text: str, blocks: Sequence[Block]) -> str:
        """Update a message, without metadata, and return its ts."""
        asked = self._web.chat_update(channel=self._channel, ts=ts, text=text, blocks=list(blocks))
        answer = await heard(asked, self._channel)
        self._known.add(str(answer["ts"]))
        return str(answer["ts"])

    async def history(self, oldest: float) -> tuple[Mine, ...]:
        """Return own messages in the channel since an instant."""
        asked = self._web.conversations_history(
            channel=self._channel, oldest=f"{oldest:.6f}", limit=_PAGE, include_all_metadata=True
        )
        return self._mine(await heard(asked, self._channel))

    async def thread(self, ts: str) -> tuple[Mine, ...]:
        """Return own messages in a thread, its parent included."""
        asked = self._web.conversations_replies(channel=self._channel, ts=ts, limit=_PAGE, include_all_metadata=True)
        return self._mine(await heard(asked, self._channel))

    async def delete(self, ts: str) -> None:
        """Delete an own message."""
        await heard(self._web.chat_delete(channel=self._channel, ts=ts), self._channel)

    def _mine(self, answer: Any) -> tuple[Mine, ...]:
        found = []
        for raw in answer.get("messages") or ():
            payload = (raw.get("metadata") or {}).get("event_payload") or {}
            keyed, ts = payload.get("key") == self._key, str(raw.get("ts"))
            if keyed or ts in self._known:
                text = str(raw.get("text") or "")
                found.append(Mine(ts=ts, keyed=keyed, edited=bool(raw.get("edited")), text=text))
        return tuple(found)
